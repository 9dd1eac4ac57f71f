import * as tf from '@tensorflow/tfjs-core';
import * as op from './operations';
import type { Tensor } from './operations';

/** Sums over positions as products with a small constant matrix [L, L]: one operation instead of L slices. */
const matrices = new Map<string, Tensor>();

function matrix(kind: 'upTo' | 'before' | 'previous', length: number): Tensor {
  const key = `${kind} ${length}`;
  let tensor = matrices.get(key);
  if (!tensor) {
    const values = new Float32Array(length * length);
    for (let j = 0; j < length; j++)
      for (let i = 0; i < length; i++) values[j * length + i] = Number(kind === 'upTo' ? i <= j : kind === 'before' ? i < j : i === j - 1);
    tensor = tf.keep(tf.tensor2d(values, [length, length]));
    matrices.set(key, tensor);
  }
  return tensor;
}

/** Ones where i ≤ j: [L, L]. */
export function upToEach(length: number): Tensor {
  return matrix('upTo', length);
}

function mix(m: Tensor, x: Tensor): Tensor {
  return op.reshape(op.matrixProduct(m, op.reshape(x, [x.shape[0], x.size / x.shape[0]])), x.shape);
}

/** Σ_{i<j} x_i at each position j. x [L, R, D] */
export function sumsBefore(x: Tensor): Tensor {
  return mix(matrix('before', x.shape[0]), x);
}

/** x_{j−1} at each position j, zeros at the first. x [L, R, D] */
export function shiftedPositions(x: Tensor): Tensor {
  return mix(matrix('previous', x.shape[0]), x);
}
