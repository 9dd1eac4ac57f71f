import { GlyphscopeError } from '../contract/errors';
import type { Job } from '../contract/jobs';
import type { Client } from './engine-connection';
import type { Output } from './output';
import { jobLine } from './wording';

/**
 * Shows a job's progress until it ends and gives it. A Ctrl-C cancels the job and waits until it has let go.
 * @throws GlyphscopeError the job's own error, or CANCELLED
 */
export async function followJob(client: Client, id: string, out: Pick<Output, 'progress'>, signal: AbortSignal): Promise<Job> {
  const cancel = () => void client.jobs.cancel({ job: id }).catch(() => {}); // it may have ended by itself
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  try {
    for await (const jobs of await client.jobs.watch()) {
      const job = jobs.find((one) => one.id === id);
      if (!job) throw new GlyphscopeError('NOT_FOUND', 'The job was taken off the list by another window.');
      if (job.state === 'done') return job;
      if (job.state === 'failed') throw job.error ? fromDetail(job.error) : new GlyphscopeError('INTERNAL', `${job.title} failed.`);
      if (job.state === 'cancelled' || job.state === 'interrupted')
        throw new GlyphscopeError('CANCELLED', `${job.title}: ${job.state}.`, { remedy: 'Run the same command again to go on; what was done is kept.' });
      if (job.unit !== '' || job.state === 'waiting') out.progress(job.phase, jobLine(job));
    }
    throw new GlyphscopeError('PROCESS_DIED', 'The engine ended before the work was done.', { remedy: 'Run the same command again to go on.' });
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

function fromDetail(detail: NonNullable<Job['error']>): GlyphscopeError {
  return new GlyphscopeError(detail.code, detail.message, { subject: detail.subject, remedy: detail.remedy });
}

/** Lists the files that a job could not read, each by name and reason. */
export function noteFailures(job: Job, out: Output): void {
  for (const { name, reason } of job.failures) out.note(`  ${name}: ${reason}`);
  const more = job.failureCount - job.failures.length;
  if (more > 0) out.note(`  and ${more.toLocaleString('en')} more`);
}
