import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../../src-main/model/random';
import { residualKMeans } from '../../../src-main/model/residual-kmeans';
import { symmetricEigen } from '../../../src-main/model/symmetric-eigen';
import { viewContrastMap } from '../../../src-main/model/view-contrast';
import './started-backend';

describe('random numbers', () => {
  it('follow from seed, purpose and counter, and from nothing else', () => {
    const draw = (...[seed, purpose, counter]: ConstructorParameters<typeof RandomStream>) => Array.from(new RandomStream(seed, purpose, counter).uniforms(4));
    expect(draw(1, 'noise', 2)).toEqual(draw(1, 'noise', 2));
    const others = [draw(2, 'noise', 2), draw(1, 'order', 2), draw(1, 'noise', 3), draw(1, 'noise', 2)];
    expect(new Set(others.map(String)).size).toBe(4);
  });
  it('are uniform strictly between 0 and 1, and normal', () => {
    const random = new RandomStream(0, 'noise');
    const uniforms = random.uniforms(20_000);
    expect(Math.min(...uniforms)).toBeGreaterThan(0);
    expect(Math.max(...uniforms)).toBeLessThan(1);
    expect(uniforms.reduce((a, b) => a + b) / 20_000).toBeCloseTo(0.5, 1);
    const normals = Array.from({ length: 20_000 }, () => random.normal());
    expect(normals.reduce((a, b) => a + b) / 20_000).toBeCloseTo(0, 1);
    expect(normals.reduce((a, b) => a + b * b) / 20_000).toBeCloseTo(1, 1);
  });
  it('permute: every number once', () => {
    expect([...new RandomStream(3, 'order').permutation(50)].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });
});

describe('residual k-means', () => {
  it('finds centres that are there, and leaves less over at each position', async () => {
    const random = new RandomStream(1, 'noise');
    const points = Float32Array.from({ length: 300 * 2 }, (_, i) => [5, -5, 0][Math.floor(i / 2) % 3] + 0.1 * random.normal());
    const tensor = tf.tensor2d(points, [300, 2]);
    const before = tf.memory().numTensors;
    const found = await residualKMeans({ points: tensor, length: 3, vocabulary: 3, iterations: 10, random: new RandomStream(2, 'codes') });
    const first = [0, 1, 2].map((k) => Math.round(found.codes[k * 2]) + 0).sort((a, b) => a - b);
    expect(first).toEqual([-5, 0, 5]);
    const leftOver = [found.total, ...found.leftOver];
    for (let j = 0; j < 3; j++) expect(leftOver[j + 1]).toBeLessThan(leftOver[j]);
    // The sums and left-overs of the first call make constants; a second one leaves nothing.
    await residualKMeans({ points: tensor, length: 3, vocabulary: 3, iterations: 2, random: new RandomStream(2, 'codes') });
    expect(tf.memory().numTensors - before).toBeLessThan(12);
    const settled = tf.memory().numTensors;
    await residualKMeans({ points: tensor, length: 3, vocabulary: 3, iterations: 2, random: new RandomStream(2, 'codes') });
    expect(tf.memory().numTensors).toBe(settled);
    tensor.dispose();
  });
  it('works with fewer points than centres, and with equal points', async () => {
    for (const points of [tf.tensor2d([[1, 2], [3, 4]]), tf.ones([5, 2])]) {
      const { codes, leftOver } = await residualKMeans({ points, length: 2, vocabulary: 8, iterations: 3, random: new RandomStream(0, 'codes') });
      expect(codes.every(Number.isFinite)).toBe(true);
      expect(leftOver[0]).toBeLessThan(1e-2);
      points.dispose();
    }
  });
  it('can be cancelled', async () => {
    const points = tf.ones([5, 2]);
    await expect(residualKMeans({ points, length: 2, vocabulary: 2, iterations: 3, random: new RandomStream(0, 'codes'), signal: AbortSignal.abort() })).rejects.toThrow();
    points.dispose();
  });
});

describe('eigenvectors of a symmetric matrix', () => {
  for (const n of [1, 2, 7, 40])
    it(`of ${n} rows satisfy A·v = λ·v, are orthonormal, and come with falling λ`, () => {
      const random = new RandomStream(n, 'noise');
      const a = new Float64Array(n * n);
      for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) a[i * n + j] = a[j * n + i] = random.normal();
      const { values, vectors } = symmetricEigen(a, n);
      for (let r = 0; r < n; r++) {
        if (r > 0) expect(values[r]).toBeLessThanOrEqual(values[r - 1]);
        for (let i = 0; i < n; i++) {
          let product = 0;
          for (let k = 0; k < n; k++) product += a[i * n + k] * vectors[r * n + k];
          expect(product).toBeCloseTo(values[r] * vectors[r * n + i], 9);
        }
        for (let s = 0; s <= r; s++) {
          let dot = 0;
          for (let k = 0; k < n; k++) dot += vectors[r * n + k] * vectors[s * n + k];
          expect(dot).toBeCloseTo(r === s ? 1 : 0, 9);
        }
      }
    });
});

describe('the map by view contrast', () => {
  it('keeps what differs between images and stays between views, before what varies most', () => {
    // Channel 0 varies most, but between views; 1 between images alone; 2 between images, less.
    const within = Float64Array.of(100, 0, 0, 0, 0.1, 0, 0, 0, 0.1);
    const between = Float64Array.of(50, 0, 0, 0, 4, 0, 0, 0, 2);
    const map = viewContrastMap(within, between, 3, 2); // [3, 2]
    const weight = (channel: number, column: number) => Math.abs(map[channel * 2 + column]);
    expect(weight(1, 0)).toBeGreaterThan(100 * weight(0, 0));
    expect(weight(2, 1)).toBeGreaterThan(100 * weight(0, 1));
    // variance between images after the map, on average over both columns
    expect((weight(1, 0) ** 2 * 4 + weight(2, 1) ** 2 * 2) / 2).toBeCloseTo(1, 3);
  });
});
