import * as tf from '@tensorflow/tfjs-core';
import * as op from './operations';
import type { Tensor } from './operations';
import type { Tape, Value } from './tape';

/** Losses on the logits of the symbols themselves. */

/**
 * How far the symbols are from an even use: the mean over positions of ln K − H(p̄_j), p̄_j the mean over rows of
 * softmax(logits_j). 0 when every symbol is as likely as every other, ln K when all rows take one.
 * @param logits [L, R, K]
 * @param ofBatch p̄ of the whole batch, [L, 1, K], when the rows are a part of it: the gradient is then that of all rows'
 * loss for these, times all rows divided by R
 */
export function unevenUse(tape: Tape, logits: Value, ofBatch?: Tensor): Value {
  const [length, rows, vocabulary] = logits.shape as number[];
  const [loss, each, logMean] = tf.tidy(() => {
    const probabilities = op.softmax(logits.tensor);
    const mean = ofBatch ?? op.meanOver(probabilities, 1, true);
    const log = op.logarithm(op.maximum(mean, op.constant(1e-30)));
    const negative = op.scale(tf.sum(op.multiply(mean, log)), 1 / length);
    return [op.add(negative, op.constant(Math.log(vocabulary))), probabilities, log];
  });
  const backward = (g: Tensor): Tensor[] => [
    tf.tidy(() => {
      const slope = op.multiply(op.add(logMean, op.constant(1)), op.scale(g, 1 / (length * rows))); // (L, 1, K)
      const product = op.multiply(each, slope);
      return op.subtract(product, op.multiply(each, op.sumOver(product, 2, true)));
    }),
  ];
  return tape.record(loss, [logits], backward, [each, logMean]);
}

/** Mean over positions and rows of H(targets, softmax(logits)). @param logits, targets [L, R, K], rows of targets sum to 1 */
export function symbolCrossEntropy(tape: Tape, logits: Value, targets: Tensor): Value {
  const [length, rows, vocabulary] = logits.shape as number[];
  const flat = [length * rows, vocabulary];
  const { entropies, gradient } = tf.tidy(() => op.crossEntropyWithGradient(op.reshape(logits.tensor, flat), op.reshape(targets, flat)));
  const loss = op.meanOver(entropies, 0);
  entropies.dispose();
  return tape.record(loss, [logits], (g) => [tf.tidy(() => op.reshape(op.multiply(gradient, op.scale(g, 1 / (length * rows))), [length, rows, vocabulary]))], [gradient]);
}

/**
 * The residual k-means codes of points: at each position the code nearest to what those before leave over.
 * @param points [R, C]  @param codes [L, K, C]  @returns one-hot, [L, R, K]
 */
export function residualSymbols(points: Tensor, codes: Tensor): Tensor {
  const [length, vocabulary, width] = codes.shape as number[];
  return tf.tidy(() => {
    const symbols: Tensor[] = [];
    let residual = points;
    for (const part of op.split(codes, length, 0)) {
      const code = op.reshape(part, [vocabulary, width]);
      const halves = op.reshape(op.scale(op.sumOver(op.square(code), 1), -0.5), [1, vocabulary]);
      const chosen = op.oneHotOfGreatest(op.add(op.matrixProduct(residual, code, false, true), halves));
      symbols.push(op.reshape(chosen, [1, ...chosen.shape]));
      residual = op.subtract(residual, op.matrixProduct(chosen, code));
    }
    return op.concatenate(symbols, 0);
  });
}
