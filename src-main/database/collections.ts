import { allRows, change, oneRow, type ReadHandle, type WriteHandle } from './handles';

export interface StoredCollection {
  id: number;
  name: string;
  sample: boolean;
  createdAt: number;
}
interface CollectionRow {
  id: number;
  name: string;
  sample: number;
  created_at: number;
}

const toCollection = (row: CollectionRow): StoredCollection => ({ id: row.id, name: row.name, sample: row.sample === 1, createdAt: row.created_at });
const columns = 'id, name, sample, created_at';

export function readCollections(db: ReadHandle) {
  const list = allRows<CollectionRow>(db, `SELECT ${columns} FROM collections WHERE removed = 0 ORDER BY sample, name`);
  const byId = oneRow<CollectionRow>(db, `SELECT ${columns} FROM collections WHERE id = ? AND removed = 0`);
  const byName = oneRow<CollectionRow>(db, `SELECT ${columns} FROM collections WHERE name = ? AND removed = 0`);
  const removed = allRows<{ id: number }>(db, 'SELECT id FROM collections WHERE removed = 1');
  const failed = oneRow<{ n: number }>(db, 'SELECT count(*) AS n FROM failures WHERE source IN (SELECT id FROM import_sources WHERE collection = ?)');
  const failures = allRows<{ name: string; code: string; reason: string }>(
    db,
    'SELECT name, code, reason FROM failures WHERE source IN (SELECT id FROM import_sources WHERE collection = ?) ORDER BY name',
  );
  return {
    /** The user's collections by name, the sample last. */
    list: (): StoredCollection[] => list().map(toCollection),
    byId: (id: number): StoredCollection | null => {
      const row = byId(id);
      return row ? toCollection(row) : null;
    },
    byName: (name: string): StoredCollection | null => {
      const row = byName(name);
      return row ? toCollection(row) : null;
    },
    /** Collections that were removed but whose rows are not gone yet. */
    removed: (): number[] => removed().map((row) => row.id),
    failureCount: (collection: number): number => failed(collection)!.n,
    failures: (collection: number) => failures(collection),
  };
}

export function writeCollections(db: WriteHandle) {
  const create = change(db, 'INSERT INTO collections (name, sample, created_at) VALUES (?, ?, ?)');
  const rename = change(db, 'UPDATE collections SET name = ? WHERE id = ?');
  // The name is free again at once; a slash cannot stand in a name that a user gave.
  const hide = change(db, `UPDATE collections SET removed = 1, name = 'removed/' || id WHERE id = ?`);
  const someImages = change(
    db,
    'DELETE FROM collection_images WHERE id IN (SELECT id FROM collection_images WHERE collection = ? ORDER BY position LIMIT ?)',
  );
  const sources = change(db, 'DELETE FROM import_sources WHERE collection = ?');
  const remove = change(db, 'DELETE FROM collections WHERE id = ?');
  return {
    create: (name: string, o: { sample: boolean; at: number }): number => create(name, o.sample ? 1 : 0, o.at).id,
    rename: (id: number, name: string): void => void rename(name, id),
    /** Takes it out of every list; `removeSome` then takes its rows away. */
    hide: (id: number): void => void hide(id),
    /** Takes up to `count` entries of a hidden collection away, and the collection with the last; true when it is gone. */
    removeSome: (id: number, count: number): boolean => {
      if (someImages(id, count).changes > 0) return false;
      sources(id);
      remove(id);
      return true;
    },
  };
}
