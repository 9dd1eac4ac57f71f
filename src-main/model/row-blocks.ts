import * as tf from '@tensorflow/tfjs-core';
import * as op from './operations';
import type { Tensor } from './operations';

/**
 * A function of rows, a few thousand at a time, so that what it needs on the way fits into memory.
 * @param x [n, width]  @param join of what the blocks gave; one after the other when left out
 */
export function inBlocks(x: Tensor, apply: (block: Tensor) => Tensor, join: (parts: Tensor[]) => Tensor = (parts) => op.concatenate(parts, 0)): Tensor {
  const [count, width] = x.shape as [number, number];
  return tf.tidy(() => {
    const parts: Tensor[] = [];
    for (let from = 0; from < count; from += rowsAtOnce) parts.push(tf.tidy(() => apply(tf.slice(x, [from, 0], [Math.min(rowsAtOnce, count - from), width]))));
    return join(parts);
  });
}

const rowsAtOnce = 8192;
