import * as kernel from './kernels';
import type { Parameters, WeightsInUse } from './parameters';
import { upToEach } from './positions';
import type { Symbols } from './quantizer';
import type { RandomStream } from './random';
import type { StudentShape } from './shapes';
import type { Value } from './tape';
import { addBlock, block, layer } from './transformer';

/**
 * The interpreter E_S: reads symbols into an embedding z_s^(j) after each prefix of length j (paper: transformer encoder
 * of 12 layers and 6 heads). `causal` attention gives all prefixes in one pass; with `bidirectional` the symbols of a
 * prefix all look at each other, in a pass of their own, and the embedding is read at the last.
 *
 * It is given each symbol's own vector, learned, or with the vector quantizer the code. With the residual descriptor it
 * also sees the sum of the codes and starts from it: z_s^(j) = Σ_{i≤j} codes_i[s_i] + correction_j, the correction from
 * zero.
 */
export function addInterpreter(parameters: Parameters, shape: StudentShape, random: RandomStream): void {
  const { channels: C, width: D, length: L, vocabulary: K, codeWidth: E } = shape;
  const residual = shape.descriptor === 'residual';
  if (readsCodes(shape)) parameters.addMatrix('interpreter.codes.weight', E, D, random);
  else parameters.addMatrix('interpreter.symbols.weight', K, D, random, Math.sqrt(K) * 0.5);
  parameters.add('interpreter.positions', [L, D], Float32Array.from({ length: L * D }, () => random.normal() * 0.5), 'plain');
  if (residual) parameters.addMatrix('interpreter.sums.weight', C, D, random);
  for (let i = 0; i < shape.interpreterLayers; i++) addBlock(parameters, `interpreter.block${i}`, D, shape.interpreterLayers, false, random);
  parameters.addMatrix('interpreter.output.weight', D, C, random, residual ? 0 : 1);
  parameters.addZeros('interpreter.output.bias', [C]);
}

/** Whether codes stand for the symbols, which would have no gradient otherwise. */
function readsCodes(shape: StudentShape): boolean {
  return shape.quantizer === 'vector' && shape.descriptor !== 'residual';
}

/** @param read of the first n ≤ L positions  @returns embeddings [n·R, C] after each prefix */
export function interpretSymbols(weights: WeightsInUse, shape: StudentShape, { symbols, vectors }: Symbols): Value {
  const { tape } = weights;
  const { vocabulary: K, width: D, channels: C, codeWidth: E } = shape;
  const [length, rows] = symbols.shape;
  let stream = vectors && readsCodes(shape)
    ? kernel.linear(tape, kernel.reshape(tape, vectors, [length * rows, E]), weights.get('interpreter.codes.weight'), null)
    : kernel.linear(tape, kernel.reshape(tape, symbols, [length * rows, K]), weights.get('interpreter.symbols.weight'), null);
  let sums: Value | null = null;
  if (vectors && shape.descriptor === 'residual') {
    sums = kernel.reshape(tape, kernel.mixPositions(tape, upToEach(length), vectors), [length * rows, C]);
    stream = kernel.add(tape, stream, kernel.linear(tape, sums, weights.get('interpreter.sums.weight'), null));
  }
  const positions = kernel.firstPositions(tape, weights.get('interpreter.positions'), length);
  stream = kernel.reshape(tape, kernel.addByPosition(tape, kernel.reshape(tape, stream, [length, rows, D]), positions), [length * rows, D]);
  const output = layer(weights, 'interpreter.output', kernel.layerNorm(tape, readPrefixes(weights, shape, stream, length, rows)));
  return sums ? kernel.add(tape, sums, output) : output;
}

/** The transformer's state at the last symbol of each prefix: [n·R, D] → [n·R, D]. */
function readPrefixes(weights: WeightsInUse, shape: StudentShape, stream: Value, length: number, rows: number): Value {
  const { tape } = weights;
  const through = (x: Value, causal: boolean): Value => {
    let state = x;
    for (let i = 0; i < shape.interpreterLayers; i++) state = block(weights, `interpreter.block${i}`, state, null, { heads: shape.interpreterHeads, rows, causal });
    return state;
  };
  if (shape.interpreterAttention === 'causal') return through(stream, true);
  const prefix = (j: number) => kernel.rowsOf(tape, through(kernel.rowsOf(tape, stream, 0, j * rows), false), (j - 1) * rows, rows);
  return kernel.joinRows(tape, Array.from({ length }, (_, j) => prefix(j + 1)));
}
