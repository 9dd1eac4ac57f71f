import { change, oneRow, type ReadHandle, type WriteHandle } from './handles';

export function readImportSources(db: ReadHandle) {
  const known = oneRow<{ id: number; bytes: number; modified_at: number | null }>(
    db,
    `SELECT c.id, i.bytes, c.modified_at FROM collection_images c JOIN images i ON i.id = c.image WHERE c.source = ? AND c.origin = ?`,
  );
  const fingerprint = oneRow<{ fingerprint: string | null }>(db, 'SELECT fingerprint FROM import_sources WHERE collection = ? AND place = ?');
  const count = oneRow<{ n: number }>(
    db,
    'SELECT count(*) AS n FROM collection_images WHERE source = (SELECT id FROM import_sources WHERE collection = ? AND place = ?)',
  );
  return {
    /** Entries of the collection that came from this place. */
    count: (collection: number, place: string): number => count(collection, place)!.n,
    /** Whether this file of the source stands in the collection already, by name, size and time of change. */
    holds: (source: number, origin: string, size: number, modifiedAt: number | null): boolean => {
      const row = known(source, origin);
      return row !== undefined && row.bytes === size && row.modified_at === modifiedAt;
    },
    /** What a source looked like when all of it had been imported; null when it never was. */
    fingerprint: (collection: number, place: string): string | null => fingerprint(collection, place)?.fingerprint ?? null,
  };
}

export function writeImportSources(db: WriteHandle) {
  const begin = db.prepare(`
    INSERT INTO import_sources (collection, place) VALUES (?, ?)
    ON CONFLICT (collection, place) DO UPDATE SET fingerprint = NULL RETURNING id`);
  const finish = change(db, 'UPDATE import_sources SET fingerprint = ? WHERE id = ?');
  const clear = change(db, 'DELETE FROM failures WHERE source = ?');
  const fail = change(
    db,
    `INSERT INTO failures (source, name, code, reason) VALUES (?, ?, ?, ?)
     ON CONFLICT (source, name) DO UPDATE SET code = excluded.code, reason = excluded.reason`,
  );
  return {
    /** Registers a folder or archive of a collection, unfinished until `finish`; forgets the failures of its last import. */
    begin: (collection: number, place: string): number => {
      const { id } = begin.get(collection, place) as { id: number };
      clear(id);
      return id;
    },
    finish: (source: number, fingerprint: string | null): void => void finish(fingerprint, source),
    fail: (source: number, failure: { name: string; code: string; reason: string }): void =>
      void fail(source, failure.name, failure.code, failure.reason),
  };
}
