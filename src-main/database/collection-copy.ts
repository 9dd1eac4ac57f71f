import { rmSync } from 'node:fs';
import { openWriteHandle, inTransaction } from './handles';
import { migrate } from './migrations';

/**
 * What a training reads of a collection, table by table: `whole` is the library that it is taken from. Runs, descriptions,
 * tags and everything made with them stay behind.
 */
const parts = [
  'images SELECT * FROM whole.images i WHERE EXISTS (SELECT 1 FROM whole.collection_images c WHERE c.collection = :collection AND c.image = i.id)',
  'excluded_images SELECT * FROM whole.excluded_images WHERE image IN (SELECT id FROM images)',
  'collections SELECT * FROM whole.collections WHERE id = :collection',
  'import_sources SELECT * FROM whole.import_sources WHERE collection = :collection',
  'collection_images SELECT * FROM whole.collection_images WHERE collection = :collection',
  'reference_figures SELECT * FROM whole.reference_figures WHERE collection = :collection',
];

/**
 * Writes a library database that holds one collection of another, under the same numbers: what is addressed by them, as the
 * features of its images, is good for both. Replaces a file of that name.
 * @param library file of the database that it is taken from, which may be in use
 * @param settings what it is to hold among its settings
 * @throws SQLite's error when the target cannot be written
 */
export function copyCollection(library: string, collection: number, target: string, settings: Readonly<Record<string, string>> = {}): void {
  for (const ending of ['', '-wal', '-shm']) rmSync(`${target}${ending}`, { force: true });
  const { handle: db, close } = openWriteHandle(target, { durable: true });
  try {
    migrate(db, () => undefined);
    db.prepare('ATTACH ? AS whole').run(library);
    inTransaction(db, () => {
      for (const part of parts) db.prepare(`INSERT INTO ${part}`).run(...(part.includes(':collection') ? [{ collection }] : []));
      for (const [key, value] of Object.entries(settings)) db.prepare('INSERT INTO settings (key, value) VALUES (?, ?)').run(key, value);
    });
    db.exec('DETACH whole');
  } finally {
    close();
  }
}
