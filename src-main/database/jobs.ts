import * as z from 'zod';
import { errorDetail } from '../contract/errors';
import type { FileFailure } from '../contract/images';
import { jobKind, jobState, type Job } from '../contract/jobs';
import { allRows, change, type ReadHandle, type WriteHandle } from './handles';

interface JobRow {
  id: string;
  kind: string;
  title: string;
  state: string;
  phase: string;
  done: number;
  total: number | null;
  unit: string;
  error: string | null;
  summary: string | null;
  counts: string | null;
  started_at: number;
  ended_at: number | null;
  failure_count: number;
}

const jobCounts = z.record(z.string(), z.int());

/** How many failures a job carries with it; the rest stay in the table. */
export const shownFailures = 100;

export function readJobs(db: ReadHandle) {
  const list = allRows<JobRow>(
    db,
    `SELECT id, kind, title, state, phase, done, total, unit, error, summary, counts, started_at, ended_at,
       (SELECT count(*) FROM job_failures f WHERE f.job = jobs.id) AS failure_count
     FROM jobs ORDER BY started_at`,
  );
  const failures = allRows<FileFailure>(db, 'SELECT name, code, reason FROM job_failures WHERE job = ? ORDER BY id LIMIT ?');
  return {
    /** The oldest first. */
    list: (): Job[] =>
      list().map((row) => ({
        id: row.id,
        kind: jobKind.parse(row.kind),
        title: row.title,
        state: jobState.parse(row.state),
        phase: row.phase,
        done: row.done,
        total: row.total,
        unit: row.unit,
        rate: null,
        etaSeconds: null,
        failures: failures(row.id, shownFailures),
        failureCount: row.failure_count,
        error: row.error === null ? null : errorDetail.parse(JSON.parse(row.error)),
        summary: row.summary,
        counts: row.counts === null ? undefined : jobCounts.parse(JSON.parse(row.counts)),
        startedAt: row.started_at,
        endedAt: row.ended_at,
      })),
    failures: (job: string, limit: number): FileFailure[] => failures(job, limit),
  };
}

export function writeJobs(db: WriteHandle) {
  const put = change(
    db,
    `INSERT INTO jobs (id, kind, title, state, phase, done, total, unit, error, summary, counts, started_at, ended_at)
     VALUES (:id, :kind, :title, :state, :phase, :done, :total, :unit, :error, :summary, :counts, :startedAt, :endedAt)
     ON CONFLICT (id) DO UPDATE SET state = excluded.state, phase = excluded.phase, done = excluded.done, total = excluded.total,
       unit = excluded.unit, error = excluded.error, summary = excluded.summary, counts = excluded.counts, ended_at = excluded.ended_at`,
  );
  const fail = change(db, 'INSERT INTO job_failures (job, name, code, reason) VALUES (?, ?, ?, ?)');
  const remove = change(db, 'DELETE FROM jobs WHERE id = ?');
  return {
    put: (job: Job): void => {
      const { id, kind, title, state, phase, done, total, unit, summary, startedAt, endedAt } = job;
      put({
        ...{ id, kind, title, state, phase, done, total, unit, summary, startedAt, endedAt },
        error: job.error ? JSON.stringify(job.error) : null,
        counts: job.counts ? JSON.stringify(job.counts) : null,
      });
    },
    fail: (job: string, failure: FileFailure): void => void fail(job, failure.name, failure.code, failure.reason),
    remove: (id: string): void => void remove(id),
  };
}
