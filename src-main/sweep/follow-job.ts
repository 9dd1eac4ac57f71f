import { GlyphscopeError } from '../contract/errors';
import type { Job } from '../contract/jobs';
import type { SweepClient } from './client';

/**
 * Follows a job until it ends and gives it. When `signal` aborts, the job is cancelled and waited for until it has let go.
 * @throws GlyphscopeError the job's own error, or CANCELLED
 */
export async function watchJob(client: Pick<SweepClient, 'jobs'>, id: string, signal: AbortSignal, onProgress: (job: Job) => void): Promise<Job> {
  const cancel = () => void client.jobs.cancel({ job: id }).catch(() => {}); // it may have ended by itself
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  try {
    for await (const jobs of await client.jobs.watch()) {
      const job = jobs.find((one) => one.id === id);
      if (!job) throw new GlyphscopeError('NOT_FOUND', 'The job was taken off the list by another window.');
      if (job.state === 'done') return job;
      if (job.state === 'failed') throw job.error ? new GlyphscopeError(job.error.code, job.error.message, job.error) : new GlyphscopeError('INTERNAL', `${job.title} failed.`);
      if (job.state === 'cancelled' || job.state === 'interrupted')
        throw new GlyphscopeError('CANCELLED', `${job.title}: ${job.state}.`, { remedy: 'Run the same command again to go on; what was done is kept.' });
      if (job.unit !== '' || job.state === 'waiting') onProgress(job);
    }
    throw new GlyphscopeError('PROCESS_DIED', 'The engine ended before the work was done.', { remedy: 'Run the same command again to go on.' });
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}
