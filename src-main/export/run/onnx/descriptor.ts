import type { NamedArray } from '../../../model/parameters';
import type { StudentShape } from '../../../model/shapes';
import { featureMap } from './feature-map';
import { Graph, type Value } from './graph';
import { GraphWeights, layerNormEpsilon, linear } from './layers';
import type { GraphDescription } from './model-proto';
import { block, memoryOfBlock, type BlockCache } from './transformer';

/**
 * The descriptor as a graph: from the teacher's feature (and tokens, for a student that looks at them) to the symbols that
 * the student writes at a test, the likeliest at each position given those before it. Mirrors writeSymbols of
 * model/descriptor.ts, the loop over positions written out.
 * @throws GlyphscopeError CHECKPOINT_DAMAGED naming a weight that is missing or has another shape
 */
export function descriptorGraph(shape: StudentShape, arrays: readonly NamedArray[], facts: Readonly<Record<string, string>> = {}): GraphDescription {
  const g = new Graph();
  const weights = new GraphWeights(g, arrays);
  const { featureWidth: Z, featureTokens: N, tokenWidth: T, length: L, vocabulary: K } = shape;
  const features = g.input({ name: 'features', type: 'float32', shape: ['N', Z], about: "The teacher's feature of each image, as it gives it." });
  const tokens = N > 0 ? g.input({ name: 'tokens', type: 'float32', shape: ['N', N, T], about: "The teacher's tokens of each image, averaged to a square grid, row by row." }) : null;
  const x = featureMap(weights, shape, features);
  const memory = memoryOf(weights, shape, x, tokens);
  const written = shape.descriptor === 'parallel' ? atOnce(weights, shape, x, memory) : oneByOne(weights, shape, x, memory);
  g.output(g.concatenate(written.map(({ symbol }) => symbol), 1), { name: 'symbols', type: 'int64', shape: ['N', L], about: `The description: ${L} symbols from 0 to ${K - 1}.` });
  g.output(g.softmax(g.concatenate(written.map(({ logits }) => logits), 1)), { name: 'probabilities', type: 'float32', shape: ['N', L, K], about: 'Of every symbol at each position, given the symbols written before it.' });
  return g.describe({ name: 'descriptor', about: `Writes an image, as its teacher's feature, in ${L} symbols of ${K}.`, facts });
}

/** What is known of one position: its symbol [R, 1] and the scores of all [R, 1, K]. */
interface Position {
  symbol: Value;
  logits: Value;
}

/** [R, M, D]: the teacher's tokens, or the feature as M tokens. */
function memoryOf(weights: GraphWeights, shape: StudentShape, x: Value, tokens: Value | null): Value {
  const { graph: g } = weights;
  const { channels: C, width: D, memoryTokens: M, tokenWidth: T } = shape;
  if (tokens) return linear(weights, 'descriptor.memory', g.layerNorm(tokens, T, layerNormEpsilon), T, D);
  return g.reshape(linear(weights, 'descriptor.memory', x, C, M * D), [0, M, D]);
}

const blocks = (shape: StudentShape) => Array.from({ length: shape.descriptorLayers }, (_, i) => `descriptor.block${i}`);

/** Symbols one after the other, each given those before it. */
function oneByOne(weights: GraphWeights, shape: StudentShape, x: Value, memory: Value): Position[] {
  const { graph: g } = weights;
  const { length: L, vocabulary: K, width: D, channels: C, descriptorHeads: heads } = shape;
  const residual = shape.descriptor === 'residual';
  const layers = blocks(shape).map((name) => ({ name, memory: memoryOfBlock(weights, name, memory, { width: D, heads }), before: { held: null } as BlockCache }));
  const written: Position[] = [];
  let left = g.reshape(x, [0, 1, C]);
  for (let j = 0; j < L; j++) {
    const place = g.reshape(weights.atPosition('descriptor.positions', [L, D], j), [1, 1, D]);
    let stream = j === 0 ? g.repeatRows(place, x) : g.add(place, g.rows(weights.get('descriptor.symbols.weight', [K, D]), written[j - 1].symbol));
    if (residual) stream = g.add(stream, g.product(left, weights.get('descriptor.residual.weight', [C, D])));
    for (const { name, ...seen } of layers) stream = block(weights, name, stream, { width: D, heads, ...seen });
    const position = choose(weights, shape, j, outputOf(weights, shape, stream), residual ? left : null);
    written.push(position);
    if (residual && j + 1 < L) left = g.subtract(left, g.rows(weights.atPosition('codes', [L, K, C], j), position.symbol));
  }
  return written;
}

/** All symbols in one pass, none given another. */
function atOnce(weights: GraphWeights, shape: StudentShape, x: Value, memory: Value): Position[] {
  const { graph: g } = weights;
  const { length: L, width: D, descriptorHeads: heads } = shape;
  let stream = g.repeatRows(g.reshape(weights.get('descriptor.positions', [L, D]), [1, L, D]), x);
  for (const name of blocks(shape)) stream = block(weights, name, stream, { width: D, heads, memory: memoryOfBlock(weights, name, memory, { width: D, heads }) });
  const output = outputOf(weights, shape, stream);
  return g.split(output, L, 1).map((one, j) => choose(weights, shape, j, one, null));
}

function outputOf(weights: GraphWeights, shape: StudentShape, stream: Value): Value {
  const { width: D, codeWidth: E, vocabulary: K } = shape;
  return linear(weights, 'descriptor.output', weights.graph.layerNorm(stream, D, layerNormEpsilon), D, E || K);
}

/** The likeliest symbol. @param output [R, 1, K], or a query [R, 1, E] where symbols have codes  @param left added to the query */
function choose(weights: GraphWeights, shape: StudentShape, j: number, output: Value, left: Value | null): Position {
  const { graph: g } = weights;
  const { codeWidth: E } = shape;
  const logits = E === 0 ? output : codeScores(weights, shape, j, left ? g.add(left, output) : output);
  return { symbol: g.greatest(logits), logits };
}

/** sharpness_j · (q·codes_jk − ½|codes_jk|² + preference_jk), without preferences for the vector quantizer: [R, 1, K]. */
function codeScores(weights: GraphWeights, shape: StudentShape, j: number, query: Value): Value {
  const { graph: g } = weights;
  const { length: L, vocabulary: K, codeWidth: E, quantizer } = shape;
  const codes = weights.numbers('codes', [L, K, E]).subarray(j * K * E, (j + 1) * K * E);
  const preference = quantizer === 'vector' ? null : weights.numbers('descriptor.preference', [L, 1, K]);
  const offsets = Float32Array.from({ length: K }, (_, k) => {
    let square = 0;
    for (let e = 0; e < E; e++) square += codes[k * E + e] ** 2;
    return (preference ? preference[j * K + k] : 0) - square / 2;
  });
  const byCode = g.product(query, g.transpose(weights.atPosition('codes', [L, K, E], j), [1, 0]));
  return g.multiply(g.add(byCode, g.array(`descriptor.offsets[${j}]`, [K], offsets)), weights.atPosition('descriptor.sharpness', [L, 1, 1], j));
}
