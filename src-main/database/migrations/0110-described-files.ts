import type { WriteHandle } from '../handles';

/**
 * What runs found out about files that need not be in any collection, by their content: `teacher` is the teacher's
 * id and `step` that of the run's checkpoint; `feature`, `tokens` and `embedding` are float32 little endian.
 */
export function describedFiles(db: WriteHandle): void {
  db.exec(`
    CREATE TABLE described_files (
      id INTEGER PRIMARY KEY,
      run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
      sha256 TEXT NOT NULL,
      teacher TEXT NOT NULL,
      step INTEGER NOT NULL,
      width INTEGER NOT NULL,
      height INTEGER NOT NULL,
      description TEXT NOT NULL,
      feature BLOB NOT NULL,
      tokens BLOB NOT NULL,
      embedding BLOB NOT NULL,
      UNIQUE (run, sha256)
    ) STRICT;
  `);
}
