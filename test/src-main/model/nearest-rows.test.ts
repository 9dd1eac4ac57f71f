import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { plainProduct } from '../../../src-main/evaluation/matrix-product';
import { mulberry32 } from '../../../src-main/evaluation/split';
import { nearestAmong } from '../../../src-main/model/nearest-among';
import { nearestRows } from '../../../src-main/model/nearest-rows';
import './started-backend';

/** Small whole numbers: every product is exact, and there are many ties. */
const whole = (count: number, seed: number) => {
  const random = mulberry32(seed);
  return Float32Array.from({ length: count }, () => Math.floor(random() * 5) - 2);
};

async function bruteForce(bank: Float32Array, queries: Float32Array, width: number, k: number) {
  const [n, count] = [bank.length / width, queries.length / width];
  const products = await plainProduct(queries, count, bank, n, width);
  const rows = Array.from({ length: count }, (_, q) => Array.from({ length: n }, (_, i) => i).sort((a, b) => products[q * n + b] - products[q * n + a] || a - b).slice(0, k));
  return { rows: Int32Array.from(rows.flat()), similarities: Float32Array.from(rows.flatMap((found, q) => found.map((i) => products[q * n + i]))) };
}

describe('nearestRows', () => {
  it('finds what brute force finds, equal ones by their order', async () => {
    const [bank, queries] = [whole(300 * 6, 1), whole(40 * 6, 2)];
    for (const k of [1, 7, 300]) expect(await nearestRows({ bank, queries, width: 6, k })).toEqual(await bruteForce(bank, queries, 6, k));
  });
  it('joins the blocks of a large bank', async () => {
    const bank = whole(70_000 * 2, 3);
    bank.set([9, 9], 69_000 * 2); // the nearest of the first query stands in the second block
    const queries = Float32Array.of(1, 1, -1, 2);
    const found = await nearestRows({ bank, queries, width: 2, k: 4 });
    expect(found).toEqual(await bruteForce(bank, queries, 2, 4));
    expect(found.rows[0]).toBe(69_000);
  });
  it('keeps no tensor, also when it is cancelled', async () => {
    const before = tf.memory().numTensors;
    const rows = whole(50 * 4, 4);
    await nearestRows({ bank: rows, queries: rows, width: 4, k: 3 });
    await expect(nearestRows({ bank: rows, queries: rows, width: 4, k: 3, signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('nearestAmong', () => {
  it('finds what brute force finds, equal ones by their order', async () => {
    for (const [count, k] of [[40, 40], [150, 9]]) {
      const rows = whole(count * 6, count);
      expect(await nearestAmong({ rows, width: 6, k })).toEqual(await bruteForce(rows, rows, 6, k));
    }
  });
  it('finds the same across blocks and in the rows that are left', async () => {
    const rows = whole((8_192 + 64 + 30) * 6, 5);
    expect(await nearestAmong({ rows, width: 6, k: 5 })).toEqual(await nearestRows({ bank: rows, queries: rows, width: 6, k: 5 }));
  });
  it('keeps no tensor, also when it is cancelled', async () => {
    const before = tf.memory().numTensors;
    const rows = whole(100 * 4, 4);
    await nearestAmong({ rows, width: 4, k: 3 });
    await expect(nearestAmong({ rows, width: 4, k: 3, signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
    expect(tf.memory().numTensors).toBe(before);
  });
});
