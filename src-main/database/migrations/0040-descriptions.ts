import type { WriteHandle } from '../handles';

/**
 * Descriptions: the symbols as big-endian uint16, so that bytes compare as sequences do and a prefix is a range of the
 * index. `encodings` says which checkpoint wrote a collection's descriptions.
 */
export function descriptions(db: WriteHandle): void {
  db.exec(`
    CREATE TABLE descriptions (
      run INTEGER NOT NULL REFERENCES runs (id),
      image INTEGER NOT NULL REFERENCES images (id),
      symbols BLOB NOT NULL CHECK (length(symbols) % 2 = 0 AND length(symbols) BETWEEN 2 AND 16),
      PRIMARY KEY (run, image)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX descriptions_by_symbols ON descriptions (run, symbols, image);

    CREATE TABLE encodings (
      run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
      collection INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
      step INTEGER NOT NULL,
      images INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      PRIMARY KEY (run, collection)
    ) STRICT, WITHOUT ROWID;
  `);
}
