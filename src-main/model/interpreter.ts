import * as kernel from './kernels';
import type { Parameters, WeightsInUse } from './parameters';
import { upToEach } from './positions';
import type { RandomStream } from './random';
import type { StudentShape } from './shapes';
import type { Value } from './tape';
import { addBlock, block, layer } from './transformer';

/**
 * The interpreter E_S: reads symbols into an embedding z_s^(j) after each prefix of length j (paper: transformer encoder
 * of 12 layers and 6 heads). Its attention is causal, so that one pass gives all L prefixes. With the residual
 * descriptor it starts from the sum of the codes, z_s^(j) = Σ_{i≤j} codes_i[s_i] + correction_j, the correction from
 * zero, and it sees that sum beside the symbols.
 */
export function addInterpreter(parameters: Parameters, shape: StudentShape, random: RandomStream): void {
  const { channels: C, width: D, length: L, vocabulary: K } = shape;
  const residual = shape.descriptor === 'residual';
  parameters.addMatrix('interpreter.symbols.weight', K, D, random, Math.sqrt(K) * 0.5);
  parameters.add('interpreter.positions', [L, D], Float32Array.from({ length: L * D }, () => random.normal() * 0.5), 'plain');
  if (residual) parameters.addMatrix('interpreter.sums.weight', C, D, random);
  for (let i = 0; i < shape.interpreterLayers; i++) addBlock(parameters, `interpreter.block${i}`, D, shape.interpreterLayers, false, random);
  parameters.addMatrix('interpreter.output.weight', D, C, random, residual ? 0 : 1);
  parameters.addZeros('interpreter.output.bias', [C]);
}

/** @param symbols one-hot or soft, [L, R, K]  @returns embeddings [L·R, C] after each prefix */
export function interpretSymbols(weights: WeightsInUse, shape: StudentShape, symbols: Value): Value {
  const { tape } = weights;
  const { length: L, vocabulary: K, width: D, channels: C } = shape;
  const rows = symbols.shape[1];
  let stream = kernel.linear(tape, kernel.reshape(tape, symbols, [L * rows, K]), weights.get('interpreter.symbols.weight'), null);
  let sums: Value | null = null;
  if (shape.descriptor === 'residual') {
    const codes = kernel.productByPosition(tape, symbols, weights.get('codes')); // (L, R, K) x (L, K, C) -> (L, R, C)
    sums = kernel.reshape(tape, kernel.mixPositions(tape, upToEach(L), codes), [L * rows, C]);
    stream = kernel.add(tape, stream, kernel.linear(tape, sums, weights.get('interpreter.sums.weight'), null));
  }
  stream = kernel.reshape(tape, kernel.addByPosition(tape, kernel.reshape(tape, stream, [L, rows, D]), weights.get('interpreter.positions')), [L * rows, D]);
  for (let i = 0; i < shape.interpreterLayers; i++) stream = block(weights, `interpreter.block${i}`, stream, null, { heads: shape.interpreterHeads, rows });
  const output = layer(weights, 'interpreter.output', kernel.layerNorm(tape, stream));
  return sums ? kernel.add(tape, sums, output) : output;
}
