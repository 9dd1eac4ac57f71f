import type { WriteHandle } from '../handles';

/** Long work and the files that failed in it: kept over a restart, so that an interrupted job is shown as such. */
export function jobs(db: WriteHandle): void {
  db.exec(`
    CREATE TABLE jobs (
      id TEXT PRIMARY KEY,
      kind TEXT NOT NULL,
      title TEXT NOT NULL,
      state TEXT NOT NULL,
      phase TEXT NOT NULL,
      done INTEGER NOT NULL,
      total INTEGER,
      unit TEXT NOT NULL,
      error TEXT,
      summary TEXT,
      counts TEXT,
      started_at INTEGER NOT NULL,
      ended_at INTEGER
    ) STRICT;
    CREATE INDEX jobs_by_start ON jobs (started_at);

    CREATE TABLE job_failures (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      job TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
      name TEXT NOT NULL,
      code TEXT NOT NULL,
      reason TEXT NOT NULL
    ) STRICT;
    CREATE INDEX job_failures_by_job ON job_failures (job, id);
  `);
}
