import { describe, expect, it } from 'vitest';
import { linearProbe } from '../../../src-main/evaluation/linear-probe';
import { ridgeTop1 } from '../../../src-main/evaluation/ridge-probe';
import { RandomStream } from '../../../src-main/model/random';

const product = async (a: Float32Array, n: number, b: Float32Array, m: number, d: number) =>
  Float32Array.from({ length: n * m }, (_, at) => {
    let sum = 0;
    for (let t = 0; t < d; t++) sum += a[Math.floor(at / m) * d + t] * b[(at % m) * d + t];
    return sum;
  });

/** Classes round centres that a line can tell apart as far as the noise lets it. */
function images(count: number, seed: number, noise: number, width = 6, classes = 3): { rows: Float32Array; labels: Int32Array } {
  const random = new RandomStream(seed, 'noise');
  const centres = new RandomStream(7, 'codes');
  const centre = Float32Array.from({ length: classes * width }, () => centres.normal());
  const labels = Int32Array.from({ length: count }, (_, i) => i % classes);
  return { labels, rows: Float32Array.from({ length: count * width }, (_, i) => centre[labels[Math.floor(i / width)] * width + (i % width)] + noise * random.normal()) };
}

describe('the ridge probe', () => {
  const options = (noise: number) => {
    const [train, test] = [images(300, 1, noise), images(150, 2, noise)];
    return { train: train.rows, trainLabels: train.labels, test: test.rows, testLabels: test.labels, width: 6, classes: 3, product };
  };

  it('tells apart what lies apart, and comes near the full probe where it does not', async () => {
    expect(await ridgeTop1(options(0.1))).toBe(1);
    const hard = options(1.5);
    expect(Math.abs((await ridgeTop1(hard)) - (await linearProbe(hard)).top1)).toBeLessThan(0.06);
  });

  it('gives the share of the largest class where features say nothing, and half a hit for two equal classes', async () => {
    const rows = new Float32Array(12).fill(1);
    const labels = Int32Array.from([0, 0, 1, 1]);
    expect(await ridgeTop1({ train: rows, trainLabels: labels, test: rows, testLabels: labels, width: 3, classes: 2, product })).toBe(0.5);
  });

  it('does not depend on the order of the images', async () => {
    const o = options(1.5);
    const order = Array.from(o.trainLabels.keys()).reverse();
    const train = new Float32Array(o.train.length);
    order.forEach((from, to) => train.set(o.train.subarray(from * 6, from * 6 + 6), to * 6));
    expect(await ridgeTop1({ ...o, train, trainLabels: Int32Array.from(order, (i) => o.trainLabels[i]) })).toBeCloseTo(await ridgeTop1(o), 6);
  });

  it('refuses shapes that do not fit', async () => {
    await expect(ridgeTop1({ ...options(1), train: new Float32Array(7) })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});
