import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { unitRows } from '../../../src-main/evaluation/distinct-rows';
import { nearestInCells } from '../../../src-main/model/nearest-in-cells';
import { nearestRows } from '../../../src-main/model/nearest-rows';
import { normal, seeded } from '../evaluation/random';
import './started-backend';

const width = 6;
const random = seeded(1);
const centres = Float32Array.from({ length: 150 * width }, () => normal(random));
/** 5,000 rows around 150 centres: 71 cells, of which 48 are searched. */
const rows = unitRows(Float32Array.from({ length: 5000 * width }, (_, t) => centres[(Math.floor(t / width) % 150) * width + (t % width)] + 0.2 * normal(random)), width);

describe('the nearest in cells', () => {
  it('are nearly all of the true ones, best first with their own products, and the recall says how many', async () => {
    const k = 10;
    const found = await nearestInCells({ rows, width, k });
    const exact = await nearestRows({ bank: rows, queries: rows, width, k });
    let right = 0;
    for (let i = 0; i < 5000; i++) {
      expect(found.rows[i * k]).toBe(exact.rows[i * k]);
      const truth = new Set(exact.rows.subarray(i * k, (i + 1) * k));
      for (let t = 0; t < k; t++) if (truth.has(found.rows[i * k + t])) right++;
      for (let t = 1; t < k; t++) expect(found.similarities[i * k + t]).toBeLessThanOrEqual(found.similarities[i * k + t - 1]);
    }
    expect(found.recall).toBeGreaterThan(0.97);
    expect(found.recall).toBeCloseTo(right / (5000 * k), 1);
  });
  it('are the same every time, and leave no tensor, also when it is cancelled', async () => {
    const some = rows.subarray(0, 600 * width);
    const before = tf.memory().numTensors;
    expect(await nearestInCells({ rows: some, width, k: 5 })).toEqual(await nearestInCells({ rows: some, width, k: 5 }));
    await expect(nearestInCells({ rows: some, width, k: 5, signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
    expect(tf.memory().numTensors).toBe(before);
  });
  it('takes more cells where a few rows are not enough', async () => {
    const found = await nearestInCells({ rows: rows.subarray(0, 20 * width), width, k: 20 });
    expect(found.recall).toBe(1);
  });
});
