import * as tf from '@tensorflow/tfjs-core';
import type { TrainingConfig } from '../contract/config';
import { GlyphscopeError } from '../contract/errors';
import type { StepEvent } from '../contract/runs';
import type { Tensor } from '../model/operations';
import type { StepMeasures } from './step-computation';

/** The part of a step event that is measured on the batch. */
export type BatchStatistics = Pick<StepEvent, 'loss' | 'gradientNorm' | 'lossByPrefix' | 'teacherEntropy' | 'kl' | 'usage' | 'perplexity'>;

/** Reported steps whose symbols count for usage and perplexity: 64 images × 4 views × 16 are about 4,000 a position. */
const remembered = 16;
/** Symbols of each position that usage and perplexity are taken from, once so many steps were reported. */
export const seenForUsage = ({ batch, views }: Pick<TrainingConfig, 'batch' | 'views'>): number => remembered * batch * views;

/** What the measures of a step hold. */
export type StepNumbers = { [Measure in keyof StepMeasures]: Float32Array };

/** All are asked for before one is waited for. */
export async function numbersOf(measures: StepMeasures): Promise<StepNumbers> {
  const entries = Object.entries(measures).map(async ([name, tensor]) => [name, await (tensor as Tensor).data<'float32'>()]);
  return Object.fromEntries(await Promise.all(entries)) as StepNumbers;
}

/** @throws LOSS_NOT_FINITE naming the step, whose update has spoilt the weights */
export function requireFinite(step: number, gradientNorm: number): void {
  if (!Number.isFinite(gradientNorm))
    throw new GlyphscopeError('LOSS_NOT_FINITE', `The loss or its gradient was not a finite number at step ${step}.`, {
      subject: `step ${step}`,
      remedy: 'The last checkpoint is kept. Lower the learning rate, or raise the temperatures.',
    });
}

/** Resident memory of this process, and what the backend holds on a GPU where it tells (WebGPU's does). */
export function memoryInUse(): Pick<StepEvent, 'memoryBytes' | 'gpuBytes'> {
  const { numBytesInGPU: gpuBytes } = tf.memory() as tf.MemoryInfo & { numBytesInGPU?: number };
  return { memoryBytes: process.memoryUsage.rss(), ...(gpuBytes !== undefined && { gpuBytes }) };
}

/** What is told of a step; keeps the symbol counts of the last reported steps. */
export class StatisticsWindow {
  readonly #counts: Float32Array[] = [];
  readonly #length: number;
  readonly #vocabulary: number;

  constructor(length: number, vocabulary: number) {
    this.#length = length;
    this.#vocabulary = vocabulary;
  }

  add({ loss, gradientNorm, lossByPrefix, symbolCounts, entropies }: StepNumbers): BatchStatistics {
    this.#counts.push(symbolCounts.slice());
    if (this.#counts.length > remembered) this.#counts.shift();
    const teacherEntropy = entropies?.[0] ?? 0;
    return {
      loss: loss[0],
      gradientNorm: gradientNorm[0],
      lossByPrefix: Array.from(lossByPrefix),
      teacherEntropy,
      kl: entropies ? entropies[this.#length] - teacherEntropy : 0,
      ...this.#use(),
    };
  }

  #use(): { usage: number[]; perplexity: number[] } {
    const usage: number[] = [];
    const perplexity: number[] = [];
    for (let j = 0; j < this.#length; j++) {
      const counts = new Float64Array(this.#vocabulary);
      for (const step of this.#counts) for (let k = 0; k < this.#vocabulary; k++) counts[k] += step[j * this.#vocabulary + k];
      const total = counts.reduce((a, b) => a + b, 0);
      usage.push(counts.filter((count) => count >= 0.5).length / this.#vocabulary);
      perplexity.push(Math.exp(counts.reduce((sum, count) => (count > 0 ? sum - (count / total) * Math.log(count / total) : sum), 0)));
    }
    return { usage, perplexity };
  }
}
