import type { Job } from '../../src-main/contract/jobs';

const count = (n: number) => n.toLocaleString('en');

/** "31 s", "4 min", "2 h 10 min". */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** "reading: 23,120 of 60,000 images, 1,204 a second, 31 s left". */
export function jobProgress(job: Pick<Job, 'state' | 'phase' | 'done' | 'total' | 'unit' | 'rate' | 'etaSeconds'>): string {
  if (job.state === 'waiting') return 'waiting for its turn';
  const parts = [`${count(job.done)}${job.total === null ? '' : ` of ${count(job.total)}`} ${job.unit}`];
  if (job.rate !== null) parts.push(`${job.rate < 10 ? job.rate.toFixed(1) : count(Math.round(job.rate))} a second`);
  if (job.etaSeconds !== null) parts.push(`${duration(job.etaSeconds)} left`);
  return `${job.phase}: ${parts.join(', ')}`;
}

const ends: Record<Exclude<Job['state'], 'waiting' | 'running'>, string> = { done: 'Done', failed: 'Failed', cancelled: 'Cancelled', interrupted: 'Interrupted: start it again to go on' };

/** What came of a job that has ended. */
export function jobOutcome(job: Pick<Job, 'state' | 'summary'>): string {
  if (job.summary) return job.summary;
  return job.state === 'waiting' || job.state === 'running' ? '' : ends[job.state];
}
