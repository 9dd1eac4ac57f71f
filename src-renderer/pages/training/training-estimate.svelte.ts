import type { ErrorDetail } from '../../../src-main/contract/errors';
import type { Estimate, EstimateEvent, Measuring, TrainingPlan } from '../../../src-main/contract/estimate';
import { explain, wasAborted, type Client } from '../../client';

type Progress = Extract<EstimateEvent, { progress: unknown }>['progress'];

/** What the run of a form would take: what is known of it at once, and what a measurement finds. */
export class TrainingEstimate {
  readonly #client: Pick<Client, 'runs'>;
  #found = $state.raw<Estimate | null>(null);
  #progress = $state.raw<Progress | null>(null);
  #asking = $state(false);
  #error = $state.raw<ErrorDetail | null>(null);
  /** Whether what is found is about another plan than the present one. */
  #old = $state(false);
  #stop: AbortController | null = null;

  constructor(client: Pick<Client, 'runs'>) {
    this.#client = client;
  }

  get found(): Estimate | null {
    return this.#found;
  }
  get error(): ErrorDetail | null {
    return this.#error;
  }
  /** How far measuring is; null while nothing is measured. */
  get progress(): Progress | null {
    return this.#progress;
  }
  /** Whether an answer is on its way. */
  get asking(): boolean {
    return this.#asking;
  }
  /** True until what is shown is about the plan that was asked about last. */
  get old(): boolean {
    return this.#old;
  }

  /** The plan has changed: what was found is not about it, what is measured is not wanted any more. */
  outdate(): void {
    this.cancel();
    this.#old = this.#found !== null;
    this.#error = null;
  }

  /** Asks what a plan would take; measuring takes some seconds. */
  async ask(plan: TrainingPlan, measure: Measuring): Promise<void> {
    this.cancel();
    const stop = new AbortController();
    this.#stop = stop;
    this.#asking = true;
    this.#error = null;
    if (measure !== 'no') this.#progress = { phase: 'starting', done: 0, total: null, unit: '' };
    try {
      for await (const event of await this.#client.runs.estimate({ ...plan, measure }, { signal: stop.signal })) {
        if (this.#stop !== stop) return;
        if ('progress' in event) this.#progress = event.progress;
        else {
          this.#found = event.estimate;
          this.#old = false;
        }
      }
    } catch (error) {
      if (this.#stop !== stop || wasAborted(error)) return;
      this.#error = explain(error);
      this.#found = null;
    } finally {
      if (this.#stop === stop) this.cancel();
    }
  }

  /** Ends what is under way; what was found stays. */
  cancel(): void {
    this.#stop?.abort();
    this.#stop = null;
    this.#asking = false;
    this.#progress = null;
  }
}
