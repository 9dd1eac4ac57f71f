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

/** What the rows of a step tell the codebook. All are sums over rows: those of the parts of a batch add up. */
export interface QueryUse {
  /** How often each code was taken, [L, K]. */
  taken: Tensor;
  /** Sum of the queries that took it, [L, K, E]; for moving means alone. */
  sums?: Tensor;
  /** The query that each code is moved to if it is revived, [L, K, E]; absent when none is. */
  revivals?: Tensor;
}

/**
 * @param queries, symbols of the rows and what they took, one-hot: [L, R, E], [L, R, K]
 * @param candidates for each code the row to take its place from, one-hot: [L, K, R]
 */
export function queryUse(shape: StudentShape, queries: Tensor, symbols: Tensor, candidates?: Tensor): QueryUse {
  return {
    taken: op.sumOver(symbols, 1),
    ...(shape.codebookUpdate === 'average' && { sums: op.batchProduct(symbols, queries, true, false) }),
    ...(candidates && { revivals: op.batchProduct(candidates, queries) }),
  };
}

/**
 * After a step of so many rows: the moving sums follow, codes follow them where they are moving means, and a code that was
 * taken less than `codeRevival` times as often as an even use would have it is moved to a query of this step.
 */
export function followQueries(parameters: Parameters, shape: StudentShape, use: QueryUse, rows: number, o: Pick<TrainingConfig, 'codebookDecay' | 'codeRevival'>): void {
  const { length: L, vocabulary: K, codeWidth: E } = shape;
  tf.tidy(() => {
    const follow = (name: string, now: Tensor): Tensor => op.add(op.scale(parameters.variable(name).value(), o.codebookDecay), op.scale(now, 1 - o.codebookDecay));
    let count = follow(counts, op.reshape(use.taken, [L, K, 1]));
    let sum = use.sums ? follow(sums, use.sums) : null;
    const codes = parameters.variable('codes');
    let vectors = sum ? op.divide(sum, smoothed(count, K)) : codes.value();
    if (use.revivals) {
      const even = op.constant(rows / K);
      const dead = tf.cast(tf.less(count, op.constant((o.codeRevival * rows) / K)), 'float32');
      const alive = op.subtract(op.constant(1), dead);
      const either = (revived: Tensor, kept: Tensor) => op.add(op.multiply(dead, revived), op.multiply(alive, kept));
      count = either(even, count);
      if (sum) sum = either(op.multiply(use.revivals, even), sum);
      vectors = either(use.revivals, vectors);
    }
    parameters.variable(counts).assign(count);
    if (sum) parameters.variable(sums).assign(sum);
    if (sum || use.revivals) codes.assign(op.reshape(vectors, [L, K, E]));
  });
}

/** (N + ε) / (Σ N + K ε) · Σ N: no code's count is zero, their sum stays. */
function smoothed(count: Tensor, vocabulary: number): Tensor {
  const total = op.sumOver(count, 1, true);
  return op.multiply(op.add(count, op.constant(smoothing)), op.divide(total, op.add(total, op.constant(vocabulary * smoothing))));
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
