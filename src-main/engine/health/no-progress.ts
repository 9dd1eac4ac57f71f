import type { TrainingConfig } from '../../contract/config';
import type { Remedy } from '../../contract/health';
import type { TrainingEvent } from '../../contract/runs';
import { count, percent, type Ailment, type Check } from './check';

/** Blocks that the time without progress is cut into; the loss at its start and end is the mean of a quarter of them. */
const blocks = 20;
const quarter = blocks / 4;
/** Shares of the loss, and of k-NN top-1, that count as progress. */
const least = { loss: 0.005, knn: 0.002 };
/** By which it is over. */
const clear = { loss: 0.01, knn: 0.005 };

/**
 * Whether neither loss nor k-NN has become better over the last `patience` steps, while as many are still to come: after
 * that there is nothing to save. The warm-ups do not count.
 */
export class NoProgressCheck implements Check {
  readonly #config: TrainingConfig;
  readonly #from: number;
  /** Of each block that is over: its mean loss and the best k-NN until its end. */
  readonly #past: { loss: number; best: number | null }[] = [];
  #block = { number: -1, sum: 0, steps: 0 };
  #best: number | null = null;
  #raised = false;

  constructor(config: TrainingConfig) {
    this.#config = config;
    this.#from = Math.max(config.warmup, config.teacherTemperatureWarmup, config.imitationSteps);
  }

  look(event: TrainingEvent): Ailment | null | undefined {
    const { patience, steps } = this.#config;
    if (patience === 0) return undefined;
    if (event.type === 'evaluation') {
      const longest = Math.max(...Object.keys(event.knnTop1).map(Number));
      this.#best = Math.max(this.#best ?? 0, event.knnTop1[String(longest)] ?? 0);
    }
    if (event.type !== 'step' || event.step < this.#from) return undefined;
    const number = Math.floor((event.step - this.#from) / (patience / blocks));
    const verdict = number === this.#block.number ? undefined : this.#judge(event.step, steps - event.step);
    if (number !== this.#block.number) this.#block = { number, sum: 0, steps: 0 };
    this.#block.sum += event.loss;
    this.#block.steps++;
    return verdict;
  }

  /** At the end of a block. @param left steps that are still to come */
  #judge(step: number, left: number): Ailment | null | undefined {
    if (this.#block.steps === 0) return undefined;
    this.#past.push({ loss: this.#block.sum / this.#block.steps, best: this.#best });
    if (this.#past.length > blocks) this.#past.shift();
    if (this.#past.length < blocks) return undefined;
    const mean = (some: { loss: number }[]) => some.reduce((sum, { loss }) => sum + loss, 0) / some.length;
    const [before, now] = [mean(this.#past.slice(0, quarter)), mean(this.#past.slice(-quarter))];
    const gain = { loss: (before - now) / Math.max(Math.abs(before), 1e-9), knn: (this.#best ?? 0) - (this.#past[0].best ?? 0) };
    const needed = this.#raised ? clear : least;
    if (gain.loss > needed.loss || gain.knn > needed.knn) {
      this.#raised = false;
      return null;
    }
    const { patience } = this.#config;
    if (!this.#raised && left < patience) return undefined;
    this.#raised = true;
    const { best } = this.#past[0];
    return {
      id: 'no-progress',
      kind: 'no-progress',
      severity: 'attention',
      title: `no progress in ${count(patience)} steps`,
      seen: `Over the last ${count(patience)} steps the loss went from ${before.toPrecision(4)} to ${now.toPrecision(4)}${this.#best === null ? '' : `, and k-NN stayed at ${percent(this.#best)} or below`}.`,
      cause: best === null ? 'The student has learned what it can from these images with these settings, or its learning rate is too low; k-NN is not measured, so the loss alone says so.' : 'The student has learned what it can from these images with these settings, or its learning rate is too low.',
      remedies: this.#remedies(step),
    };
  }

  #remedies(step: number): Remedy[] {
    const { learningRate, steps, vocabulary, patience } = this.#config;
    return [
      { text: 'Stop it and keep what was learned: the steps that are left will change little.', change: null },
      ...(learningRate > 0 && learningRate < 0.001 ? [{ text: 'raise it threefold.', change: { field: 'learningRate' as const, value: Number((3 * learningRate).toPrecision(2)) } }] : []),
      ...(step - patience > 0 && step < steps ? [{ text: 'end where it stopped getting better.', change: { field: 'steps' as const, value: step - patience } }] : []),
      ...(vocabulary <= 2048 ? [{ text: 'double it: more symbols carry more of the teacher.', change: { field: 'vocabulary' as const, value: 2 * vocabulary } }] : []),
    ];
  }
}
