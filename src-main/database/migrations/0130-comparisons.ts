import type { WriteHandle } from '../handles';

/** Two runs on one collection: `images` int32 and `kept` uint8, little endian, one after the other for each image, as the checkpoints of these steps described them. */
export function comparisons(db: WriteHandle): void {
  db.exec(`
    CREATE TABLE comparisons (
      run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
      other INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
      collection INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
      step INTEGER NOT NULL,
      other_step INTEGER NOT NULL,
      neighbours INTEGER NOT NULL CHECK (neighbours BETWEEN 1 AND 255),
      images BLOB NOT NULL CHECK (length(images) = 4 * length(kept)),
      kept BLOB NOT NULL,
      created_at INTEGER NOT NULL,
      PRIMARY KEY (run, other, collection)
    ) STRICT;
  `);
}
