import type { WriteHandle } from '../handles';

/**
 * Images, known by the SHA-256 of their bytes. A row's number less one is the image's slot in every feature file, so
 * numbers are never used again (AUTOINCREMENT). The bytes are at `path` or in a pack, never both.
 */
export function images(db: WriteHandle): void {
  db.exec(`
    CREATE TABLE settings (
      key TEXT PRIMARY KEY,
      value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE images (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      sha256 BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),
      width INTEGER NOT NULL CHECK (width > 0),
      height INTEGER NOT NULL CHECK (height > 0),
      format TEXT NOT NULL,
      bytes INTEGER NOT NULL CHECK (bytes > 0),
      path TEXT,
      pack INTEGER,
      pack_offset INTEGER,
      CHECK ((path IS NULL) <> (pack IS NULL)),
      CHECK ((pack IS NULL) = (pack_offset IS NULL))
    ) STRICT;
  `);
}
