import { type Command, text } from './command';
import { withEngine } from './engine-connection';
import { followJob, noteFailures } from './follow-job';
import { findCollection } from './known-names';
import { count } from './wording';

export const featuresCommand: Command = {
  name: 'features',
  summary: "Compute the teacher's features: of each image, and of its augmented views for training.",
  options: {
    collection: { value: 'NAME', required: true, help: 'The collection.' },
    views: { help: 'Four augmented views as well; --no-views leaves them out, which is enough to describe and evaluate. Default: on.', negatable: true },
  },
  notes: ['Each feature is computed once and kept; after an interruption the same command goes on.'],

  async run(invocation) {
    const { out, signal, values } = invocation;
    const views = values.views !== false;
    return withEngine(invocation, async (client) => {
      const collection = await findCollection(client, text(invocation, 'collection'));
      const started = await client.features.compute({ collection: collection.id, views });
      const job = await followJob(client, started.job, out, signal);
      noteFailures(job, out);
      const done = collection.images - job.failureCount;
      out.result(
        { collection: collection.name, images: collection.images, ready: done, views, failed: job.failureCount, failures: job.failures },
        `${job.summary ?? `${count(done)} of ${count(collection.images)} images have their features${views ? ', clean and four views' : ''}`}`,
      );
      return job.failureCount === 0;
    });
  },
};
