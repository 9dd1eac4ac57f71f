import * as tf from '@tensorflow/tfjs-core';
import * as kernel from './kernels';
import * as op from './operations';
import type { Tensor } from './operations';
import { GlyphscopeError } from '../contract/errors';
import type { Parameters, WeightsInUse } from './parameters';
import { shiftedPositions, sumsBefore } from './positions';
import type { RandomStream } from './random';
import type { StudentShape } from './shapes';
import { Tape, type Value } from './tape';
import { addBlock, block, emptyCache, layer, nextInBlock } from './transformer';

/**
 * The descriptor D_S: writes a feature as L symbols, each given those before it, with a transformer decoder that looks
 * at the feature through cross-attention (paper: 6 layers, 8 heads): at the teacher's tokens where it gives some, else at
 * the one vector split into `memoryTokens`.
 *
 * `autoregressive` is the paper's. `parallel` writes all positions at once, none given another. `residual` (ours) also
 * sees r_j = z_t − Σ_{i<j} codes_i[s_i], what the symbols so far leave over.
 *
 * Its output at a position is K logits; where symbols have code vectors (residual descriptor, vector quantizer) it is a
 * query q_j, and a symbol scores by how near its code is:
 *   logit_jk = sharpness_j · (q_j·codes_jk − ½|codes_jk|² + preference_jk),
 * without preferences for the vector quantizer, which takes the nearest code. The residual descriptor's query is r_j plus
 * a correction that starts at zero, so an untrained one with k-means codes is residual k-means (Juang and Gray 1982).
 */
export function addDescriptor(parameters: Parameters, shape: StudentShape, random: RandomStream): void {
  const { channels: C, width: D, length: L, vocabulary: K, codeWidth: E } = shape;
  const residual = shape.descriptor === 'residual';
  const [seen, tokens] = shape.featureTokens > 0 ? [shape.tokenWidth, 1] : [C, shape.memoryTokens];
  parameters.addMatrix('descriptor.memory.weight', seen, tokens * D, random);
  parameters.addZeros('descriptor.memory.bias', [tokens * D]);
  if (shape.descriptor !== 'parallel') parameters.addMatrix('descriptor.symbols.weight', K, D, random, Math.sqrt(K) * 0.5);
  parameters.add('descriptor.positions', [L, D], normals(L * D, 0.5, random), 'plain');
  for (let i = 0; i < shape.descriptorLayers; i++) addBlock(parameters, `descriptor.block${i}`, D, shape.descriptorLayers, true, random);
  if (E > 0) {
    const averaged = shape.quantizer === 'vector' && shape.codebookUpdate === 'average';
    parameters.add('codes', [L, K, E], normals(L * K * E, 0.1, random), averaged ? 'fixed' : 'plain');
    parameters.add('descriptor.sharpness', [L, 1, 1], new Float32Array(L).fill(1 / E), 'fixed');
    if (shape.quantizer !== 'vector') parameters.addZeros('descriptor.preference', [L, 1, K]);
  }
  if (residual) parameters.addMatrix('descriptor.residual.weight', C, D, random);
  parameters.addMatrix('descriptor.output.weight', D, E || K, random, residual ? 0 : 1);
  parameters.addZeros('descriptor.output.bias', [E || K]);
}

function normals(count: number, deviation: number, random: RandomStream): Float32Array {
  return Float32Array.from({ length: count }, () => random.normal() * deviation);
}

/** What the descriptor looks at. */
export interface Seen {
  /** The feature z_t in the student's channels, [R, C]. */
  x: Tensor;
  /** The teacher's tokens, [R, N, T]; only with a shape that has some. */
  tokens?: Tensor;
}

/** How each next symbol is chosen while a description is written. */
export interface Choice {
  /** Added to the logits before the choice, [L, R, K]; null for the likeliest symbol. */
  noise: Tensor | null;
  /** Soft mixtures softmax(· / temperature) instead of one-hot symbols; null for hard ones. */
  softTemperature: Tensor | null;
  /** Symbols of the first n positions that stand already, one-hot, [n, R, K]: only what follows is chosen. */
  given?: Tensor;
}

/** The choice at a test. */
export const likeliest: Choice = { noise: null, softTemperature: null };

/** What the symbols are chosen by. */
export interface Scores {
  /** Without noise, [L, R, K]. */
  logits: Value;
  /** [L, R, E], where symbols have code vectors. */
  queries: Value | null;
}

/** Symbols with what they were chosen by, without gradient. */
export interface Written {
  /** One-hot or soft, [L, R, K]. */
  symbols: Tensor;
  logits: Tensor;
  /** Where symbols have code vectors. */
  queries?: Tensor;
}

/** One symbol of each row of scores [n, R, K]. */
function choose(scores: Tensor, noise: Tensor | null, softTemperature: Tensor | null): Tensor {
  return tf.tidy(() => {
    const noisy = noise ? op.add(scores, noise) : scores;
    return softTemperature ? op.softmax(op.divide(noisy, softTemperature)) : op.oneHotOfGreatest(noisy);
  });
}

/** [n, R, K] and from position n on those of [L, R, K]. */
function givenThen(given: Tensor, chosen: Tensor): Tensor {
  const [L, rows, K] = chosen.shape;
  const n = given.shape[0];
  return n === L ? given : op.concatenate([given, tf.slice(chosen, [n, 0, 0], [L - n, rows, K])], 0);
}

/** Writes the descriptions, position by position unless they are independent. */
export function writeSymbols(weights: WeightsInUse, shape: StudentShape, seen: Seen, choice: Choice): Written {
  if (shape.descriptor === 'parallel') {
    const { logits, queries } = scoreSymbols(weights, shape, seen, null);
    const chosen = choose(logits.tensor, choice.noise, choice.softTemperature);
    return { symbols: choice.given ? givenThen(choice.given, chosen) : chosen, logits: logits.tensor, ...(queries && { queries: queries.tensor.clone() }) }; // of its own: the tape lets go of what it holds
  }
  const { length: L, vocabulary: K, width: D, codeWidth: E } = shape;
  const { x } = seen;
  const rows = x.shape[0];
  const tape = new Tape(false);
  const residual = shape.descriptor === 'residual';
  return tf.tidy(() => {
    const memory = memoryOf(weights, shape, seen).tensor;
    const byPosition = (t: Tensor | null) => (t ? op.split(t, L, 0) : null);
    const positions = op.split(weights.get('descriptor.positions').tensor, L, 0);
    const noises = byPosition(choice.noise);
    const given = choice.given ? op.split(choice.given, choice.given.shape[0], 0) : [];
    const codes = byPosition(E > 0 ? weights.get('codes').tensor : null);
    const offsets = byPosition(E > 0 ? kernel.codeOffsets(weights.get('codes').tensor, preferenceOf(weights, shape)?.tensor ?? null) : null);
    const sharpness = byPosition(E > 0 ? weights.get('descriptor.sharpness').tensor : null);
    const caches = Array.from({ length: shape.descriptorLayers }, emptyCache);
    const symbols: Tensor[] = [];
    const logits: Tensor[] = [];
    const queries: Tensor[] = [];
    let left = x;
    for (let j = 0; j < L; j++) {
      let stream = op.add(op.reshape(positions[j], [1, D]), j === 0 ? tf.zeros([rows, D]) : op.matrixProduct(op.reshape(symbols[j - 1], [rows, K]), weights.get('descriptor.symbols.weight').tensor));
      if (residual) stream = op.add(stream, op.matrixProduct(left, weights.get('descriptor.residual.weight').tensor));
      for (let i = 0; i < caches.length; i++) stream = nextInBlock(weights, `descriptor.block${i}`, stream, memory, caches[i], { heads: shape.descriptorHeads, rows });
      const output = layer(weights, 'descriptor.output', kernel.layerNorm(tape, tape.constant(stream))).tensor;
      let scores: Tensor;
      if (codes && offsets && sharpness) {
        const query = op.reshape(residual ? op.add(left, output) : output, [1, rows, E]);
        queries.push(query);
        scores = op.multiply(op.add(op.batchProduct(query, codes[j], false, true), offsets[j]), sharpness[j]);
      } else scores = op.reshape(output, [1, rows, K]);
      const chosen = given[j] ?? choose(scores, noises && noises[j], choice.softTemperature);
      symbols.push(chosen);
      logits.push(scores);
      if (codes && residual && j + 1 < L) left = op.subtract(left, op.reshape(op.batchProduct(chosen, codes[j]), [rows, E]));
    }
    return { symbols: op.concatenate(symbols, 0), logits: op.concatenate(logits, 0), ...(codes && { queries: op.concatenate(queries, 0) }) };
  });
}

/**
 * Scores of all positions in one pass, given the symbols already written: what writeSymbols computed, now with the
 * gradient for the weights. The written symbols are constants here; their gradient goes through the quantizer.
 * @param written [L, R, K]; `parallel` does not look at them
 */
export function scoreSymbols(weights: WeightsInUse, shape: StudentShape, seen: Seen, written: Tensor | null): Scores {
  const { tape } = weights;
  const { length: L, vocabulary: K, width: D, channels: C, codeWidth: E } = shape;
  const { x } = seen;
  const rows = x.shape[0];
  let stream: Value;
  let left: Tensor | null = null;
  if (shape.descriptor === 'parallel') stream = tape.constant(tf.zeros([L * rows, D]));
  else if (written) {
    stream = kernel.linear(tape, tape.constant(op.reshape(shiftedPositions(written), [L * rows, K])), weights.get('descriptor.symbols.weight'), null);
    if (shape.descriptor === 'residual') {
      const used = sumsBefore(op.batchProduct(written, weights.get('codes').tensor));
      left = op.reshape(op.subtract(op.reshape(x, [1, rows, C]), used), [L * rows, C]);
      stream = kernel.add(tape, stream, kernel.linear(tape, tape.constant(left), weights.get('descriptor.residual.weight'), null));
    }
  } else throw new Error(`the ${shape.descriptor} descriptor scores symbols given those before them`);
  stream = kernel.reshape(tape, kernel.addByPosition(tape, kernel.reshape(tape, stream, [L, rows, D]), weights.get('descriptor.positions')), [L * rows, D]);
  const memory = memoryOf(weights, shape, seen);
  for (let i = 0; i < shape.descriptorLayers; i++) stream = block(weights, `descriptor.block${i}`, stream, memory, { heads: shape.descriptorHeads, rows, causal: shape.descriptor !== 'parallel' });
  const output = layer(weights, 'descriptor.output', kernel.layerNorm(tape, stream));
  if (E === 0) return { logits: kernel.reshape(tape, output, [L, rows, K]), queries: null };
  const queries = kernel.reshape(tape, left ? kernel.add(tape, output, tape.constant(left)) : output, [L, rows, E]);
  return { logits: kernel.codeScores(tape, queries, weights.get('codes'), preferenceOf(weights, shape), weights.get('descriptor.sharpness').tensor), queries };
}

function preferenceOf(weights: WeightsInUse, shape: StudentShape): Value | null {
  return shape.quantizer === 'vector' ? null : weights.get('descriptor.preference');
}

/**
 * What the cross-attention looks at: the teacher's tokens, each layer-normed and mapped to D, or the feature as M tokens.
 * @returns [M·R, D], M = N with tokens
 * @throws INVALID_INPUT when the tokens are missing that the student was made for
 */
function memoryOf(weights: WeightsInUse, shape: StudentShape, { x, tokens }: Seen): Value {
  const { tape } = weights;
  const { memoryTokens: M, width: D, featureTokens: N, tokenWidth: T } = shape;
  const rows = x.shape[0];
  if (N === 0) return kernel.rowsByPosition(tape, layer(weights, 'descriptor.memory', tape.constant(x)), rows, M, D);
  if (!tokens) throw new GlyphscopeError('INVALID_INPUT', `This student looks at ${N} tokens of each image, and none were given.`, { subject: 'tokens', remedy: 'Compute the features of the images with the teacher that it was trained with.' });
  const byPosition = op.reshape(op.transpose(tokens, [1, 0, 2]), [N * rows, T]);
  return layer(weights, 'descriptor.memory', kernel.layerNorm(tape, tape.constant(byPosition)));
}
