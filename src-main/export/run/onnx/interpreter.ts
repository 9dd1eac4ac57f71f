import type { NamedArray } from '../../../model/parameters';
import type { StudentShape } from '../../../model/shapes';
import { Graph, type Value } from './graph';
import { GraphWeights, layerNormEpsilon, linear, perceptron } from './layers';
import type { GraphDescription } from './model-proto';
import { block } from './transformer';

/** What softmax turns into 0. */
const never = -1e9;

/**
 * The interpreter as a graph: from L symbols to the embedding z_s after each prefix of 1 … L of them. What stands after a
 * prefix does not change its embedding, so that a shorter description may be filled up with any symbol. Mirrors
 * model/interpreter.ts and wholeEmbedding of model/readout.ts.
 * @throws GlyphscopeError CHECKPOINT_DAMAGED naming a weight that is missing or has another shape
 */
export function interpreterGraph(shape: StudentShape, arrays: readonly NamedArray[], facts: Readonly<Record<string, string>> = {}): GraphDescription {
  const g = new Graph();
  const weights = new GraphWeights(g, arrays);
  const { featureWidth: Z, channels: C, width: D, length: L, vocabulary: K } = shape;
  const symbols = g.input({ name: 'symbols', type: 'int64', shape: ['N', L], about: `${L} symbols from 0 to ${K - 1}.` });
  const residual = shape.descriptor === 'residual';
  const codes = shape.codeWidth > 0 ? codesOf(weights, shape, symbols) : null;
  const sums = residual && codes ? g.product(upToEach(g, L), codes) : null;
  let stream = codes && readsCodes(shape) ? g.product(codes, weights.get('interpreter.codes.weight', [shape.codeWidth, D])) : g.rows(weights.get('interpreter.symbols.weight', [K, D]), symbols);
  if (sums) stream = g.add(stream, g.product(sums, weights.get('interpreter.sums.weight', [C, D])));
  stream = g.add(stream, weights.get('interpreter.positions', [L, D]));
  const output = linear(weights, 'interpreter.output', g.layerNorm(readPrefixes(weights, shape, stream), D, layerNormEpsilon), D, C);
  const embeddings = wholeEmbedding(weights, shape, sums ? g.add(sums, output) : output);
  g.output(embeddings, { name: 'embeddings', type: 'float32', shape: ['N', L, Z], about: 'z_s after each prefix: [image, symbols read − 1, number].' });
  return g.describe({ name: 'interpreter', about: `Reads ${L} symbols of ${K} into the embedding after each of them.`, facts });
}

/** Mirrors readsCodes of model/interpreter.ts. */
const readsCodes = (shape: StudentShape) => shape.quantizer === 'vector' && shape.descriptor !== 'residual';

/** The code vectors of the symbols, each of its position's own: [R, L, E]. */
function codesOf(weights: GraphWeights, { length: L, vocabulary: K, codeWidth: E }: StudentShape, symbols: Value): Value {
  const { graph: g } = weights;
  return g.concatenate(g.split(symbols, L, 1).map((one, j) => g.rows(weights.atPosition('codes', [L, K, E], j), one)), 1);
}

/** Ones where i ≤ j, [L, L]: running sums over positions. */
function upToEach(g: Graph, L: number): Value {
  return g.array('up to each', [L, L], Float32Array.from({ length: L * L }, (_, at) => Number(at % L <= Math.floor(at / L))));
}

/** The transformer's state at the last symbol of each prefix, [R, L, D]: in one pass, or in one for each prefix. */
function readPrefixes(weights: GraphWeights, shape: StudentShape, stream: Value): Value {
  const { graph: g } = weights;
  const { length: L, width, interpreterHeads: heads } = shape;
  const through = (x: Value, mask?: Value): Value => {
    let state = x;
    for (let i = 0; i < shape.interpreterLayers; i++) state = block(weights, `interpreter.block${i}`, state, { width, heads, ...(mask && { mask }) });
    return state;
  };
  if (shape.interpreterAttention === 'causal') return through(stream, g.array('later positions', [L, L], Float32Array.from({ length: L * L }, (_, at) => (at % L > Math.floor(at / L) ? never : 0))));
  return g.concatenate(Array.from({ length: L }, (_, j) => g.slice(through(g.slice(stream, 1, 0, j + 1)), 1, j, j + 1)), 1);
}

/** The channels, then what the readout makes of them, or zeros without one: [R, L, C] → [R, L, Z]. */
function wholeEmbedding(weights: GraphWeights, { featureWidth: Z, channels: C, readoutHidden }: StudentShape, channels: Value): Value {
  const { graph: g } = weights;
  if (C === Z) return channels;
  const rest =
    readoutHidden > 0
      ? perceptron(weights, 'readout', channels, { input: C, hidden: readoutHidden, output: Z - C })
      : g.product(channels, g.array('zeros', [C, Z - C], new Float32Array(C * (Z - C))));
  return g.concatenate([channels, rest], 2);
}
