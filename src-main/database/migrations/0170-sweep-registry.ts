import type { WriteHandle } from '../handles';

/**
 * Sweeps with what they are to train, so that the next engine goes on with them. `settings`, `change` and `outcome` are JSON
 * of contract/sweeps.ts and database/sweeps.ts; `chosen` the images that all variants train on, as ranges of ids, null for
 * the whole collection.
 */
export function sweepRegistry(db: WriteHandle): void {
  db.exec(`
    CREATE TABLE sweeps (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      name TEXT NOT NULL COLLATE NOCASE UNIQUE,
      kind TEXT NOT NULL,
      collection INTEGER REFERENCES collections (id) ON DELETE SET NULL,
      collection_name TEXT NOT NULL,
      settings TEXT NOT NULL,
      chosen TEXT,
      parallel INTEGER,
      state TEXT NOT NULL,
      seconds REAL NOT NULL DEFAULT 0,
      created_at INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE sweep_variants (
      sweep INTEGER NOT NULL REFERENCES sweeps (id) ON DELETE CASCADE,
      place INTEGER NOT NULL,
      label TEXT NOT NULL,
      part TEXT NOT NULL,
      change TEXT NOT NULL,
      outcome TEXT,
      PRIMARY KEY (sweep, label)
    ) STRICT, WITHOUT ROWID;
  `);
}
