import * as tf from '@tensorflow/tfjs-core';
import * as op from './operations';
import type { Tensor } from './operations';
import type { Tape, Value } from './tape';

/**
 * Differentiable building blocks of vector quantization (van den Oord et al. 2017). Queries are [L, R, E], codes
 * [L, K, E], the symbols chosen for the queries one-hot [L, R, K]: constants, the choice has no gradient.
 */

/** How the gradient of a chosen code reaches its query. */
export type VectorGradient = 'straight-through' | 'rotation';

/**
 * The code of each query, [L, R, E]. The gradient goes to the query: unchanged (straight-through), or by the rotation
 * trick (Fifty et al. 2024, equation 4): the code e is written as (|e| / |q|)·R·q with R the rotation of q's direction
 * into e's, and factor and rotation count as constants. The codes get none.
 */
export function chosenCodes(tape: Tape, queries: Value, codes: Tensor, chosen: Tensor, gradient: VectorGradient): Value {
  const output = op.batchProduct(chosen, codes);
  if (gradient === 'straight-through') return tape.record(output, [queries], (g) => [g]);
  const backward = (g: Tensor): Tensor[] => [
    tf.tidy(() => {
      const from = inverseLength(queries.tensor);
      const to = inverseLength(output);
      const q = op.multiply(queries.tensor, from);
      const e = op.multiply(output, to);
      const between = op.add(q, e);
      const r = op.multiply(between, inverseLength(between));
      // Rᵀ g = g − 2 r (r·g) + 2 q̂ (ê·g), with R = I − 2 r rᵀ + 2 ê q̂ᵀ
      const turned = op.add(op.subtract(g, op.scale(op.multiply(r, dot(r, g)), 2)), op.scale(op.multiply(q, dot(e, g)), 2));
      return op.multiply(turned, op.divide(from, to));
    }),
  ];
  return tape.record(output, [queries], backward);
}

/** 1 / length of each row, [L, R, 1]. */
function inverseLength(x: Tensor): Tensor {
  return op.inverseRoot(op.add(op.sumOver(op.square(x), 2, true), op.constant(1e-12)));
}

function dot(a: Tensor, b: Tensor): Tensor {
  return op.sumOver(op.multiply(a, b), 2, true);
}

/**
 * Codebook and commitment loss (van den Oord et al. 2017, equation 3): the mean over all numbers of
 * codebook·(sg[q] − e)² + commitment·(q − sg[e])². Codes with a factor of 0 get no gradient.
 */
export function quantizationLoss(tape: Tape, queries: Value, codes: Value, chosen: Tensor, o: { codebook: number; commitment: number }): Value {
  const apart = tf.tidy(() => op.subtract(queries.tensor, op.batchProduct(chosen, codes.tensor)));
  const loss = tf.tidy(() => op.scale(op.sumOfSquares(apart), (o.codebook + o.commitment) / apart.size));
  const backward = (g: Tensor): (Tensor | null)[] => [
    queries.tracked ? tf.tidy(() => op.multiply(apart, op.scale(g, (2 * o.commitment) / apart.size))) : null,
    codes.tracked && o.codebook > 0 ? tf.tidy(() => op.multiply(op.batchProduct(chosen, apart, true, false), op.scale(g, (-2 * o.codebook) / apart.size))) : null,
  ];
  return tape.record(loss, [queries, codes], backward, [apart]);
}
