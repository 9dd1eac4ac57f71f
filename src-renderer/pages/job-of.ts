import type { Job, JobKind } from '../../src-main/contract/jobs';

/** A job that is under way, of one kind and about what is named; the newest when there are several. */
export function jobOf(jobs: readonly Job[], kind: JobKind | readonly JobKind[], ...names: readonly (string | null | undefined)[]): Job | null {
  const kinds = typeof kind === 'string' ? [kind] : kind;
  const fitting = jobs.filter((job) => (job.state === 'running' || job.state === 'waiting') && kinds.includes(job.kind));
  const about = fitting.filter((job) => names.every((name) => !name || job.title.includes(name)));
  return about.sort((a, b) => b.startedAt - a.startedAt)[0] ?? null;
}
