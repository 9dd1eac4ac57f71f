import { expect, it } from 'vitest';
import type { Evaluation } from '../../../src-main/contract/evaluation';
import { resolveConfig } from '../../../src-main/contract/presets';
import type { LibraryDatabase } from '../../../src-main/database/library-database';
import { RunComparison } from '../../../src-main/engine/run-comparison';
import { RunReports } from '../../../src-main/engine/run-report';
import { Runs } from '../../../src-main/engine/runs';
import type { Services } from '../../../src-main/engine/services';
import { fillCollection, temporaryDatabase, temporaryFolder } from '../database/library.fixture';

const knn = (top1: number) => ({ top1, top5: 0.9, k: {} });
const evaluation = (top1: number): Evaluation => ({
  student: { knn: knn(top1), linear: { top1: 0.5, top5: 0.9 }, prefix: { 1: { knn: knn(top1 / 2), linear: null } } },
  teacher: { knn: knn(0.8), linear: { top1: 0.7, top5: 0.95 } },
  residualKMeans: null, retention: top1 / 0.8, run: 'r', collection: 'cats', trainImages: 8, testImages: 4, protocol: 'The protocol.',
});

/** A finished run of a sweep with a step, an evaluation event and, for each image, a description. */
function addVariant(db: LibraryDatabase, collection: number, label: string, vocabulary: number, describe: (image: number) => number[]): number {
  const id = db.write.runs.create({
    ...{ name: `two: ${label}`, variant: label, sweep: 'two', state: 'finished', config: { ...resolveConfig({ preset: 'tiny' }), vocabulary, length: 2 }, collection, collectionName: 'cats', teacher: 't' },
    ...{ backend: null, step: 2, checkpointStep: 2, embedded: false, createdAt: vocabulary },
  });
  db.transaction(() => {
    for (const step of [1, 2])
      db.write.trainingEvents.add(id, { type: 'step', step, epoch: step, seconds: 60 * step, loss: 1, lossByPrefix: [1, 1], teacherEntropy: 2 + step, kl: 3 / step, usage: [1, 1], perplexity: [2, 2], quantizerTemperature: 1, learningRate: 1, gradientNorm: 1, stepsPerSecond: 1, etaSeconds: 0 });
    db.write.trainingEvents.add(id, { type: 'evaluation', step: 2, knnTop1: { 2: 0.6 }, teacher: 0.8 });
    for (const image of db.read.images.ofCollection(collection)) db.write.descriptions.put(id, image, describe(image));
  });
  db.write.runs.setDescribedStep(id, 2);
  db.write.runs.setEncoded(id, collection, 2, 12, 5);
  return id;
}

it('reports the table of the paper and its three figures, counts the symbols of the descriptions and says what is missing', async () => {
  const db = temporaryDatabase();
  const folder = temporaryFolder();
  const cats = fillCollection(db, 'cats', 12);
  const first = addVariant(db, cats, 'GS 128', 128, (image) => [image % 4, 7]);
  const second = addVariant(db, cats, 'VQ 16', 16, () => [3, 3]);
  db.write.runDocuments.put('evaluation', first, cats, evaluation(0.6), 1);
  const runs = new Runs(db, folder, () => undefined);
  const reports = new RunReports({ library: { db }, runs, comparison: new RunComparison(db) } as unknown as Services);
  const report = await reports.of([second, first], 'dark');

  expect(report.title).toBe('two');
  expect(report.words).toEqual(['2 runs on cats, teacher t.', 'The protocol.', 'Not evaluated yet, so without accuracies: VQ 16.']);
  expect(report.rows.map(({ kind, run, cells }) => [kind, run, cells[0]])).toEqual([['variant', second, 'VQ 16'], ['variant', first, 'GS 128'], ['teacher', null, 'teacher']]);
  const column = (title: string) => report.columns.findIndex((one) => one.title === title);
  expect(report.rows[1].cells[column('k-NN top-1')]).toBe('60.0');
  expect(report.rows[1].cells[column('paper: k-NN top-1')]).toBe('47.3');
  // 4 of 128 symbols at the first position and 1 at the second; perplexities 4 and 1.
  expect(report.rows[1].cells[column('usage')]).toBe(((100 * (4 / 128 + 1 / 128)) / 2).toFixed(1));
  expect(report.rows[1].cells[column('perplexity')]).toBe('2.5');
  expect(report.csv.split('\r\n')[0]).toContain('row,label,knnTop1');

  expect(report.figures.map(({ name }) => name)).toEqual(['teacher-entropy', 'kl', 'knn']);
  for (const { svg, file } of report.figures) {
    expect(svg).not.toContain('prefers-color-scheme');
    expect(file).toContain('@media (prefers-color-scheme:dark)');
  }
  expect(report.figures[0].csv).toBe('variant,step,value (nats)\r\nVQ 16,1,3\r\nVQ 16,2,4\r\nGS 128,1,3\r\nGS 128,2,4\r\n');

  expect(report.html).toContain('<td class="text">GS 128</td>');
  expect(report.html.match(/<img /g)).toHaveLength(3);
  expect(report.html).not.toMatch(/<script|src="(?!data:)|href=|url\(|@import/);
});
