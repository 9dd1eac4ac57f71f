import { embeddedTeacherName } from '../contract/teachers';
import { wholeNumber } from './arguments';
import { type Command, text } from './command';
import { withEngine } from './engine-connection';
import { followJob, noteFailures } from './follow-job';
import { findCollection } from './known-names';
import { count } from './wording';

export const featuresCommand: Command = {
  name: 'features',
  summary: "Compute a teacher's features: of each image, and of its augmented views for training.",
  options: {
    collection: { value: 'NAME', required: true, help: 'The collection.' },
    views: { help: 'Four augmented views as well; --no-views leaves them out, which is enough to describe and evaluate. Default: on.', negatable: true },
    teacher: { value: 'NAME', help: 'The teacher: embedded, or one that `teachers add` brought.', default: embeddedTeacherName },
    tokens: { value: 'N', help: 'As many tokens of each as well, for a training with --feature-tokens N: 1, 4, 9, 16, 25, 36, 49 or 64.', default: '0' },
  },
  notes: ['Each feature is computed once and kept; after an interruption the same command goes on.'],

  async run(invocation) {
    const { out, signal, values } = invocation;
    const views = values.views !== false;
    const tokens = wholeNumber('tokens', text(invocation, 'tokens'), 0, 64);
    const teacher = text(invocation, 'teacher');
    return withEngine(invocation, async (client) => {
      const collection = await findCollection(client, text(invocation, 'collection'));
      const started = await client.features.compute({ collection: collection.id, views, tokens, teacher });
      const job = await followJob(client, started.job, out, signal);
      noteFailures(job, out);
      const done = collection.images - job.failureCount;
      out.result(
        { collection: collection.name, images: collection.images, ready: done, teacher, views, tokens, failed: job.failureCount, failures: job.failures },
        `${job.summary ?? `${count(done)} of ${count(collection.images)} images have their features${views ? ', clean and four views' : ''}${tokens ? `, with the teacher's tokens (${count(tokens)} of each)` : ''}`}`,
      );
      return job.failureCount === 0;
    });
  },
};
