import type { Command } from './command';
import { withEngine } from './engine-connection';
import { followJob, noteFailures } from './follow-job';
import { namedRunAndCollection } from './measured';
import { count } from './wording';

export const encodeCommand: Command = {
  name: 'encode',
  summary: 'Describe every image of a collection with a run and keep the descriptions.',
  options: {
    run: { value: 'RUN', required: true, help: 'The run.' },
    collection: { value: 'NAME', required: true, help: 'The collection.' },
  },

  async run(invocation) {
    const { out, signal } = invocation;
    return withEngine(invocation, async (client) => {
      const { run, collection, both } = await namedRunAndCollection(client, invocation);
      const started = await client.runs.encode(both);
      const job = await followJob(client, started.job, out, signal);
      noteFailures(job, out);
      const described = collection.images - job.failureCount;
      out.result(
        { run: run.name, collection: collection.name, images: collection.images, described, failed: job.failureCount, failures: job.failures },
        job.summary ?? `${count(described)} of ${count(collection.images)} images described by "${run.name}".`,
      );
      return job.failureCount === 0;
    });
  },
};
