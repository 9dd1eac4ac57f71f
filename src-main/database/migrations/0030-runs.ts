import type { WriteHandle } from '../handles';

/** Runs, what was seen while they trained, and what was made with them. */
export function runs(db: WriteHandle): void {
  db.exec(`
    CREATE TABLE runs (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      name TEXT NOT NULL COLLATE NOCASE UNIQUE,
      variant TEXT NOT NULL,
      state TEXT NOT NULL,
      config TEXT NOT NULL,
      collection INTEGER REFERENCES collections (id) ON DELETE SET NULL,
      collection_name TEXT NOT NULL,
      teacher TEXT NOT NULL,
      backend TEXT,
      step INTEGER NOT NULL DEFAULT 0,
      checkpoint_step INTEGER,
      described_step INTEGER,
      embedded INTEGER NOT NULL DEFAULT 0 CHECK (embedded IN (0, 1)),
      knn_top1 REAL,
      error TEXT,
      disk_bytes INTEGER NOT NULL DEFAULT 0,
      created_at INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE training_events (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
      type TEXT NOT NULL,
      step INTEGER NOT NULL,
      event TEXT NOT NULL
    ) STRICT;
    CREATE INDEX training_events_by_run ON training_events (run);
    CREATE INDEX training_events_by_step ON training_events (run, type, step);

    CREATE TABLE evaluations (
      run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
      collection INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
      document TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      PRIMARY KEY (run, collection)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE maps (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
      collection INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
      seed INTEGER NOT NULL,
      points INTEGER NOT NULL,
      length INTEGER NOT NULL,
      labels TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      UNIQUE (run, collection)
    ) STRICT;
  `);
}
