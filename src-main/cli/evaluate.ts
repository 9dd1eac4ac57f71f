import type { Evaluation } from '../contract/evaluation';
import type { Command } from './command';
import { withEngine } from './engine-connection';
import { measured, namedRunAndCollection } from './measured';
import { count, percent, table } from './wording';

export const evaluateCommand: Command = {
  name: 'evaluate',
  summary: "Measure how much of the teacher a run's descriptions keep: k-NN and a linear probe, by prefix length.",
  options: {
    run: { value: 'RUN', required: true, help: 'The run.' },
    collection: { value: 'NAME', required: true, help: 'A collection with labels; its train and test splits are used where it has them.' },
  },
  notes: ["k-NN as in DINO (k = 10, 20, 100, 200 and their mean) after every symbol, from hard symbols; residual k-means of the same size and the teacher's own figures stand beside, computed once."],

  async run(invocation) {
    const { out } = invocation;
    return withEngine(invocation, async (client) => {
      const { both } = await namedRunAndCollection(client, invocation);
      const evaluation = await measured(client, invocation, 'The evaluation', () => client.runs.evaluate(both), () => client.runs.evaluation(both));
      out.result(evaluation, report(evaluation));
      return true;
    });
  },
};

/** The document as a table: a row for each prefix length, residual k-means in the same way, the teacher last. */
export function report({ student, teacher, residualKMeans, retention, trainImages, testImages, protocol, run, collection }: Evaluation): string {
  const row = (name: string, { knn, linear }: Evaluation['student']['prefix'][string]) => [
    name,
    percent(knn.top1),
    percent(knn.top5),
    ...Object.values(knn.k).map(({ top1 }) => percent(top1)),
    linear ? percent(linear.top1) : '–',
    linear ? percent(linear.top5) : '–',
  ];
  const ks = Object.keys(teacher.knn.k).map((k) => `k=${k}`);
  const prefixes = Object.entries(student.prefix).map(([length, figures]) => row(`prefix ${length}`, figures));
  const baseline = Object.entries(residualKMeans?.prefix ?? {}).map(([length, figures]) => row(`residual k-means ${length}`, figures));
  return [
    `${run} on ${collection}: ${count(testImages)} images, neighbours among ${count(trainImages)}. ${protocol}`,
    '',
    table(['', 'k-NN top-1', 'top-5', ...ks, 'linear top-1', 'top-5'], [...prefixes, ...baseline, row('teacher', teacher)]),
    '',
    `The descriptions keep ${percent(retention)} of the teacher's k-NN top-1.`,
  ].join('\n');
}
