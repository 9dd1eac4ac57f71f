import * as tf from '@tensorflow/tfjs-core';
import type { Progress } from '../contract/progress';
import { groupColumns, highestColumns, joined, type Highest } from './highest-columns';

/** For each of q queries its k nearest rows of the bank, both [q, k], nearest first; of equal ones the earlier row first. */
export interface NearestRows {
  rows: Int32Array;
  /** Inner products: cosines when all rows have unit length. */
  similarities: Float32Array;
}

/** Rows of the bank that are multiplied at once, and products held at once (128 MB): more bring nothing. */
const bankRowsAtOnce = 65_536;
const productsAtOnce = 32_000_000;

/**
 * Exact nearest rows by inner product, on the started backend: blocks of the product of queries and bank, of which the
 * backend itself keeps the k highest, so that no product is ever copied out of it.
 * @param o.bank [n, width], n ≥ k @param o.queries [q, width]
 * @throws the signal's reason when cancelled
 */
export async function nearestRows(o: { bank: Float32Array; queries: Float32Array; width: number; k: number; signal?: AbortSignal; onProgress?: Progress }): Promise<NearestRows> {
  const { width, k } = o;
  const [n, count] = [o.bank.length / width, o.queries.length / width];
  const found: NearestRows = { rows: new Int32Array(count * k), similarities: new Float32Array(count * k) };
  const bank: tf.Tensor2D[] = [];
  try {
    const whole = n - (n % groupColumns);
    for (let from = 0; from < whole; from += bankRowsAtOnce) bank.push(rowsOf(o.bank, width, from, Math.min(whole, from + bankRowsAtOnce)));
    if (whole < n) bank.push(rowsOf(o.bank, width, whole, n));
    const queriesAtOnce = Math.max(1, Math.floor(productsAtOnce / Math.min(n, bankRowsAtOnce)));
    for (let from = 0; from < count; from += queriesAtOnce) {
      await tf.nextFrame(); // lets a cancel and other work in
      o.signal?.throwIfAborted();
      o.onProgress?.({ phase: 'nearest neighbours', done: from, total: count, unit: 'points' });
      const highest = tf.tidy(() => highestOf(rowsOf(o.queries, width, from, Math.min(count, from + queriesAtOnce)), bank, k));
      const [similarities, rows] = await Promise.all(highest.map((tensor) => tensor.data()));
      tf.dispose(highest);
      found.similarities.set(similarities, from * k);
      found.rows.set(rows, from * k);
    }
  } finally {
    tf.dispose(bank);
  }
  o.onProgress?.({ phase: 'nearest neighbours', done: count, total: count, unit: 'points' });
  return found;
}

/** Some of the rows, [to − from, width]. */
export const rowsOf = (rows: Float32Array, width: number, from: number, to: number) => tf.tensor2d(rows.subarray(from * width, to * width), [to - from, width]);

/** The k highest products of each query with all blocks of the bank, and their rows in it. */
function highestOf(queries: tf.Tensor2D, bank: readonly tf.Tensor2D[], k: number): Highest {
  let best: Highest | null = null;
  let before = 0;
  for (const block of bank) {
    const found = tf.tidy(() => highestColumns(tf.matMul(queries, block, false, true), k)); // one block's products at a time
    best = joined(best, found, before, k);
    before += block.shape[0];
  }
  return best!;
}
