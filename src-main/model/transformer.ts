import * as kernel from './kernels';
import type { AttentionCache } from './kernels';
import * as op from './operations';
import type { Tensor } from './operations';
import type { Parameters, WeightsInUse } from './parameters';
import type { RandomStream } from './random';
import type { Value } from './tape';

/** One transformer block: self-attention, attention to a memory where there is one, MLP; each after a layer norm. */
export interface BlockOptions {
  heads: number;
  /** R, sequences in the batch. */
  rows: number;
  /** Whether a position looks at itself and those before it alone, or at all. */
  causal: boolean;
}

const mlpRatio = 4;

/** @param layers layers of the whole stack: the layers that write into the residual stream start smaller, as in GPT-2 */
export function addBlock(parameters: Parameters, name: string, width: number, layers: number, memory: boolean, random: RandomStream): void {
  const writing = 1 / Math.sqrt(2 * layers);
  const layer = (part: string, rows: number, columns: number, gain: number) => {
    parameters.addMatrix(`${name}.${part}.weight`, rows, columns, random, gain);
    parameters.addZeros(`${name}.${part}.bias`, [columns]);
  };
  layer('attention.input', width, 3 * width, 1);
  layer('attention.output', width, width, writing);
  if (memory) {
    layer('memory.query', width, width, 1);
    layer('memory.input', width, 2 * width, 1);
    layer('memory.output', width, width, writing);
  }
  layer('mlp.hidden', width, mlpRatio * width, 1);
  layer('mlp.output', mlpRatio * width, width, writing);
}

/** A linear layer of the given name. */
export function layer(weights: WeightsInUse, name: string, x: Value): Value {
  return kernel.linear(weights.tape, x, weights.get(`${name}.weight`), weights.get(`${name}.bias`));
}

/**
 * All positions at once.
 * @param x [L·R, D]  @param memory [M·R, D] or null  @returns [L·R, D]
 */
export function block(weights: WeightsInUse, name: string, x: Value, memory: Value | null, o: BlockOptions): Value {
  const { tape } = weights;
  const attended = kernel.selfAttention(tape, layer(weights, `${name}.attention.input`, kernel.layerNorm(tape, x)), o.rows, o.heads, o.causal);
  let stream = kernel.add(tape, x, layer(weights, `${name}.attention.output`, attended));
  if (memory) {
    const query = layer(weights, `${name}.memory.query`, kernel.layerNorm(tape, stream));
    const looked = kernel.crossAttention(tape, query, layer(weights, `${name}.memory.input`, memory), o.rows, o.heads);
    stream = kernel.add(tape, stream, layer(weights, `${name}.memory.output`, looked));
  }
  const hidden = kernel.gelu(tape, layer(weights, `${name}.mlp.hidden`, kernel.layerNorm(tape, stream)));
  return kernel.add(tape, stream, layer(weights, `${name}.mlp.output`, hidden));
}

/** What one block remembers between positions. */
export interface BlockCache {
  attention: AttentionCache;
  /** Keys and values of the memory, by head: [1, R, H, M, D/H] each. */
  memory: [Tensor, Tensor] | null;
}

export function emptyCache(): BlockCache {
  return { attention: { keys: null, values: null }, memory: null };
}

/**
 * The causal block for one more position, without gradient.
 * @param x [R, D]  @param memory [M·R, D] or null  @returns [R, D]
 */
export function nextInBlock(weights: WeightsInUse, name: string, x: Tensor, memory: Tensor | null, cache: BlockCache, o: Omit<BlockOptions, 'causal'>): Tensor {
  const { tape } = weights;
  const apply = (part: string, input: Tensor): Tensor => layer(weights, `${name}.${part}`, tape.constant(input)).tensor;
  const normed = (input: Tensor): Tensor => kernel.layerNorm(tape, tape.constant(input)).tensor;
  const attended = kernel.nextSelfAttention(apply('attention.input', normed(x)), o.rows, o.heads, cache.attention);
  let stream = op.add(x, apply('attention.output', attended));
  if (memory) {
    cache.memory ??= kernel.memoryByHead(apply('memory.input', memory), o.rows, o.heads);
    const looked = kernel.attendToMemory(apply('memory.query', normed(stream)), cache.memory, o.rows, o.heads);
    stream = op.add(stream, apply('memory.output', looked));
  }
  const hidden = kernel.gelu(tape, tape.constant(apply('mlp.hidden', normed(stream)))).tensor;
  return op.add(stream, apply('mlp.output', hidden));
}
