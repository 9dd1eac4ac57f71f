import * as tf from '@tensorflow/tfjs-core';
import type { TrainingConfig } from '../contract/config';
import * as op from './operations';
import type { Tensor } from './operations';
import type { Parameters } from './parameters';
import type { RandomStream } from './random';
import type { StudentShape } from './shapes';

/**
 * The codebook of the vector quantizer in training: `codes` [L, K, E], one for each position, and how often and for
 * which queries each code was taken lately, as moving sums by step (van den Oord et al. 2017, appendix A.1):
 *
 *   N ← γ N + (1 − γ) n,  m ← γ m + (1 − γ) Σ q,  e = m / N
 *
 * with n queries q for a code in this step, N smoothed by Laplace's rule (Razavi et al. 2019).
 */
export const codebookPrefix = 'codebook.';
const counts = `${codebookPrefix}counts`; // N, [L, K, 1]
const sums = `${codebookPrefix}sums`; // m, [L, K, E], for the moving means alone
const smoothing = 1e-5;

export function addCodebook(parameters: Parameters, shape: StudentShape): void {
  const { length: L, vocabulary: K, codeWidth: E } = shape;
  parameters.add(counts, [L, K, 1], new Float32Array(L * K), 'fixed');
  if (shape.codebookUpdate === 'average') parameters.add(sums, [L, K, E], new Float32Array(L * K * E), 'fixed');
}

/** Before the first step: every code as if it had been taken evenly, by queries equal to it. @param rows R of a step */
export function startCodebook(parameters: Parameters, shape: StudentShape, rows: number): void {
  tf.tidy(() => {
    const even = tf.fill([shape.length, shape.vocabulary, 1], rows / shape.vocabulary);
    parameters.variable(counts).assign(even);
    if (shape.codebookUpdate === 'average') parameters.variable(sums).assign(op.multiply(parameters.variable('codes').value(), even));
  });
}

export interface CodebookStep {
  /** Queries of the step and what they took, one-hot: [L, R, E], [L, R, K]. */
  queries: Tensor;
  symbols: Tensor;
  /** For each code the row of a query to take its place from, whole numbers [L, K]; absent when none is revived. */
  candidates?: Tensor;
}

/**
 * After a step: the moving sums follow, codes follow them where they are moving means, and a code that was taken less
 * than `codeRevival` times as often as an even use would have it is moved to a query of this step.
 */
export function followQueries(parameters: Parameters, shape: StudentShape, step: CodebookStep, o: Pick<TrainingConfig, 'codebookDecay' | 'codeRevival'>): void {
  const { length: L, vocabulary: K, codeWidth: E } = shape;
  const rows = step.queries.shape[1] as number;
  const averaged = shape.codebookUpdate === 'average';
  tf.tidy(() => {
    const follow = (name: string, now: Tensor): Tensor => op.add(op.scale(parameters.variable(name).value(), o.codebookDecay), op.scale(now, 1 - o.codebookDecay));
    let count = follow(counts, op.reshape(op.sumOver(step.symbols, 1), [L, K, 1]));
    let sum = averaged ? follow(sums, op.batchProduct(step.symbols, step.queries, true, false)) : null;
    const codes = parameters.variable('codes');
    let vectors = sum ? op.divide(sum, smoothed(count, K)) : codes.value();
    if (step.candidates) {
      const even = op.constant(rows / K);
      const dead = tf.cast(tf.less(count, op.constant((o.codeRevival * rows) / K)), 'float32');
      const alive = op.subtract(op.constant(1), dead);
      const either = (revived: Tensor, kept: Tensor) => op.add(op.multiply(dead, revived), op.multiply(alive, kept));
      const queries = queriesAt(step.queries, step.candidates);
      count = either(even, count);
      if (sum) sum = either(op.multiply(queries, even), sum);
      vectors = either(queries, vectors);
    }
    parameters.variable(counts).assign(count);
    if (sum) parameters.variable(sums).assign(sum);
    if (sum || step.candidates) codes.assign(op.reshape(vectors, [L, K, E]));
  });
}

/** (N + ε) / (Σ N + K ε) · Σ N: no code's count is zero, their sum stays. */
function smoothed(count: Tensor, vocabulary: number): Tensor {
  const total = op.sumOver(count, 1, true);
  return op.multiply(op.add(count, op.constant(smoothing)), op.divide(total, op.add(total, op.constant(vocabulary * smoothing))));
}

/** Rows of queries [L, R, E] by number, those of each position its own: numbers [L, K] → [L, K, E]. */
function queriesAt(queries: Tensor, numbers: Tensor): Tensor {
  const [, rows] = queries.shape as number[];
  return op.batchProduct(tf.cast(tf.oneHot(numbers as tf.Tensor2D, rows), 'float32'), queries);
}

/** Rows for codes to be revived from, [L, K]: those of a position are different while there are enough. */
export function revivalCandidates(shape: StudentShape, rows: number, random: RandomStream): Int32Array {
  const { length: L, vocabulary: K } = shape;
  const candidates = new Int32Array(L * K);
  for (let j = 0; j < L; j++) {
    const order = random.permutation(rows);
    for (let k = 0; k < K; k++) candidates[j * K + k] = order[k % rows];
  }
  return candidates;
}
