import type { WriteHandle } from '../handles';

/**
 * What the user says of a run, and what was measured while it trained as thinned columns, so that hundreds of runs are compared
 * without reading their events. `event` is the newest event taken in; `places` are the steps, epochs and seconds of the
 * kept events, `points` their values, Float64 little endian (database/run-columns.ts).
 */
export function comparingRuns(db: WriteHandle): void {
  db.exec(`
    ALTER TABLE runs ADD COLUMN starred INTEGER NOT NULL DEFAULT 0 CHECK (starred IN (0, 1));
    ALTER TABLE runs ADD COLUMN note TEXT NOT NULL DEFAULT '';

    CREATE TABLE run_series (
      run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
      series TEXT NOT NULL CHECK (series IN ('step', 'evaluation')),
      event INTEGER NOT NULL,
      count INTEGER NOT NULL,
      stride INTEGER NOT NULL,
      final_step INTEGER NOT NULL,
      final_epoch REAL NOT NULL,
      final_seconds REAL NOT NULL,
      places BLOB NOT NULL,
      PRIMARY KEY (run, series)
    ) STRICT;

    CREATE TABLE run_columns (
      run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
      name TEXT NOT NULL,
      series TEXT NOT NULL,
      lowest REAL NOT NULL,
      lowest_step INTEGER NOT NULL,
      highest REAL NOT NULL,
      highest_step INTEGER NOT NULL,
      last REAL NOT NULL,
      last_step INTEGER NOT NULL,
      points BLOB NOT NULL,
      PRIMARY KEY (run, name)
    ) STRICT;
  `);
}
