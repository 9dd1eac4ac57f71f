import type { FewShot } from '../contract/evaluation';
import { wholeNumber } from './arguments';
import { type Command, text } from './command';
import { withEngine } from './engine-connection';
import { measured, namedRunAndCollection } from './measured';
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
    const { out } = invocation;
    const number = (name: string, least: number, most: number) => (given: string) => wholeNumber(name, given, least, most);
    const shots = text(invocation, 'shots').split(',').map(number('shots', 1, 1_000_000));
    const draws = number('draws', 1, 100)(text(invocation, 'draws'));
    const seed = number('seed', 0, 2 ** 31 - 1)(text(invocation, 'seed'));
    return withEngine(invocation, async (client) => {
      const { both } = await namedRunAndCollection(client, invocation);
      const document = await measured(client, invocation, 'The figures', () => client.runs.measureFewShot({ ...both, shots, draws, seed }), () => client.runs.fewShot(both));
      out.result(document, report(document));
      return true;
    });
  },
};

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
