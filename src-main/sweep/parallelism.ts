import type { TrainingConfig } from '../contract/config';

/** What the machine has for a sweep, in bytes and cores. */
export interface Room {
  cores: number;
  memory: number;
}

const megabyte = 2 ** 20;
/** Node, TensorFlow and the features in use. */
const processBytes = 800 * megabyte;

/**
 * Memory that one run of a sweep needs at most, in bytes: the process, weights with gradients and AdamW's two moments,
 * and the activations that the backward pass keeps. Per sequence and position these are about 34 D values in each
 * transformer layer and L attention weights for each head of it, 6 P in the projectors and 4 K at the choice.
 */
export function runBytes(config: TrainingConfig): number {
  const { batch, views, length, width, vocabulary, projectorOutputs, projectorHidden, projectorBottleneck } = config;
  const layers = config.descriptorLayers + config.interpreterLayers;
  const heads = config.descriptorLayers * config.descriptorHeads + config.interpreterLayers * config.interpreterHeads;
  const perPosition = layers * 34 * width + 4 * heads * length + 6 * projectorOutputs + 8 * projectorHidden + 4 * vocabulary;
  const passes = config.interpreterAttention === 'bidirectional' ? (length + 1) / 2 : 1;
  const weights = layers * 16 * width * width + 2 * (projectorHidden ** 2 + (projectorHidden + projectorOutputs) * projectorBottleneck) + 2 * length * vocabulary * width;
  return processBytes + 4 * (5 * weights + batch * views * length * perPosition * passes);
}

/**
 * How many runs to train at once, and threads for each. A training step scales badly over threads, so by default every
 * core has a run of its own, as far as memory allows and there are runs.
 * @param asked what the user asked for, which is taken as it is
 */
export function planParallel(configs: readonly TrainingConfig[], room: Room, asked: number | null): { parallel: number; threads: number } {
  const largest = Math.max(processBytes, ...configs.map(runBytes));
  const fitting = Math.min(room.cores, Math.floor((0.9 * room.memory) / largest));
  const parallel = Math.max(1, Math.min(Math.max(1, configs.length), asked ?? fitting));
  return { parallel, threads: Math.max(1, Math.floor(room.cores / parallel)) };
}
