import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { knnResult } from '../../../src-main/contract/evaluation';
import { labelledRows } from '../../../src-main/evaluation/distinct-rows';
import { Voting, weightedKnn, type KnnOptions } from '../../../src-main/evaluation/knn';
import { liveColumns } from '../../../src-main/evaluation/live-columns';
import { plainProduct, type MatrixProduct } from '../../../src-main/evaluation/matrix-product';
import { normal, pickRows, seeded, shuffled } from './random';

/** A problem whose rows come from few different embeddings, as descriptions of few symbols give. */
function discrete(seed: number, distinct: number, n: number, q: number, width = 6, classes = 4) {
  const random = seeded(seed);
  const codes = Float32Array.from({ length: distinct * width }, () => normal(random));
  const draw = (count: number) => Array.from({ length: count }, () => Math.floor(random() * distinct));
  const label = (codeOf: number[]) => Int32Array.from(codeOf, (c) => (random() < 0.6 ? c % classes : Math.floor(random() * classes)));
  const bankCodes = draw(n);
  const queryCodes = draw(q);
  return {
    bank: pickRows(codes, width, bankCodes), bankLabels: label(bankCodes),
    queries: pickRows(codes, width, queryCodes), queryLabels: label(queryCodes),
    width, classes, product: plainProduct,
  };
}

/** The definition without any grouping: eval_knn.py after each of many random orders of the bank, and random class order. */
function simulate(o: KnnOptions, k: number, rounds: number, random: () => number): { top1: number; top5: number } {
  const unit = (rows: Float32Array, i: number) => {
    const row = Array.from(rows.subarray(i * o.width, (i + 1) * o.width));
    const length = Math.hypot(...row);
    return row.map((x) => Math.fround(x / length));
  };
  const n = o.bankLabels.length;
  const bank = Array.from({ length: n }, (_, i) => unit(o.bank, i));
  const hit = { top1: 0, top5: 0 };
  for (let q = 0; q < o.queryLabels.length; q++) {
    const query = unit(o.queries, q);
    const s = bank.map((row) => Math.fround(row.reduce((sum, x, t) => sum + x * query[t], 0)));
    for (let round = 0; round < rounds; round++) {
      const order = shuffled(n, random).sort((a, b) => s[b] - s[a]).slice(0, k); // the sort is stable: ties keep the shuffle
      const votes = new Array<number>(o.classes).fill(0);
      for (const i of order) votes[o.bankLabels[i]] += Math.exp(s[i] / 0.07);
      const ranking = shuffled(o.classes, random).sort((a, b) => (Math.abs(votes[b] - votes[a]) < 1e-9 * votes[a] ? 0 : votes[b] - votes[a]));
      const place = ranking.indexOf(o.queryLabels[q]);
      if (place < 1) hit.top1++;
      if (place < Math.min(5, k)) hit.top5++;
    }
  }
  const total = o.queryLabels.length * rounds;
  return { top1: hit.top1 / total, top5: hit.top5 / total };
}

describe('against the reference', () => {
  const reference = JSON.parse(readFileSync(new URL('./knn-reference.json', import.meta.url), 'utf8')) as {
    classes: number; width: number; temperature: number; bank: number[]; bankLabels: number[]; queries: number[]; queryLabels: number[];
    k: Record<string, { top1: number; top5: number | null }>;
  };
  test('continuous features give the figures of eval_knn.py', async () => {
    const k = Object.keys(reference.k).map(Number);
    const result = await weightedKnn({
      ...reference, k, product: plainProduct,
      bank: Float32Array.from(reference.bank), bankLabels: Int32Array.from(reference.bankLabels),
      queries: Float32Array.from(reference.queries), queryLabels: Int32Array.from(reference.queryLabels),
    });
    let top5 = 0;
    for (const [key, expected] of Object.entries(reference.k)) {
      expect(result.k[key].top1).toBeCloseTo(expected.top1, 6);
      if (expected.top5 === null) continue;
      expect(result.k[key].top5).toBeCloseTo(expected.top5, 6);
      top5++;
    }
    expect(top5).toBeGreaterThanOrEqual(2);
    expect(knnResult.parse(result).top1).toBeCloseTo(k.reduce((sum, key) => sum + result.k[key].top1, 0) / k.length, 12);
  });
});

describe('ties', () => {
  test('where one vote is shared at a single tier, the figures are the expectation over random orders', async () => {
    // All votes beyond the border are the same whatever the order, so the vote expected decides as the votes drawn do on average.
    const o = discrete(3, 5, 60, 30);
    const big = await weightedKnn({ ...o, k: [60] });
    const simulated = simulate(o, 60, 200, seeded(1));
    expect(Math.abs(big.top1 - simulated.top1)).toBeLessThan(0.02);
    const six = { ...discrete(4, 5, 60, 30, 6, 8), k: [60] };
    const result = await weightedKnn(six);
    expect(Math.abs(result.top5 - simulate(six, 60, 200, seeded(2)).top5)).toBeLessThan(0.02);
  });

  test('the k-th place is shared in proportion to the classes among the tied', async () => {
    // Three images of class 0 and one of class 1 stand where the query stands; k = 1 gives class 0 three quarters of the vote.
    const bank = Float32Array.from([1, 0, 1, 0, 1, 0, 1, 0]);
    const base = { bank, queries: Float32Array.from([1, 0]), width: 2, classes: 2, product: plainProduct, k: [1] };
    const of = (bankLabels: number[], label: number) => weightedKnn({ ...base, bankLabels: Int32Array.from(bankLabels), queryLabels: Int32Array.from([label]) });
    for (const labels of [[0, 0, 0, 1], [1, 0, 0, 0], [0, 1, 0, 0]]) {
      expect((await of(labels, 0)).top1).toBe(1);
      expect((await of(labels, 1)).top1).toBe(0);
    }
    for (const labels of [[0, 0, 1, 1], [1, 1, 0, 0]]) for (const label of [0, 1]) expect((await of(labels, label)).top1).toBe(0.5);
  });

  test('a border shared below a full tier: hand-computed votes', async () => {
    // Nearest: one image of class 2. Then four tied (classes 0, 0, 1, 2), of which k = 3 takes two: 1, ½, ½ votes of their weight.
    const o = {
      bank: Float32Array.from([1, 0, 0.6, 0.8, 0.6, 0.8, 0.6, 0.8, 0.6, 0.8]), bankLabels: Int32Array.from([2, 0, 0, 1, 2]),
      queries: Float32Array.from([1, 0, 1, 0, 1, 0, 1, 0]), queryLabels: Int32Array.from([0, 1, 2, 3]),
      width: 2, classes: 4, product: plainProduct, k: [3], temperature: 10,
    };
    const result = await weightedKnn(o);
    // Class 2: e^0 + ½ e^(−0.04) is highest; with top-3 places classes 2, 0, 1 are in and class 3 is out.
    expect(result.k['3']).toEqual({ top1: 0.25, top5: 0.75 });
  });

  test('classes without any vote share the places that are left', async () => {
    const o = {
      bank: Float32Array.from([1, 0]), bankLabels: Int32Array.from([0]), queries: Float32Array.from([1, 0, 1, 0]), queryLabels: Int32Array.from([4, 0]),
      width: 2, classes: 9, product: plainProduct, k: [1],
    };
    expect((await weightedKnn(o)).k['1']).toEqual({ top1: 0.5, top5: 0.5 });
    // With five neighbours all of class 0, four places are left for the eight other classes.
    const five = await weightedKnn({ ...o, bank: Float32Array.from({ length: 10 }, (_, i) => (i % 2 ? 0 : 1)), bankLabels: new Int32Array(5), k: [5] });
    expect(five.k['5']).toEqual({ top1: 0.5, top5: (1 + 0.5) / 2 });
  });

  test('the vote of every class is its mean over every order of the tied images, by trying them all', () => {
    // Similarities 1, 0.5 and 0.2 to the query; seven images, of which five are tied at 0.5.
    const rows = Float32Array.from([1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.2]);
    const labels = Int32Array.from([1, 0, 0, 2, 1, 0, 2]);
    const orders = (rest: number[]): number[][] => (rest.length ? rest.flatMap((v, i) => orders([...rest.slice(0, i), ...rest.slice(i + 1)]).map((tail) => [v, ...tail])) : [[]]);
    const every = orders([1, 2, 3, 4, 5]).map((tied) => [0, ...tied, 6]);
    const k = [1, 2, 3, 4, 5, 6, 7];
    const bank = labelledRows(rows, labels, 1, 3, 'bank');
    const seen: number[][] = [];
    new Voting(bank, 3, k, 0.3).count(bank.rows, (_, votes) => seen.push([...votes]));
    k.forEach((count, index) => {
      const mean = [0, 0, 0];
      for (const order of every) for (const i of order.slice(0, count)) mean[labels[i]] += Math.exp((rows[i] - 1) / 0.3) / every.length;
      mean.forEach((vote, label) => expect(seen[index][label]).toBeCloseTo(vote, 6));
    });
  });

  test('the accuracy is that of votes drawn in random orders and averaged for each image, not that of one order', async () => {
    const o = { ...discrete(21, 6, 90, 40), k: [7] };
    const random = seeded(8);
    const unit = (rows: Float32Array, i: number) => {
      const row = Array.from(rows.subarray(i * o.width, (i + 1) * o.width));
      const length = Math.hypot(...row);
      return row.map((x) => x / length);
    };
    let right = 0;
    let decided = 0;
    for (let q = 0; q < 40; q++) {
      const query = unit(o.queries, q);
      const s = Array.from({ length: 90 }, (_, i) => Math.round(unit(o.bank, i).reduce((sum, x, t) => sum + x * query[t], 0) * 1e6) / 1e6);
      const votes = new Array<number>(o.classes).fill(0);
      for (let round = 0; round < 3000; round++)
        for (const i of shuffled(90, random).sort((a, b) => s[b] - s[a]).slice(0, 7)) votes[o.bankLabels[i]] += Math.exp((s[i] - 1) / 0.07) / 3000;
      const order = Array.from(votes.keys()).sort((a, b) => votes[b] - votes[a]);
      if (votes[order[0]] - votes[order[1]] < 0.15) continue; // too near for 3,000 draws to tell
      const one = await weightedKnn({ ...o, queries: o.queries.subarray(q * o.width, (q + 1) * o.width), queryLabels: o.queryLabels.subarray(q, q + 1) });
      expect(one.top1).toBe(order[0] === o.queryLabels[q] ? 1 : 0);
      right += one.top1;
      decided++;
    }
    expect(decided).toBeGreaterThan(20);
    expect(right / decided).toBeGreaterThan(0.4);
  });

  test('a search that breaks ties by position falls to chance on class-sorted data; this one does not', async () => {
    // One embedding for all: the order alone decides who the first ten are.
    const n = 200;
    const labels = Int32Array.from({ length: n }, (_, i) => (i < 20 ? 0 : i < 140 ? 1 : 2)); // 10, 60 and 30 %
    const one = { bank: new Float32Array(n * 2).fill(1), bankLabels: labels, queries: new Float32Array(n * 2).fill(1), queryLabels: labels, width: 2, classes: 3, product: plainProduct, k: [10] };
    expect(labels.filter((label) => label === labels[0]).length / n).toBe(0.1); // what the first ten would say of every image
    expect((await weightedKnn(one)).top1).toBe(0.6); // the class that is really the most frequent
  });

  test('class-sorted data give the same figures, to the last bit, as shuffled data', async () => {
    const o = discrete(11, 12, 400, 150);
    const sorted = Array.from({ length: 400 }, (_, i) => i).sort((a, b) => o.bankLabels[a] - o.bankLabels[b]);
    const random = seeded(5);
    const results = [];
    for (const order of [sorted, sorted.toReversed(), shuffled(400, random), shuffled(400, random)]) {
      const queries = shuffled(150, random);
      results.push(await weightedKnn({
        ...o, k: [1, 3, 10, 50, 200],
        bank: pickRows(o.bank, o.width, order), bankLabels: Int32Array.from(order, (i) => o.bankLabels[i]),
        queries: pickRows(o.queries, o.width, queries), queryLabels: Int32Array.from(queries, (i) => o.queryLabels[i]),
      }));
    }
    expect(results[0].distinctBank).toBe(12);
    expect(results[0].top1).toBeGreaterThan(0.4);
    for (const result of results) expect(result).toEqual(results[0]);
  });

  test('renumbering the classes changes nothing', async () => {
    const o = discrete(12, 6, 100, 60);
    const renumber = (labels: Int32Array) => labels.map((l) => (l + 3) % 4);
    const [a, b] = [await weightedKnn({ ...o, k: [5, 20] }), await weightedKnn({ ...o, k: [5, 20], bankLabels: renumber(o.bankLabels), queryLabels: renumber(o.queryLabels) })];
    expect(b.top1).toBeCloseTo(a.top1, 12);
    expect(b.top5).toBeCloseTo(a.top5, 12);
  });

  test('the length of a row does not count', async () => {
    const o = discrete(13, 6, 80, 40);
    const double = await weightedKnn({ ...o, k: [5], bank: o.bank.map((x) => x * 4), queries: o.queries.map((x) => x / 8) });
    expect(double).toEqual(await weightedKnn({ ...o, k: [5] }));
  });
});

describe('columns that are zero', () => {
  /** The rows with columns of zeros before, among and after their own. */
  const widened = (rows: Float32Array, width: number, places: readonly number[], wide: number) => {
    const out = new Float32Array((rows.length / width) * wide);
    for (let i = 0; i < rows.length / width; i++) places.forEach((place, t) => (out[i * wide + place] = rows[i * width + t]));
    return out;
  };

  test('change nothing, wherever they stand, and are not multiplied', async () => {
    const o = discrete(14, 40, 200, 80);
    const places = [1, 2, 5, 6, 7, 11];
    const widths = new Set<number>();
    const product: MatrixProduct = (...given) => {
      widths.add(given[4]);
      return plainProduct(...given);
    };
    const wide = await weightedKnn({ ...o, product, bank: widened(o.bank, 6, places, 16), queries: widened(o.queries, 6, places, 16), width: 16, k: [1, 5, 20] });
    expect(wide).toEqual(await weightedKnn({ ...o, k: [1, 5, 20] }));
    expect([...widths]).toEqual([7]); // the first column always stays
  });

  test('a column that only one side fills counts in its lengths', () => {
    const { a, b, width } = liveColumns(Float32Array.from([0, 1, 0, 0]), Float32Array.from([0, 0, 0, 2]), 4);
    expect([Array.from(a), Array.from(b), width]).toEqual([[0, 1, 0], [0, 0, 2], 3]);
  });

  test('rows of zeros alone keep one column, and full rows are not copied', () => {
    expect(liveColumns(new Float32Array(6), new Float32Array(3), 3)).toEqual({ a: new Float32Array(2), b: new Float32Array(1), width: 1 });
    const full = Float32Array.from([1, 2]);
    expect(liveColumns(full, full, 2).a).toBe(full);
  });
});

describe('against brute force on continuous features', () => {
  test('every k, many blocks', async () => {
    const random = seeded(21);
    const width = 5, classes = 7, n = 90, q = 50;
    const o = {
      width, classes, product: plainProduct,
      bank: Float32Array.from({ length: n * width }, () => normal(random)), bankLabels: Int32Array.from({ length: n }, () => Math.floor(random() * classes)),
      queries: Float32Array.from({ length: q * width }, () => normal(random)), queryLabels: Int32Array.from({ length: q }, () => Math.floor(random() * classes)),
    };
    for (const k of [1, 2, 7, 33, 90]) {
      const result = await weightedKnn({ ...o, k: [k] });
      expect(result.top1).toBeCloseTo(simulate(o, k, 1, seeded(3)).top1, 12);
    }
    expect((await weightedKnn({ ...o, k: [90] })).top5).toBeCloseTo(simulate(o, 90, 1, seeded(3)).top5, 12);
  });
});

describe('limits', () => {
  const one = { bank: Float32Array.from([3, 4]), bankLabels: Int32Array.from([1]), queries: Float32Array.from([1, 1]), queryLabels: Int32Array.from([1]), width: 2, classes: 2, product: plainProduct };

  test('one image in the bank: every k is the whole bank, and the report says so', async () => {
    const result = await weightedKnn(one);
    expect(result.top1).toBe(1);
    expect(Object.keys(result.k)).toEqual(['10', '20', '100', '200']);
    expect(result.clamped).toEqual([10, 20, 100, 200].map((asked) => ({ asked, used: 1 })));
    expect((await weightedKnn({ ...one, k: [1] })).clamped).toEqual([]);
  });

  test('zero rows and tiny temperatures stay finite', async () => {
    const result = await weightedKnn({ ...one, bank: Float32Array.from([0, 0]), temperature: 1e-6 });
    expect(result.top1).toBe(1);
  });

  test('bad input is named', async () => {
    await expect(weightedKnn({ ...one, bankLabels: Int32Array.from([2]) })).rejects.toThrow('Label 2 of row 0 is outside 0 to 1');
    await expect(weightedKnn({ ...one, bank: Float32Array.from([NaN, 0]) })).rejects.toMatchObject({ code: 'INVALID_INPUT', subject: 'bank', message: expect.stringContaining('Row 0 holds NaN') });
    await expect(weightedKnn({ ...one, queries: new Float32Array(0), queryLabels: new Int32Array(0) })).rejects.toThrow('No rows');
    await expect(weightedKnn({ ...one, bank: new Float32Array(3) })).rejects.toThrow('3 numbers for 1 labels of width 2: expected 2');
    await expect(weightedKnn({ ...one, k: [0] })).rejects.toThrow('k = 0');
  });

  test('a cancelled search stops at the next block', async () => {
    const controller = new AbortController();
    const calls: number[] = [];
    const product: MatrixProduct = (...args) => {
      calls.push(args[1]);
      controller.abort();
      return plainProduct(...args);
    };
    await expect(weightedKnn({ ...one, product, signal: controller.signal })).rejects.toMatchObject({ name: 'AbortError' });
    expect(calls).toEqual([1]);
  });

  test('progress counts the images that are classified', async () => {
    const seen: number[] = [];
    await weightedKnn({ ...discrete(1, 4, 20, 10), onProgress: (p) => seen.push(p.done) });
    expect([seen[0], seen.at(-1)]).toEqual([0, 10]);
  });
});
