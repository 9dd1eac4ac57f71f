import type { Job } from '../contract/jobs';
import { watchJob } from '../sweep/follow-job';
import type { Client } from './engine-connection';
import type { Output } from './output';
import { jobLine } from './wording';

/**
 * Shows a job's progress until it ends and gives it. A Ctrl-C cancels the job and waits until it has let go.
 * @throws GlyphscopeError the job's own error, or CANCELLED
 */
export function followJob(client: Client, id: string, out: Pick<Output, 'progress'>, signal: AbortSignal): Promise<Job> {
  return watchJob(client, id, signal, (job) => out.progress(job.phase, jobLine(job)));
}

/** Lists the files that a job could not read, each by name and reason. */
export function noteFailures(job: Job, out: Output): void {
  for (const { name, reason } of job.failures) out.note(`  ${name}: ${reason}`);
  const more = job.failureCount - job.failures.length;
  if (more > 0) out.note(`  and ${more.toLocaleString('en')} more`);
}
