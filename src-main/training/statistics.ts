import * as tf from '@tensorflow/tfjs-core';
import type { StepEvent } from '../contract/runs';
import type { LossResult } from '../model/losses';
import * as op from '../model/operations';

/** The part of a step event that is measured on the batch. */
export type BatchStatistics = Pick<StepEvent, 'loss' | 'lossByPrefix' | 'teacherEntropy' | 'kl' | 'usage' | 'perplexity'>;

/** Reported steps whose symbols count for usage and perplexity: 64 images × 4 views × 16 are about 4,000 a position. */
const remembered = 16;

/** Turns the tensors of a step into numbers; keeps the symbol counts of the last reported steps. */
export class StatisticsWindow {
  readonly #counts: Float32Array[] = [];
  readonly #length: number;
  readonly #vocabulary: number;

  constructor(length: number, vocabulary: number) {
    this.#length = length;
    this.#vocabulary = vocabulary;
  }

  async read(result: LossResult): Promise<BatchStatistics> {
    const tensors = tf.tidy(() => ({
      loss: result.loss.clone(),
      byPrefix: op.meanOver(result.lossByRow, 1),
      counts: op.sumOver(result.symbols, 1),
      projection: result.projection && op.concatenate([op.reshape(entropyOfRows(result.projection.targets), [1]), op.meanOver(result.projection.entropies, 1)], 0),
    }));
    const [loss] = await tensors.loss.data<'float32'>();
    const lossByPrefix = Array.from(await tensors.byPrefix.data<'float32'>());
    this.#counts.push((await tensors.counts.data<'float32'>()).slice());
    if (this.#counts.length > remembered) this.#counts.shift();
    const projection = tensors.projection ? await tensors.projection.data<'float32'>() : null;
    tf.dispose([tensors.loss, tensors.byPrefix, tensors.counts]);
    tensors.projection?.dispose();
    const teacherEntropy = projection ? projection[0] : 0;
    return { loss, lossByPrefix, teacherEntropy, kl: projection ? projection[this.#length] - teacherEntropy : 0, ...this.#use() };
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

/** Mean of −Σ p ln p over the rows of p [R, P]. */
function entropyOfRows(p: op.Tensor): op.Tensor {
  return tf.tidy(() => op.scale(op.meanOver(op.sumOver(op.multiply(p, op.logarithm(op.maximum(p, op.constant(1e-30)))), 1), 0), -1));
}
