import * as tf from '@tensorflow/tfjs-core';
import * as kernel from './kernels';
import * as op from './operations';
import type { Tensor } from './operations';
import type { Parameters, WeightsInUse } from './parameters';
import type { RandomStream } from './random';
import type { StudentShape } from './shapes';
import { Tape, type Value } from './tape';
import { addBlock, block, emptyCache, layer, nextInBlock } from './transformer';
import { shiftedPositions, sumsBefore } from './positions';

/**
 * The descriptor D_S: writes a feature as L symbols, each given those before it, with a transformer decoder that looks
 * at the feature through cross-attention (paper: 6 layers, 8 heads).
 *
 * `autoregressive` is the paper's. `residual` (ours) also sees r_j = z_t − Σ_{i<j} codes_i[s_i], what the symbols so far
 * leave over, and scores symbol k at position j by how near its code is to the residual as the transformer corrects it:
 *   logit_jk = sharpness_j · (q_j·codes_jk − ½|codes_jk|² + bias_jk),  q_j = r_j + correction_j.
 * Its correction starts at zero, so an untrained one with k-means codes is residual k-means (Juang and Gray 1982).
 */
export function addDescriptor(parameters: Parameters, shape: StudentShape, random: RandomStream): void {
  const { channels: C, width: D, length: L, vocabulary: K } = shape;
  parameters.addMatrix('descriptor.memory.weight', C, shape.memoryTokens * D, random);
  parameters.addZeros('descriptor.memory.bias', [shape.memoryTokens * D]);
  parameters.addMatrix('descriptor.symbols.weight', K, D, random, Math.sqrt(K) * 0.5);
  parameters.add('descriptor.positions', [L, D], normals(L * D, 0.5, random), 'plain');
  for (let i = 0; i < shape.descriptorLayers; i++) addBlock(parameters, `descriptor.block${i}`, D, shape.descriptorLayers, true, random);
  if (shape.descriptor === 'residual') {
    parameters.add('codes', [L, K, C], normals(L * K * C, 0.1, random), 'plain');
    parameters.add('descriptor.sharpness', [L, 1, 1], new Float32Array(L).fill(1 / C), 'fixed');
    parameters.addZeros('descriptor.preference', [L, 1, K]);
    parameters.addMatrix('descriptor.residual.weight', C, D, random);
    parameters.addMatrix('descriptor.output.weight', D, C, random, 0);
    parameters.addZeros('descriptor.output.bias', [C]);
  } else {
    parameters.addMatrix('descriptor.output.weight', D, K, random);
    parameters.addZeros('descriptor.output.bias', [K]);
  }
}

function normals(count: number, deviation: number, random: RandomStream): Float32Array {
  return Float32Array.from({ length: count }, () => random.normal() * deviation);
}

/** How each next symbol is chosen while a description is written. */
export interface Choice {
  /** Added to the logits before the choice, [L, R, K]; null for the likeliest symbol. */
  noise: Tensor | null;
  /** Soft mixtures softmax(· / temperature) instead of one-hot symbols; null for hard ones. */
  softTemperature: Tensor | null;
}

export interface Written {
  /** Chosen symbols, one-hot or soft, [L, R, K]. */
  symbols: Tensor;
  /** Logits that they were chosen from, without noise, [L, R, K]. */
  logits: Tensor;
}

/** Writes the descriptions position by position, without gradient. @param x features [R, C]  */
export function writeSymbols(weights: WeightsInUse, shape: StudentShape, x: Tensor, choice: Choice): Written {
  const { length: L, vocabulary: K, width: D } = shape;
  const rows = x.shape[0];
  const tape = new Tape(false);
  return tf.tidy(() => {
    const memory = memoryOf(weights, shape, tape.constant(x)).tensor;
    const positions = op.split(weights.get('descriptor.positions').tensor, L, 0);
    const noises = choice.noise ? op.split(choice.noise, L, 0) : null;
    const codes = shape.descriptor === 'residual' ? op.split(weights.get('codes').tensor, L, 0) : null;
    const offsets = codes ? op.split(symbolOffsets(weights), L, 0) : null;
    const sharpness = codes ? op.split(weights.get('descriptor.sharpness').tensor, L, 0) : null;
    const caches = Array.from({ length: shape.descriptorLayers }, emptyCache);
    const symbols: Tensor[] = [];
    const logits: Tensor[] = [];
    let residual = x;
    for (let j = 0; j < L; j++) {
      let stream = op.add(op.reshape(positions[j], [1, D]), j === 0 ? tf.zeros([rows, D]) : op.matrixProduct(op.reshape(symbols[j - 1], [rows, K]), weights.get('descriptor.symbols.weight').tensor));
      if (codes) stream = op.add(stream, op.matrixProduct(residual, weights.get('descriptor.residual.weight').tensor));
      for (let i = 0; i < caches.length; i++) stream = nextInBlock(weights, `descriptor.block${i}`, stream, memory, caches[i], { heads: shape.descriptorHeads, rows });
      const output = layer(weights, 'descriptor.output', kernel.layerNorm(tape, tape.constant(stream))).tensor;
      const scores = !codes || !offsets || !sharpness
        ? op.reshape(output, [1, rows, K])
        : op.multiply(op.add(op.batchProduct(op.reshape(op.add(residual, output), [1, rows, shape.channels]), codes[j], false, true), offsets[j]), sharpness[j]);
      const noisy = noises ? op.add(scores, noises[j]) : scores;
      const chosen = choice.softTemperature === null
        ? op.reshape(op.oneHotOfGreatest(op.reshape(noisy, [rows, K])), [1, rows, K])
        : op.softmax(op.divide(noisy, choice.softTemperature));
      symbols.push(chosen);
      logits.push(scores);
      if (codes && j + 1 < L) residual = op.subtract(residual, op.reshape(op.batchProduct(chosen, codes[j]), [rows, shape.channels]));
    }
    return { symbols: op.concatenate(symbols, 0), logits: op.concatenate(logits, 0) };
  });
}

/**
 * Logits of all positions in one pass, given the symbols already written: what writeSymbols computed, now with the
 * gradient for the weights. The written symbols are constants here; their gradient goes through the quantizer.
 * @param x features [R, C]  @param written [L, R, K]  @returns [L, R, K]
 */
export function symbolLogits(weights: WeightsInUse, shape: StudentShape, x: Tensor, written: Tensor): Value {
  const { tape } = weights;
  const { length: L, vocabulary: K, width: D, channels: C } = shape;
  const rows = x.shape[0];
  const before = op.reshape(shiftedPositions(written), [L * rows, K]);
  let stream = kernel.linear(tape, tape.constant(before), weights.get('descriptor.symbols.weight'), null);
  let residuals: Tensor | null = null;
  if (shape.descriptor === 'residual') {
    const used = sumsBefore(op.batchProduct(written, weights.get('codes').tensor));
    residuals = op.reshape(op.subtract(op.reshape(x, [1, rows, C]), used), [L * rows, C]);
    stream = kernel.add(tape, stream, kernel.linear(tape, tape.constant(residuals), weights.get('descriptor.residual.weight'), null));
  }
  stream = kernel.reshape(tape, kernel.addByPosition(tape, kernel.reshape(tape, stream, [L, rows, D]), weights.get('descriptor.positions')), [L * rows, D]);
  const memory = memoryOf(weights, shape, tape.constant(x));
  for (let i = 0; i < shape.descriptorLayers; i++) stream = block(weights, `descriptor.block${i}`, stream, memory, { heads: shape.descriptorHeads, rows });
  const output = layer(weights, 'descriptor.output', kernel.layerNorm(tape, stream));
  if (!residuals) return kernel.reshape(tape, output, [L, rows, K]);
  const queries = kernel.reshape(tape, kernel.add(tape, output, tape.constant(residuals)), [L, rows, C]);
  return kernel.codeScores(tape, queries, weights.get('codes'), weights.get('descriptor.preference'), weights.get('descriptor.sharpness').tensor);
}

/** The feature as M tokens for the cross-attention: [R, C] → [M·R, D]. */
function memoryOf(weights: WeightsInUse, shape: StudentShape, x: Value): Value {
  const { tape } = weights;
  const { memoryTokens: M, width: D } = shape;
  const rows = x.shape[0];
  const tokens = layer(weights, 'descriptor.memory', x); // (R, M·D)
  return kernel.rowsByPosition(tape, tokens, rows, M, D);
}

/** bias_jk − ½|codes_jk|²: [L, 1, K]. */
function symbolOffsets(weights: WeightsInUse): Tensor {
  const codes = weights.get('codes').tensor;
  const [L, K] = codes.shape;
  return op.subtract(weights.get('descriptor.preference').tensor, op.scale(op.reshape(op.sumOver(op.square(codes), 2), [L, 1, K]), 0.5));
}
