import type { WriteHandle } from '../handles';

/** The runs that wait to be trained, in their order; and what every run is found to suffer from (null: not looked at yet). */
export function queueAndFindings(db: WriteHandle): void {
  db.exec(`
    ALTER TABLE runs ADD COLUMN findings TEXT;

    CREATE TABLE training_queue (
      run INTEGER PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
      place INTEGER NOT NULL
    ) STRICT;
  `);
}
