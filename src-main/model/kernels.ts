import * as tf from '@tensorflow/tfjs-core';
import * as op from './operations';
import type { Tensor } from './operations';
import type { Tape, Value } from './tape';

/**
 * Differentiable building blocks, each with its gradient written out. Activations are matrices [N, D] whose rows are
 * ordered by position first: row j·R + r is position j of sequence r, N = L·R.
 */

/** x [N, I] · w [I, O] + b [O]. */
export function linear(tape: Tape, x: Value, w: Value, b: Value | null): Value {
  const product = op.matrixProduct(x.tensor, w.tensor);
  const output = b ? op.addBias(product, b.tensor) : product;
  if (b) product.dispose();
  return tape.record(output, b ? [x, w, b] : [x, w], (g) => [
    x.tracked ? op.matrixProduct(g, w.tensor, false, true) : null,
    w.tracked ? op.matrixProduct(x.tensor, g, true, false) : null,
    b?.tracked ? op.sumRows(g) : null,
  ]);
}

/** a + b of one shape. */
export function add(tape: Tape, a: Value, b: Value): Value {
  return tape.record(op.add(a.tensor, b.tensor), [a, b], (g) => [g, g]);
}

/** a − b of one shape. */
export function subtract(tape: Tape, a: Value, b: Value): Value {
  return tape.record(op.subtract(a.tensor, b.tensor), [a, b], (g) => [g, b.tracked ? op.scale(g, -1) : null]);
}

export function reshape(tape: Tape, x: Value, shape: number[]): Value {
  const before = x.shape;
  return tape.record(op.reshape(x.tensor, shape), [x], (g) => [op.reshape(g, before)]);
}

/** x [L, R, D] + b [L, D]: a row of b for each position. */
export function addByPosition(tape: Tape, x: Value, b: Value): Value {
  const [length, , width] = x.shape;
  return tape.record(op.add(x.tensor, op.reshape(b.tensor, [length, 1, width])), [x, b], (g) => [g, b.tracked ? op.sumOver(g, 1) : null]);
}

/** For each position its own product: a [L, R, I] · b [L, I, O], or with b [L, O, I] transposed. */
export function productByPosition(tape: Tape, a: Value, b: Value, transposeB = false): Value {
  return tape.record(op.batchProduct(a.tensor, b.tensor, false, transposeB), [a, b], (g) => {
    const forA = a.tracked ? op.batchProduct(g, b.tensor, false, !transposeB) : null;
    const forB = !b.tracked ? null : transposeB ? op.batchProduct(g, a.tensor, true, false) : op.batchProduct(a.tensor, g, true, false);
    return [forA, forB];
  });
}

/** m [A, L] · x [L, R, D] over positions: [A, R, D]; m is a constant. With a triangle of ones, running sums. */
export function mixPositions(tape: Tape, m: Tensor, x: Value): Value {
  const [length, rows, width] = x.shape as number[];
  const flat = op.reshape(x.tensor, [length, rows * width]);
  const output = op.reshape(op.matrixProduct(m, flat), [m.shape[0], rows, width]);
  return tape.record(output, [x], (g) => [op.reshape(op.matrixProduct(m, op.reshape(g, [m.shape[0], rows * width]), true, false), [length, rows, width])]);
}

/** The first `count` positions of x [L, …]. */
export function firstPositions(tape: Tape, x: Value, count: number): Value {
  return count === x.shape[0] ? x : rowsOf(tape, x, 0, count);
}

/** `count` rows of x [N, …] from row `from` on. */
export function rowsOf(tape: Tape, x: Value, from: number, count: number): Value {
  const [total, ...rest] = x.shape;
  const part = tf.slice(x.tensor, [from, ...rest.map(() => 0)], [count, ...rest]);
  return tape.record(part, [x], (g) => [tf.pad(g, [[from, total - from - count], ...rest.map((): [number, number] => [0, 0])])]);
}

/** Rows of several values of one width, one after the other. */
export function joinRows(tape: Tape, parts: Value[]): Value {
  if (parts.length === 1) return parts[0];
  const backward = (g: Tensor): Tensor[] => {
    let from = 0;
    return parts.map(({ shape: [rows, ...rest] }) => {
      from += rows;
      return tf.slice(g, [from - rows, ...rest.map(() => 0)], [rows, ...rest]);
    });
  };
  return tape.record(op.concatenate(parts.map((part) => part.tensor), 0), parts, backward);
}

/** Rows [R, M·D] of several tokens each, as rows by position: [M·R, D]. */
export function rowsByPosition(tape: Tape, x: Value, rows: number, tokens: number, width: number): Value {
  const turn = (t: Tensor, from: [number, number], to: number[]) => tf.tidy(() => op.reshape(op.transpose(op.reshape(t, [...from, width]), [1, 0, 2]), to));
  return tape.record(turn(x.tensor, [rows, tokens], [tokens * rows, width]), [x], (g) => [turn(g, [tokens, rows], [rows, tokens * width])]);
}

/**
 * How near each code is to each query: sharpness_j · (q·codes_jk − ½|codes_jk|² + preference_jk). Without preferences
 * the nearest code has the highest score.
 * @param queries [L, R, E]  @param codes [L, K, E]  @param preference [L, 1, K]  @param sharpness [L, 1, 1], constant
 * @returns [L, R, K]
 */
export function codeScores(tape: Tape, queries: Value, codes: Value, preference: Value | null, sharpness: Tensor): Value {
  const [L, K] = codes.shape as number[];
  const output = tf.tidy(() => op.multiply(op.add(op.batchProduct(queries.tensor, codes.tensor, false, true), codeOffsets(codes.tensor, preference?.tensor ?? null)), sharpness));
  const backward = (g: Tensor): Tensor[] =>
    tf.tidy(() => {
      const sharp = op.multiply(g, sharpness);
      const forPreference = op.sumOver(sharp, 1, true);
      const forCodes = op.subtract(op.batchProduct(sharp, queries.tensor, true, false), op.multiply(codes.tensor, op.reshape(forPreference, [L, K, 1])));
      return [op.batchProduct(sharp, codes.tensor), forCodes, forPreference];
    });
  return tape.record(output, preference ? [queries, codes, preference] : [queries, codes], backward);
}

/** preference_jk − ½|codes_jk|²: [L, 1, K]. */
export function codeOffsets(codes: Tensor, preference: Tensor | null): Tensor {
  return tf.tidy(() => {
    const halves = op.scale(op.reshape(op.sumOver(op.square(codes), 2), [codes.shape[0], 1, codes.shape[1] as number]), -0.5);
    return preference ? op.add(preference, halves) : halves;
  });
}

const layerNormEpsilon = 1e-5;

/**
 * Rows of x [N, D] with mean 0 and variance 1. Without gain and bias: a linear layer follows each one, whose weights
 * and bias can express both.
 */
export function layerNorm(tape: Tape, x: Value): Value {
  const [output, inverse] = tf.tidy(() => {
    const centred = op.subtract(x.tensor, op.meanOver(x.tensor, 1, true));
    const deviation = op.inverseRoot(op.add(op.meanOver(op.square(centred), 1, true), op.constant(layerNormEpsilon)));
    return [op.multiply(centred, deviation), deviation];
  });
  return tape.record(
    output,
    [x],
    (g) => [
      tf.tidy(() => {
        const along = op.multiply(output, op.meanOver(op.multiply(g, output), 1, true));
        return op.multiply(op.subtract(op.subtract(g, op.meanOver(g, 1, true)), along), inverse);
      }),
    ],
    [inverse],
  );
}

/** GELU, x·Φ(x) with the normal distribution function Φ (Hendrycks and Gimpel, 2016). */
export function gelu(tape: Tape, x: Value): Value {
  // Φ(x) = (1 + erf(x / √2)) / 2
  const distribution = tf.tidy(() => op.scale(op.add(op.errorFunction(op.scale(x.tensor, Math.SQRT1_2)), op.constant(1)), 0.5));
  return tape.record(
    op.multiply(x.tensor, distribution),
    [x],
    (g) => [
      tf.tidy(() => {
        const density = op.scale(op.exponential(op.scale(op.square(x.tensor), -0.5)), 1 / Math.sqrt(2 * Math.PI));
        return op.multiply(g, op.add(distribution, op.multiply(x.tensor, density)));
      }),
    ],
    [distribution],
  );
}

/** Each row of x [N, D] divided by its length. */
export function unitRows(tape: Tape, x: Value): Value {
  const inverse = tf.tidy(() => op.inverseRoot(op.add(op.sumOver(op.square(x.tensor), 1, true), op.constant(1e-12))));
  const output = op.multiply(x.tensor, inverse);
  return tape.record(output, [x], (g) => [tf.tidy(() => op.multiply(op.subtract(g, op.multiply(output, op.sumOver(op.multiply(g, output), 1, true))), inverse))], [inverse]);
}

/** Each column of v [F, P] divided by its length: a weight-normed layer whose gains are fixed at 1, as DINO's last. */
export function unitColumns(tape: Tape, v: Value): Value {
  const inverse = tf.tidy(() => op.inverseRoot(op.add(op.sumOver(op.square(v.tensor), 0, true), op.constant(1e-12))));
  const output = op.multiply(v.tensor, inverse);
  return tape.record(output, [v], (g) => [tf.tidy(() => op.multiply(op.subtract(g, op.multiply(output, op.sumOver(op.multiply(g, output), 0, true))), inverse))], [inverse]);
}

/** Queries, keys or values [N, parts·D] split by head: `parts` tensors [1, R, H, L, D/H]. */
function byHead(x: Tensor, parts: number, rows: number, heads: number): Tensor[] {
  return tf.tidy(() => {
    const length = x.shape[0] / rows;
    const width = (x.shape[1] as number) / parts;
    const split = op.transpose(op.reshape(x, [length, rows, parts, heads, width / heads]), [2, 1, 3, 0, 4]); // (L, R, p, H, d) -> (p, R, H, L, d)
    return parts === 1 ? [split] : op.split(split, parts, 0);
  });
}

/** The reverse of byHead. */
function fromHeads(parts: Tensor[]): Tensor {
  return tf.tidy(() => {
    const [, rows, heads, length, width] = parts[0].shape as number[];
    const all = op.concatenate(parts, 0);
    return op.reshape(op.transpose(all, [3, 1, 0, 2, 4]), [length * rows, parts.length * heads * width]); // (p, R, H, L, d) -> (L, R, p, H, d)
  });
}

const masks = new Map<number, Tensor>();
/** [L, L]: 0 where position i may look at j ≤ i, else a number that softmax turns into 0. */
function causalMask(length: number): Tensor {
  let mask = masks.get(length);
  if (!mask) {
    const values = new Float32Array(length * length);
    for (let i = 0; i < length; i++) for (let j = i + 1; j < length; j++) values[i * length + j] = -1e9;
    mask = tf.keep(tf.tensor2d(values, [length, length]));
    masks.set(length, mask);
  }
  return mask;
}

/** Attention weights softmax(q·kᵀ / √d + mask). */
function attentionWeights(q: Tensor, k: Tensor, causal: boolean): Tensor {
  return tf.tidy(() => {
    const [, , , length, width] = q.shape as number[];
    const scores = op.scale(op.batchProduct(q, k, false, true), 1 / Math.sqrt(width));
    return op.softmax(causal ? op.add(scores, causalMask(length)) : scores);
  });
}

/** Gradients of attention for q, k and v. */
function attentionBackward(gradient: Tensor, q: Tensor, k: Tensor, v: Tensor, weights: Tensor): [Tensor, Tensor, Tensor] {
  return tf.tidy(() => {
    const forWeights = op.batchProduct(gradient, v, false, true);
    const product = op.multiply(forWeights, weights);
    const centred = op.subtract(product, op.multiply(weights, op.sumOver(product, 4, true)));
    const [, , , , width] = q.shape as number[];
    const forScores = op.scale(centred, 1 / Math.sqrt(width));
    return [op.batchProduct(forScores, k), op.batchProduct(forScores, q, true, false), op.batchProduct(weights, gradient, true, false)];
  });
}

/**
 * Self-attention over the positions of each sequence.
 * @param qkv [L·R, 3·D], queries, keys and values  @returns [L·R, D]
 */
export function selfAttention(tape: Tape, qkv: Value, rows: number, heads: number, causal: boolean): Value {
  const [q, k, v] = byHead(qkv.tensor, 3, rows, heads);
  const weights = attentionWeights(q, k, causal);
  const output = tf.tidy(() => fromHeads([op.batchProduct(weights, v)]));
  return tape.record(
    output,
    [qkv],
    (g) => [tf.tidy(() => fromHeads(attentionBackward(byHead(g, 1, rows, heads)[0], q, k, v, weights)))],
    [q, k, v, weights],
  );
}

/**
 * Attention of each position to the memory of its sequence.
 * @param queries [L·R, D]  @param memory [M·R, 2·D], keys and values  @returns [L·R, D]
 */
export function crossAttention(tape: Tape, queries: Value, memory: Value, rows: number, heads: number): Value {
  const [q] = byHead(queries.tensor, 1, rows, heads);
  const [k, v] = byHead(memory.tensor, 2, rows, heads);
  const weights = attentionWeights(q, k, false);
  const output = tf.tidy(() => fromHeads([op.batchProduct(weights, v)]));
  const backward = (g: Tensor): Tensor[] =>
    tf.tidy(() => {
      const [forQ, forK, forV] = attentionBackward(byHead(g, 1, rows, heads)[0], q, k, v, weights);
      return [fromHeads([forQ]), fromHeads([forK, forV])];
    });
  return tape.record(output, [queries, memory], backward, [q, k, v, weights]);
}

/** Keys and values of the positions so far, for one more position at a time. */
export interface AttentionCache {
  keys: Tensor | null;
  values: Tensor | null;
}

/** The next position's row of causal self-attention, without gradient. @param qkv [R, 3·D]  @returns [R, D] */
export function nextSelfAttention(qkv: Tensor, rows: number, heads: number, cache: AttentionCache): Tensor {
  const [q, k, v] = byHead(qkv, 3, rows, heads);
  cache.keys = cache.keys ? op.concatenate([cache.keys, k], 3) : k;
  cache.values = cache.values ? op.concatenate([cache.values, v], 3) : v;
  return fromHeads([op.batchProduct(attentionWeights(q, cache.keys, false), cache.values)]);
}

/** Keys and values of a memory by head, to be looked at from several positions. @param memory [M·R, 2·D] */
export function memoryByHead(memory: Tensor, rows: number, heads: number): [Tensor, Tensor] {
  const [keys, values] = byHead(memory, 2, rows, heads);
  return [keys, values];
}

/** Attention of one position to a memory, without gradient. @param query [R, D]  @returns [R, D] */
export function attendToMemory(query: Tensor, [keys, values]: [Tensor, Tensor], rows: number, heads: number): Tensor {
  const [q] = byHead(query, 1, rows, heads);
  return fromHeads([op.batchProduct(attentionWeights(q, keys, false), values)]);
}

/**
 * Mixtures of symbols y = softmax((logits + noise) / temperature). With `hard`, y is the one-hot row given there and the
 * gradient is that of the soft one (straight-through). With Gumbel noise it is the Gumbel softmax (Jang et al. 2017;
 * Maddison et al. 2017).
 * @param logits, noise, hard [L, R, K]  @param temperature a scalar
 */
export function softSymbols(tape: Tape, logits: Value, noise: Tensor | null, temperature: Tensor, hard: Tensor | null): Value {
  const soft = tf.tidy(() => op.softmax(op.divide(noise ? op.add(logits.tensor, noise) : logits.tensor, temperature)));
  const backward = (g: Tensor): Tensor[] => [
    tf.tidy(() => {
      const product = op.multiply(g, soft);
      return op.divide(op.subtract(product, op.multiply(soft, op.sumOver(product, product.rank - 1, true))), temperature);
    }),
  ];
  return tape.record(hard ? hard.clone() : soft, [logits], backward, hard ? [soft] : []);
}

/**
 * Σ over rows of weight · H(target, softmax(features · w / temperature)), the product and the cross-entropy in one, so
 * that the scaling of rows costs N·F and not N·P. Targets get no gradient.
 * @param features [N, F]  @param w [F, P]  @param targets [N, P], rows that sum to 1  @param rowWeights [N, 1]
 * @returns the scalar, and the entropies by row [N]
 */
export function projectedCrossEntropy(tape: Tape, features: Value, w: Value, targets: Tensor, rowWeights: Tensor, temperature: number): { loss: Value; entropies: Tensor } {
  const sharp = op.scale(features.tensor, 1 / temperature);
  const { entropies, gradient } = tf.tidy(() => op.crossEntropyWithGradient(op.matrixProduct(sharp, w.tensor), targets));
  const loss = tf.tidy(() => tf.sum(op.multiply(op.reshape(entropies, rowWeights.shape), rowWeights)));
  const backward = (g: Tensor): Tensor[] =>
    tf.tidy(() => {
      const weight = op.multiply(rowWeights, g);
      const forFeatures = op.scale(op.multiply(op.matrixProduct(gradient, w.tensor, false, true), weight), 1 / temperature);
      return [forFeatures, op.matrixProduct(op.multiply(sharp, weight), gradient, true, false)];
    });
  return { loss: tape.record(loss, [features, w], backward, [sharp, gradient]), entropies };
}

/**
 * Σ over rows of weight · (1 − cos(x, target)).
 * @param x [N, Z]  @param targets [N, Z], rows of length 1  @param rowWeights [N, 1]
 * @returns the scalar, and 1 − cos by row [N, 1]
 */
export function cosineDistance(tape: Tape, x: Value, targets: Tensor, rowWeights: Tensor): { loss: Value; distances: Tensor } {
  const unit = unitRows(tape, x);
  const distances = tf.tidy(() => op.subtract(op.constant(1), op.sumOver(op.multiply(unit.tensor, targets), 1, true)));
  const loss = tf.tidy(() => tf.sum(op.multiply(distances, rowWeights)));
  return { loss: tape.record(loss, [unit], (g) => [tf.tidy(() => op.multiply(targets, op.multiply(rowWeights, op.scale(g, -1))))]), distances };
}

/** The mean over all numbers of (x − targets)², a scalar. @param targets of the shape of x */
export function meanSquare(tape: Tape, x: Value, targets: Tensor): Value {
  const apart = op.subtract(x.tensor, targets);
  const loss = tf.tidy(() => op.scale(op.sumOfSquares(apart), 1 / apart.size));
  return tape.record(loss, [x], (g) => [tf.tidy(() => op.multiply(apart, op.scale(g, 2 / apart.size)))], [apart]);
}

/** Σ factor · value of scalars. */
export function weightedSum(tape: Tape, terms: { value: Value; factor: Tensor }[]): Value {
  const output = tf.tidy(() => op.addMany(terms.map((term) => op.multiply(term.value.tensor, term.factor))));
  return tape.record(
    output,
    terms.map((term) => term.value),
    (g) => terms.map((term) => op.multiply(g, term.factor)),
  );
}
