import { type Command, text } from './command';
import { withEngine } from './engine-connection';
import { followJob, noteFailures } from './follow-job';
import { findCollection, findRun } from './known-names';
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
      const run = await findRun(client, text(invocation, 'run'));
      const collection = await findCollection(client, text(invocation, 'collection'));
      const started = await client.runs.encode({ run: run.id, collection: collection.id });
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
