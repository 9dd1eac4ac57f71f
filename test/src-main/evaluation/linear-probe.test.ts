import { describe, expect, test } from 'vitest';
import { minimise } from '../../../src-main/evaluation/lbfgs';
import { linearProbe } from '../../../src-main/evaluation/linear-probe';
import { plainProduct } from '../../../src-main/evaluation/matrix-product';
import { normal, pickRows, seeded, shuffled } from './random';

function problem(seed: number, n: number, q: number, width = 6, classes = 7, spread = 1.2) {
  const random = seeded(seed);
  const centres = Array.from({ length: classes * width }, () => normal(random) * spread);
  const draw = (count: number) => {
    const labels = Int32Array.from({ length: count }, () => Math.floor(random() * classes));
    const rows = Float32Array.from({ length: count * width }, (_, t) => 5 + (centres[labels[Math.floor(t / width)] * width + (t % width)] + normal(random)) * (1 + (t % width) * 10));
    return { labels, rows };
  };
  const [train, test] = [draw(n), draw(q)];
  return { train: train.rows, trainLabels: train.labels, test: test.rows, testLabels: test.labels, width, classes, product: plainProduct };
}

/** Newton-free reference: plain gradient descent in float64 on the same loss, run long. */
function reference(o: ReturnType<typeof problem>): { loss: number; top1: number; top5: number } {
  const { width: d, classes: C } = o;
  const n = o.trainLabels.length;
  const mean = Array.from({ length: d }, (_, t) => o.train.reduce((s, x, at) => (at % d === t ? s + x / n : s), 0));
  const deviation = mean.map((m, t) => Math.sqrt(o.train.reduce((s, x, at) => (at % d === t ? s + (x - m) ** 2 / n : s), 0)));
  const scaled = (rows: Float32Array) => Array.from(rows, (x, at) => (x - mean[at % d]) / deviation[at % d]);
  const [x, y] = [scaled(o.train), scaled(o.test)];
  const w = new Float64Array(C * (d + 1));
  const scoresOf = (rows: number[], i: number) => Array.from({ length: C }, (_, c) => {
    let s = w[c * (d + 1) + d];
    for (let t = 0; t < d; t++) s += rows[i * d + t] * w[c * (d + 1) + t];
    return s;
  });
  let loss = 0;
  for (let step = 0; step < 3000; step++) {
    const gradient = new Float64Array(w.length);
    loss = 0;
    for (let i = 0; i < n; i++) {
      const e = scoresOf(x, i).map(Math.exp);
      const sum = e.reduce((a, b) => a + b, 0);
      loss -= Math.log(e[o.trainLabels[i]] / sum) / n;
      for (let c = 0; c < C; c++) {
        const r = (e[c] / sum - (c === o.trainLabels[i] ? 1 : 0)) / n;
        for (let t = 0; t < d; t++) gradient[c * (d + 1) + t] += r * x[i * d + t];
        gradient[c * (d + 1) + d] += r;
      }
    }
    for (let at = 0; at < w.length; at++) {
      if (at % (d + 1) === d) continue;
      loss += w[at] ** 2 / (2 * n);
      gradient[at] += w[at] / n;
    }
    for (let at = 0; at < w.length; at++) w[at] -= 1.5 * gradient[at];
  }
  let [top1, top5] = [0, 0];
  o.testLabels.forEach((label, i) => {
    const scores = scoresOf(y, i);
    const place = scores.filter((s) => s > scores[label]).length;
    if (place < 1) top1++;
    if (place < 5) top5++;
  });
  return { loss, top1: top1 / o.testLabels.length, top5: top5 / o.testLabels.length };
}

describe('the linear probe', () => {
  test('finds the minimum of the documented loss, and its accuracies', async () => {
    const o = problem(1, 150, 200);
    const found = await linearProbe(o);
    const expected = reference(o);
    expect(found.converged).toBe(true);
    expect(found.loss).toBeCloseTo(expected.loss, 4);
    expect(Math.abs(found.top1 - expected.top1)).toBeLessThanOrEqual(0.006);
    expect(Math.abs(found.top5 - expected.top5)).toBeLessThanOrEqual(0.006);
    expect(found.top1).toBeGreaterThan(0.6);
  });

  test('repeats to the last bit, in any order of the images', async () => {
    const o = problem(2, 120, 60);
    const order = shuffled(120, seeded(3));
    const first = await linearProbe(o);
    expect(await linearProbe({ ...o, train: pickRows(o.train, o.width, order), trainLabels: Int32Array.from(order, (i) => o.trainLabels[i]) })).toEqual(first);
  });

  test('the same images three times learn the same but for the weight of the penalty', async () => {
    const o = problem(4, 80, 60, 4, 3);
    const thrice = shuffled(240, seeded(1)).map((i) => i % 80);
    const grouped = await linearProbe({ ...o, train: pickRows(o.train, o.width, thrice), trainLabels: Int32Array.from(thrice, (i) => o.trainLabels[i]) });
    expect(Math.abs(grouped.top1 - (await linearProbe(o)).top1)).toBeLessThan(0.05);
  });

  test('equal features can only give the most frequent class', async () => {
    const result = await linearProbe({
      train: new Float32Array(20).fill(3), trainLabels: Int32Array.from([1, 1, 1, 0, 0, 1, 1, 2, 1, 1]), test: new Float32Array(6).fill(3), testLabels: Int32Array.from([1, 0, 2]),
      width: 2, classes: 3, product: plainProduct,
    });
    expect(result).toMatchObject({ top1: 1 / 3, top5: 1 });
  });

  test('one class, and one image', async () => {
    const one = { train: Float32Array.from([1, 2]), trainLabels: Int32Array.from([0]), test: Float32Array.from([4, 5]), testLabels: Int32Array.from([0]), width: 2, classes: 1, product: plainProduct };
    expect(await linearProbe(one)).toMatchObject({ top1: 1, top5: 1, converged: true });
  });

  test('bad input is named and a cancel is heard', async () => {
    const o = problem(1, 10, 10);
    await expect(linearProbe({ ...o, test: o.test.slice(1) })).rejects.toMatchObject({ code: 'INVALID_INPUT', subject: 'test features' });
    await expect(linearProbe({ ...o, trainLabels: o.trainLabels.map(() => -1) })).rejects.toThrow('Label -1 of row 0');
    await expect(linearProbe({ ...o, signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
  });
});

test('L-BFGS finds the minimum of an ill-conditioned quadratic', async () => {
  const scale = [1, 100, 10_000, 3];
  const goal = [1, -2, 3, 0.5];
  const found = await minimise(
    async (at, gradient) => {
      let value = 0;
      scale.forEach((s, t) => {
        gradient[t] = s * (at[t] - goal[t]);
        value += (s * (at[t] - goal[t]) ** 2) / 2;
      });
      return value;
    },
    new Float64Array(4),
    { iterations: 100, tolerance: 1e-8 },
  );
  expect(found.converged).toBe(true);
  goal.forEach((g, t) => expect(found.at[t]).toBeCloseTo(g, 6));
});
