import { describe, expect, test } from 'vitest';
import { fewShot as schema } from '../../../src-main/contract/evaluation';
import { fewShotMethods, measureFewShot, type FewShotInput } from '../../../src-main/evaluation/few-shot';
import { plainProduct } from '../../../src-main/evaluation/matrix-product';
import { NaiveBayes } from '../../../src-main/evaluation/symbol-classifier';
import { normal, seeded } from './random';

const [length, vocabulary, width, classes] = [4, 6, 5, ['cat', 'dog', 'owl']];

function input(seed: number, each = 30): FewShotInput {
  const random = seeded(seed);
  const codes = Float32Array.from({ length: length * vocabulary * width }, () => normal(random));
  const draw = (n: number) => {
    const labels = Int32Array.from({ length: n }, (_, i) => i % 3);
    const symbols = Uint16Array.from({ length: n * length }, (_, t) => (random() < 0.5 ? labels[Math.floor(t / length)] : Math.floor(random() * vocabulary)));
    return { labels, symbols, features: Float32Array.from({ length: n * width }, (_, t) => (t % width === labels[Math.floor(t / width)] ? 2 : 0) + normal(random) * 0.7) };
  };
  const [train, test] = [draw(each * 3), draw(90)];
  return {
    trainLabels: train.labels, testLabels: test.labels, classes, vocabulary, shots: [5, 1, 20], draws: 4, seed: 3, features: 'made up', split: 'made up', product: plainProduct,
    teacher: { train: train.features, test: test.features },
    student: {
      trainSymbols: train.symbols, testSymbols: test.symbols, length, width,
      interpret: async (symbols, m, prefix) => Float32Array.from({ length: m * width }, (_, at) => {
        let sum = 0;
        for (let j = 0; j < prefix; j++) sum += codes[(j * vocabulary + symbols[Math.floor(at / width) * prefix + j]) * width + (at % width)];
        return sum;
      }),
    },
  };
}

describe('few-shot classification', () => {
  test('every method learns: more labelled images, better figures; the same seed, the same figures', async () => {
    const o = input(1);
    const parts = await measureFewShot(o);
    const { shots, draws } = schema.parse({ ...parts, run: 'r', collection: 'c' });
    expect(draws).toBe(4);
    expect(shots.map(({ images }) => images)).toEqual([1, 5, 20]);
    for (const method of fewShotMethods) {
      expect(shots[2][method].mean).toBeGreaterThan(0.5);
      expect(shots[2][method].mean).toBeGreaterThan(shots[0][method].mean - 0.02);
      expect(shots[0][method].deviation).toBeGreaterThan(0);
    }
    expect(await measureFewShot(o)).toEqual(parts);
    expect((await measureFewShot({ ...o, seed: 4 })).shots).not.toEqual(parts.shots);
  });

  test('draws come from the training images alone, each class as many', async () => {
    const o = input(2, 5);
    const all = await measureFewShot({ ...o, shots: [5] }); // every training image in every draw: the draws agree
    for (const method of fewShotMethods) expect(all.shots[0][method].deviation).toBeCloseTo(0, 12);
  });

  test('shots that a class has too few images for are left out, and said; none at all is an error', async () => {
    const parts = await measureFewShot(input(3, 6));
    expect(parts.shots.map(({ images }) => images)).toEqual([1, 5]);
    expect(parts.protocol).toContain('20 images of each class left out: the smallest class has 6.');
    await expect(measureFewShot({ ...input(3, 6), shots: [10] })).rejects.toMatchObject({ code: 'COLLECTION_TOO_SMALL', message: '"cat" has 6 training images, 10 of each class are needed.' });
    await expect(measureFewShot({ ...input(3), testLabels: new Int32Array(0) })).rejects.toMatchObject({ code: 'LABELS_MISSING' });
    await expect(measureFewShot({ ...input(3), signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('symbols that say nothing leave every class its chance', async () => {
    const o = input(4);
    const same = { ...o.student, trainSymbols: o.student.trainSymbols.map(() => 2), testSymbols: o.student.testSymbols.map(() => 2) };
    const { shots } = await measureFewShot({ ...o, student: same });
    for (const { naiveBayes, prefixModel, embeddingMeans } of shots) for (const { mean } of [naiveBayes, prefixModel, embeddingMeans]) expect(mean).toBeCloseTo(1 / 3, 12);
  });
});

test('naive Bayes is its formula, and equal evidence from different positions scores alike', () => {
  const symbols = Uint16Array.from([0, 1, 1, 1, 2, 0, 0, 2]); // four descriptions of two symbols
  const labels = [0, 0, 1, 1];
  const model = new NaiveBayes(symbols, labels, [0, 1, 2], { length: 2, vocabulary: 3, classes: 2 });
  const [zero, one] = model.scores(symbols, 3);
  expect(zero).toBeCloseTo(Math.log((3 / 5) * (2 / 5) * (1 / 5)), 8); // prior 2 + 1 of 3 + 2; symbol 0 once, symbol 2 never
  expect(one).toBeCloseTo(Math.log((2 / 5) * (1 / 4) * (1 / 4)), 8);
  const long = Uint16Array.from([1, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 1]); // the third shares one symbol with each of the others, of another position
  const shared = new NaiveBayes(long, [0, 1, 0], [0, 1], { length: 4, vocabulary: 7, classes: 2 }).scores(long, 2);
  expect(shared[0]).toBe(shared[1]);
});
