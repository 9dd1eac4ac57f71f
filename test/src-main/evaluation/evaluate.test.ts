import { describe, expect, test } from 'vitest';
import { evaluation } from '../../../src-main/contract/evaluation';
import { distinctRows } from '../../../src-main/evaluation/distinct-rows';
import { evaluateFeatures, prefixLengths, type EvaluationInput } from '../../../src-main/evaluation/evaluate';
import type { CodedImages } from '../../../src-main/evaluation/coded-images';
import { plainProduct } from '../../../src-main/evaluation/matrix-product';
import { evaluationSplit } from '../../../src-main/evaluation/split';
import { normal, pickRows, seeded, shuffled } from './random';

const width = 8, length = 5, vocabulary = 4, classes = ['cat', 'dog', 'owl'];

/** Symbols that say more of the class the longer they are; the interpreter sums one vector for each. */
function input(seed: number, asked: { prefix: number; m: number }[] = []): EvaluationInput {
  const random = seeded(seed);
  const codes = Float32Array.from({ length: length * vocabulary * width }, () => normal(random));
  const draw = (n: number) => {
    const labels = Int32Array.from({ length: n }, () => Math.floor(random() * 3));
    const symbols = Uint16Array.from({ length: n * length }, (_, t) => (random() < 0.55 ? labels[Math.floor(t / length)] : Math.floor(random() * vocabulary)));
    return { labels, symbols, features: Float32Array.from({ length: n * width }, (_, t) => (t % width === labels[Math.floor(t / width)] ? 2 : 0) + normal(random) * 0.5) };
  };
  const [train, test] = [draw(240), draw(120)];
  const coded = (asked: { prefix: number; m: number }[]): CodedImages => ({
    trainSymbols: train.symbols, testSymbols: test.symbols, length, width,
    interpret: async (symbols, m, prefix) => {
      asked.push({ prefix, m });
      const out = new Float32Array(m * width);
      for (let i = 0; i < m; i++)
        for (let j = 0; j < prefix; j++) for (let t = 0; t < width; t++) out[i * width + t] += codes[(j * vocabulary + symbols[i * prefix + j]) * width + t];
      return out;
    },
  });
  return {
    trainLabels: train.labels, testLabels: test.labels, classes, student: coded(asked), references: null, product: plainProduct,
    teacher: async () => ({ train: train.features, test: test.features }), residualKMeans: async () => coded([]), features: 'features made up', split: 'made up',
  };
}

describe('the evaluation', () => {
  test('is a document of the contract, with every prefix and the full length', async () => {
    const asked: { prefix: number; m: number }[] = [];
    const o = input(1, asked);
    const phases = new Set<string>();
    const parts = await evaluateFeatures({ ...o, onProgress: (p) => phases.add(p.phase) });
    const document = evaluation.parse({ ...parts, run: 'r', collection: 'c' });
    expect(Object.keys(document.student.prefix)).toEqual(['1', '2', '3', '4', '5']);
    expect(Object.entries(document.student.prefix).flatMap(([length, { linear }]) => (linear ? [length] : []))).toEqual(['1', '2', '4', '5']);
    expect(document.residualKMeans).toEqual(document.student); // here it codes in the same way
    expect(document.student.knn).toEqual(document.student.prefix['5'].knn);
    expect(document.student.linear).toEqual(document.student.prefix['5'].linear);
    expect(document.retention).toBeCloseTo(document.student.knn.top1 / document.teacher.knn.top1, 12);
    expect(document).toMatchObject({ trainImages: 240, testImages: 120 });
    expect(document.teacher.knn.top1).toBeGreaterThan(0.9);
    expect(document.student.knn.top1).toBeGreaterThan(document.student.prefix['1'].knn.top1);
    for (const text of ['made up', 'features made up', 'k = 10, 20, 100, 200', 'exp(s / 0.07)', 'exact ties']) expect(document.protocol).toContain(text);
    expect([...phases]).toEqual(expect.arrayContaining(['teacher: k-NN', 'teacher: linear probe', '1 symbol: k-NN', '5 symbols: interpreting', 'residual k-means, 3 symbols: k-NN']));
    // Four different prefixes of one symbol were interpreted, not 360.
    expect(asked[0]).toEqual({ prefix: 1, m: 4 });
    expect(asked.map((a) => a.prefix)).toEqual([1, 2, 3, 4, 5]);
  });

  test('does not depend on the order of the images', async () => {
    const o = input(2);
    const order = shuffled(240, seeded(1));
    const teacher = await o.teacher();
    const coded = { ...o.student, trainSymbols: Uint16Array.from(order.flatMap((i) => Array.from(o.student.trainSymbols.subarray(i * length, (i + 1) * length)))) };
    const shuffledInput: EvaluationInput = {
      ...o,
      trainLabels: Int32Array.from(order, (i) => o.trainLabels[i]),
      student: coded,
      residualKMeans: async () => coded,
      teacher: async () => ({ train: pickRows(teacher.train, width, order), test: teacher.test }),
    };
    expect(await evaluateFeatures(shuffledInput)).toEqual(await evaluateFeatures(o));
  });

  test('says when a number of neighbours exceeds the training images', async () => {
    const o = input(3);
    const coded = { ...o.student, trainSymbols: o.student.trainSymbols.slice(0, 50 * length) };
    const few = { ...o, trainLabels: o.trainLabels.slice(0, 50), student: coded, residualKMeans: async () => coded, teacher: async () => ({ train: (await o.teacher()).train.slice(0, 50 * width), test: (await o.teacher()).test }) };
    expect((await evaluateFeatures(few)).protocol).toContain('k = 100, 200 exceed the training images: all 50 voted instead.');
  });

  test('bad input is named', async () => {
    const o = input(4);
    await expect(evaluateFeatures({ ...o, testLabels: new Int32Array(0) })).rejects.toMatchObject({ code: 'LABELS_MISSING' });
    await expect(evaluateFeatures({ ...o, student: { ...o.student, trainSymbols: o.student.trainSymbols.slice(1) } })).rejects.toThrow('1199 symbols for 240 images of 5: expected 1200.');
    await expect(evaluateFeatures({ ...o, student: { ...o.student, interpret: async () => new Float32Array(3) } })).rejects.toMatchObject({ code: 'INVALID_INPUT', subject: 'embeddings after 1 symbols' });
    await expect(evaluateFeatures({ ...o, signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('does not measure again what other runs have in common', async () => {
    const o = input(5);
    const { teacher, residualKMeans, ...parts } = await evaluateFeatures(o);
    const never = async () => Promise.reject(new Error('asked again'));
    expect(await evaluateFeatures({ ...o, references: { teacher, residualKMeans }, teacher: never, residualKMeans: never })).toEqual({ teacher, residualKMeans, ...parts });
  });

  test('prefix lengths', () => {
    expect([1, 2, 3, 8].map(prefixLengths)).toEqual([[1], [1, 2], [1, 2, 3], [1, 2, 4, 8]]);
  });
});

describe('the split', () => {
  const labels = Array.from({ length: 100 }, (_, i) => (i % 10 === 9 ? -1 : i % 3));

  test("the collection's own, without the unlabelled", () => {
    const splits = labels.map((_, i) => (i < 60 ? 'train' : i < 90 ? 'test' : null) as 'train' | 'test' | null);
    const { train, test, description } = evaluationSplit({ labels, splits, classes });
    expect([train.length, test.length]).toEqual([54, 27]);
    expect(description).toBe("the collection's own splits: 54 training and 27 test images; 19 without a label or a split left out");
  });

  test('a fifth of each class where there is no test split, the same for the same seed', () => {
    for (const splits of [labels.map(() => null), labels.map(() => 'train' as const)]) {
      const { train, test, description } = evaluationSplit({ labels, splits, classes, seed: 4 });
      expect([...train, ...test].sort((a, b) => a - b)).toEqual(labels.flatMap((l, i) => (l >= 0 ? [i] : [])));
      for (let c = 0; c < 3; c++) expect(Array.from(test).filter((i) => labels[i] === c)).toHaveLength(6);
      expect(Array.from(test)).toEqual(Array.from(test).sort((a, b) => a - b));
      expect(description).toContain('no training and test split, so a fifth of each class was drawn for the test (seed 4): 72 training and 18 test images; 10 images without a label left out');
      expect(evaluationSplit({ labels, splits, classes, seed: 4 })).toEqual({ train, test, description });
      expect(evaluationSplit({ labels, splits, classes, seed: 5 }).test).not.toEqual(test);
    }
  });

  test('what cannot be split is said', () => {
    expect(() => evaluationSplit({ labels: [-1, -1], splits: [null, null], classes })).toThrow(expect.objectContaining({ code: 'LABELS_MISSING' }));
    expect(() => evaluationSplit({ labels: [0, 1, 2], splits: [null, null, null], classes })).toThrow(expect.objectContaining({ code: 'COLLECTION_TOO_SMALL' }));
  });
});

test('rows are grouped by their bytes, in an order of their own', () => {
  const random = seeded(1);
  const base = Float32Array.from({ length: 30 }, () => random());
  const picks = Array.from({ length: 200 }, () => Math.floor(random() * 10));
  const rows = pickRows(base, 3, picks);
  const { count, first, group } = distinctRows(rows, 3);
  expect(count).toBe(new Set(picks).size);
  for (let i = 0; i < 200; i++) {
    expect(picks[first[group[i]]]).toBe(picks[i]);
    for (let j = 0; j < 200; j += 13) expect(group[i] === group[j]).toBe(picks[i] === picks[j]);
  }
  const reversed = pickRows(rows, 3, shuffled(200, random));
  const again = distinctRows(reversed, 3);
  for (let g = 0; g < count; g++) expect(Array.from(reversed.subarray(again.first[g] * 3, again.first[g] * 3 + 3))).toEqual(Array.from(rows.subarray(first[g] * 3, first[g] * 3 + 3)));
  expect(distinctRows(Uint16Array.from([1, 2, 3, 1, 2, 3, 1, 2, 4]), 3).count).toBe(2);
});
