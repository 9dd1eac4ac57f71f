import type { Graph, Value } from './graph';
import { gelu, layerNormEpsilon, linear, type GraphWeights } from './layers';

/** One block of model/transformer.ts for n positions of R sequences, [R, n, D]. */
export interface BlockOptions {
  width: number;
  heads: number;
  /** Keys and values of the memory by head, [R, H, M, D/H] each, where there is one. */
  memory?: KeysAndValues;
  /** Keys and values of the positions before, which these are added to. */
  before?: BlockCache;
  /** Added to the scores [n, n]: what a position may not look at. */
  mask?: Value;
}

interface KeysAndValues {
  keys: Value;
  values: Value;
}

/** What a block remembers between positions; empty before the first. */
export interface BlockCache {
  held: KeysAndValues | null;
}

const mlpRatio = 4;

/** Keys and values of a memory [R, M, D], to be looked at from every position. */
export function memoryOfBlock(weights: GraphWeights, name: string, memory: Value, { width, heads }: Pick<BlockOptions, 'width' | 'heads'>): KeysAndValues {
  const [keys, values] = weights.graph.split(linear(weights, `${name}.memory.input`, memory, width, 2 * width), 2, 2);
  return { keys: byHead(weights.graph, keys, width, heads), values: byHead(weights.graph, values, width, heads) };
}

/** [R, n, D] → [R, n, D]. */
export function block(weights: GraphWeights, name: string, x: Value, o: BlockOptions): Value {
  const { graph: g } = weights;
  const { width: D, heads } = o;
  const normed = (value: Value) => g.layerNorm(value, D, layerNormEpsilon);
  const apply = (part: string, value: Value, input: number, output: number) => linear(weights, `${name}.${part}`, value, input, output);

  const [q, k, v] = g.split(apply('attention.input', normed(x), D, 3 * D), 3, 2).map((part) => byHead(g, part, D, heads));
  const seen = grown(g, o.before?.held ?? null, { keys: k, values: v });
  if (o.before) o.before.held = seen;
  let stream = g.add(x, apply('attention.output', attention(g, q, seen, o), D, D));
  if (o.memory) {
    const query = byHead(g, apply('memory.query', normed(stream), D, D), D, heads);
    stream = g.add(stream, apply('memory.output', attention(g, query, o.memory, { width: D, heads }), D, D));
  }
  const hidden = gelu(g, apply('mlp.hidden', normed(stream), D, mlpRatio * D));
  return g.add(stream, apply('mlp.output', hidden, mlpRatio * D, D));
}

/** [R, n, D] → [R, H, n, D/H]. */
function byHead(g: Graph, x: Value, width: number, heads: number): Value {
  return g.transpose(g.reshape(x, [0, 0, heads, width / heads]), [0, 2, 1, 3]);
}

function grown(g: Graph, before: KeysAndValues | null, { keys, values }: KeysAndValues): KeysAndValues {
  return before ? { keys: g.concatenate([before.keys, keys], 2), values: g.concatenate([before.values, values], 2) } : { keys, values };
}

/** softmax(q·kᵀ / √d + mask) · v, heads put together again: [R, n, D]. */
function attention(g: Graph, q: Value, { keys, values }: KeysAndValues, { width, heads, mask }: Pick<BlockOptions, 'width' | 'heads' | 'mask'>): Value {
  const scores = g.multiply(g.product(q, g.transpose(keys, [0, 1, 3, 2])), g.number(1 / Math.sqrt(width / heads)));
  const looked = g.product(g.softmax(mask ? g.add(scores, mask) : scores), values);
  return g.reshape(g.transpose(looked, [0, 2, 1, 3]), [0, 0, width]);
}
