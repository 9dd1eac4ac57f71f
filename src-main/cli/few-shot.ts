import { GlyphscopeError } from '../contract/errors';
import type { FewShot } from '../contract/evaluation';
import { type Command, text } from './command';
import { withEngine } from './engine-connection';
import { followJob } from './follow-job';
import { findCollection, findRun } from './known-names';
import { count, percent, table } from './wording';

export const fewShotCommand: Command = {
  name: 'few-shot',
  summary: 'Classify from a few labelled images of each class: by the symbols alone, beside the teacher.',
  options: {
    run: { value: 'RUN', required: true, help: 'The run.' },
    collection: { value: 'NAME', required: true, help: 'A collection with labels; its train and test splits are used where it has them.' },
    shots: { value: 'N,N,…', default: '1,5,10,50', help: 'Labelled images of each class.' },
    draws: { value: 'N', default: '10', help: 'How many times they are drawn, for the mean and the standard deviation.' },
    seed: { value: 'N', default: '0', help: 'Seed of the draws.' },
  },

  async run(invocation) {
    const { out, signal } = invocation;
    const numbers = (name: string) => text(invocation, name).split(',').map((one) => whole(one, name));
    const [shots, [draws], [seed]] = [numbers('shots'), numbers('draws'), numbers('seed')];
    return withEngine(invocation, async (client) => {
      const run = await findRun(client, text(invocation, 'run'));
      const collection = await findCollection(client, text(invocation, 'collection'));
      const both = { run: run.id, collection: collection.id };
      await followJob(client, (await client.runs.measureFewShot({ ...both, shots, draws, seed })).job, out, signal);
      const document = await client.runs.fewShot(both);
      if (!document) throw new GlyphscopeError('INTERNAL', 'The figures ended without a result.');
      out.result(document, report(document));
      return true;
    });
  },
};

function whole(value: string, name: string): number {
  if (!/^\d+$/.test(value.trim())) throw new GlyphscopeError('INVALID_INPUT', `--${name} ${value}: expected a whole number.`, { subject: name });
  return Number(value);
}

/** A row for each method, a column for each number of labelled images. */
export function report({ run, collection, testImages, draws, shots, protocol }: FewShot): string {
  const names = {
    naiveBayes: 'symbols, naive Bayes',
    prefixModel: 'symbols, prefix model',
    embeddingMeans: 'embedding, nearest class mean',
    embeddingProbe: 'embedding, logistic regression',
    teacherMeans: 'teacher, nearest class mean',
    teacherProbe: 'teacher, logistic regression',
  } as const;
  const rows = (Object.keys(names) as (keyof typeof names)[]).map((method) => [names[method], ...shots.map((one) => `${percent(one[method].mean)} ± ${percent(one[method].deviation)}`)]);
  return [
    `${run} on ${collection}: ${count(testImages)} images, top-1, mean and standard deviation of ${draws} draws. ${protocol}`,
    '',
    table(['', ...shots.map(({ images }) => `${images} a class`)], rows),
  ].join('\n');
}
