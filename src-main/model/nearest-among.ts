import * as tf from '@tensorflow/tfjs-core';
import type { Progress } from '../contract/progress';
import { groupColumns, highestColumns, joined, type Highest } from './highest-columns';
import { rowsOf, type NearestRows } from './nearest-rows';

/** Rows of a block: 256 MB of products at once, and as much again turned over. */
const blockRows = 128 * groupColumns;

/**
 * Exact nearest rows by inner product among the rows themselves [n, width], n ≥ k, each row included, on the started
 * backend. Each pair is multiplied once: a block of products says what its rows have in its columns and, turned over, what
 * its columns have in its rows. Of equal ones the earlier row comes first.
 * @throws the signal's reason when cancelled
 */
export async function nearestAmong(o: { rows: Float32Array; width: number; k: number; signal?: AbortSignal; onProgress?: Progress }): Promise<NearestRows> {
  const { width, k } = o;
  const n = o.rows.length / width;
  const blocks = blocksOf(n).map(({ from, to }) => ({ from, rows: rowsOf(o.rows, width, from, to), best: null as Highest | null }));
  const pairs = (blocks.length * (blocks.length + 1)) / 2;
  let done = 0;
  const say = () => o.onProgress?.({ phase: 'nearest neighbours', done: Math.round((done / pairs) * n), total: n, unit: 'points' });
  const found: NearestRows = { rows: new Int32Array(n * k), similarities: new Float32Array(n * k) };
  try {
    for (const [i, block] of blocks.entries()) {
      for (const other of blocks.slice(i)) {
        await tf.nextFrame(); // lets a cancel and other work in
        o.signal?.throwIfAborted();
        say();
        const kept = [block.best, other.best];
        [block.best, other.best] = tf.tidy(() => {
          const products = tf.matMul<tf.Tensor2D>(block.rows, other.rows, false, true);
          const best = joined(block.best, highestColumns(products, k), other.from, k);
          return [best, block === other ? best : joined(other.best, highestColumns(tf.transpose(products), k), block.from, k)];
        });
        tf.dispose(kept.flatMap((best) => best ?? []));
        done += 1;
      }
      // Earlier blocks have said what this one has in them, the later ones have been seen: it is complete.
      const [similarities, rows] = await Promise.all(block.best!.map((tensor) => tensor.data()));
      found.similarities.set(similarities, block.from * k);
      found.rows.set(rows, block.from * k);
    }
  } finally {
    for (const { rows, best } of blocks) tf.dispose([rows, ...(best ?? [])]);
  }
  say();
  return found;
}

/** Whole blocks, a shorter one of whole groups, and the rows that are left. */
function blocksOf(n: number): { from: number; to: number }[] {
  const whole = n - (n % groupColumns);
  const starts = Array.from({ length: Math.ceil(whole / blockRows) }, (_, i) => i * blockRows);
  if (whole < n) starts.push(whole);
  return starts.map((from, i) => ({ from, to: starts[i + 1] ?? n }));
}
