import { rmSync } from 'node:fs';
import { openWriteHandle } from './handles';
import { migrate } from './migrations';

/** Rows of images and entries copied between two breaths. */
const rowsAtOnce = 2_000;

/**
 * What a training reads of a collection, table by table: `whole` is the library that it is taken from. Runs, descriptions,
 * tags and everything made with them stay behind. The large ones are copied by ranges of their row numbers.
 */
const parts = [
  'collections SELECT * FROM whole.collections WHERE id = :collection',
  'import_sources SELECT * FROM whole.import_sources WHERE collection = :collection',
  'images SELECT * FROM whole.images i WHERE i.id > :after AND i.id <= :last AND EXISTS (SELECT 1 FROM whole.collection_images c WHERE c.collection = :collection AND c.image = i.id)',
  'collection_images SELECT * FROM whole.collection_images WHERE id > :after AND id <= :last AND collection = :collection',
  'excluded_images SELECT * FROM whole.excluded_images WHERE image IN (SELECT id FROM images)',
  'reference_figures SELECT * FROM whole.reference_figures WHERE collection = :collection',
];

/**
 * Writes a library database that holds one collection of another, under the same numbers: what is addressed by them, as the
 * features of its images, is good for both. Replaces a file of that name. Yields whenever others may have their turn.
 * @param library file of the database that it is taken from, which may be in use: it is copied as it is at the beginning
 * @param settings what the copy is to hold among its settings
 * @throws SQLite's error when the target cannot be written
 */
export function* copyCollection(library: string, collection: number, target: string, settings: Readonly<Record<string, string>> = {}): Generator<void, void, void> {
  for (const ending of ['', '-wal', '-shm']) rmSync(`${target}${ending}`, { force: true });
  const { handle: db, close } = openWriteHandle(target, { durable: false });
  try {
    migrate(db, () => undefined);
    db.prepare('ATTACH ? AS whole').run(library);
    db.exec('BEGIN IMMEDIATE');
    for (const part of parts) {
      const insert = db.prepare(`INSERT INTO ${part}`);
      if (!part.includes(':after')) {
        insert.run(...(part.includes(':collection') ? [{ collection }] : []));
        continue;
      }
      const end = db.prepare(`SELECT coalesce(max(id), 0) FROM whole.${part.split(' ')[0]}`).pluck().get() as number;
      for (let after = 0; after < end; after += rowsAtOnce) {
        insert.run({ collection, after, last: after + rowsAtOnce });
        yield;
      }
    }
    for (const [key, value] of Object.entries(settings)) db.prepare('INSERT INTO settings (key, value) VALUES (?, ?)').run(key, value);
    db.exec('COMMIT');
    db.exec('DETACH whole');
  } finally {
    close();
  }
}
