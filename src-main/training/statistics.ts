import { GlyphscopeError } from '../contract/errors';
import type { StepEvent } from '../contract/runs';
import type { StepMeasures } from './step-computation';

/** The part of a step event that is measured on the batch. */
export type BatchStatistics = Pick<StepEvent, 'loss' | 'gradientNorm' | 'lossByPrefix' | 'teacherEntropy' | 'kl' | 'usage' | 'perplexity'>;

/** Reported steps whose symbols count for usage and perplexity: 64 images × 4 views × 16 are about 4,000 a position. */
const remembered = 16;

/** @throws LOSS_NOT_FINITE naming the step, whose update has spoilt the weights */
export async function requireFinite(step: number, measures: StepMeasures): Promise<void> {
  const [norm] = await measures.gradientNorm.data<'float32'>();
  if (!Number.isFinite(norm))
    throw new GlyphscopeError('LOSS_NOT_FINITE', `The loss or its gradient was not a finite number at step ${step}.`, {
      subject: `step ${step}`,
      remedy: 'The last checkpoint is kept. Lower the learning rate, or raise the temperatures.',
    });
}

/** Turns the tensors of a step into numbers; keeps the symbol counts of the last reported steps. */
export class StatisticsWindow {
  readonly #counts: Float32Array[] = [];
  readonly #length: number;
  readonly #vocabulary: number;

  constructor(length: number, vocabulary: number) {
    this.#length = length;
    this.#vocabulary = vocabulary;
  }

  async read(measures: StepMeasures): Promise<BatchStatistics> {
    const [loss] = await measures.loss.data<'float32'>();
    const [gradientNorm] = await measures.gradientNorm.data<'float32'>();
    const lossByPrefix = Array.from(await measures.lossByPrefix.data<'float32'>());
    this.#counts.push((await measures.symbolCounts.data<'float32'>()).slice());
    if (this.#counts.length > remembered) this.#counts.shift();
    const entropies = measures.entropies ? await measures.entropies.data<'float32'>() : null;
    const teacherEntropy = entropies ? entropies[0] : 0;
    return { loss, gradientNorm, lossByPrefix, teacherEntropy, kl: entropies ? entropies[this.#length] - teacherEntropy : 0, ...this.#use() };
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
