import type { ErrorDetail } from '../../../../src-main/contract/errors';
import type { SweepPlan, SweepPlanEvent, SweepRequest } from '../../../../src-main/contract/sweeps';
import { explain, wasAborted, type Client } from '../../../client';

type Progress = Extract<SweepPlanEvent, { progress: unknown }>['progress'];

/** What the sweep of a form would train and take: what is known of it at once, and what timing finds. */
export class PlannedSweep {
  readonly #client: Pick<Client, 'sweeps'>;
  #found = $state.raw<SweepPlan | null>(null);
  #progress = $state.raw<Progress | null>(null);
  #error = $state.raw<ErrorDetail | null>(null);
  #old = $state(false);
  #stop: AbortController | null = null;

  constructor(client: Pick<Client, 'sweeps'>) {
    this.#client = client;
  }

  get found(): SweepPlan | null {
    return this.#found;
  }
  /** How far timing is; null while nothing is timed. */
  get progress(): Progress | null {
    return this.#progress;
  }
  get error(): ErrorDetail | null {
    return this.#error;
  }
  /** True until what is shown is about the request that was asked about last. */
  get old(): boolean {
    return this.#old;
  }

  /** The request has changed: what was found is not about it, what is timed is not wanted any more. */
  outdate(): void {
    this.cancel();
    this.#old = this.#found !== null;
    this.#error = null;
  }

  /** Asks what a sweep would take; `measure` times what is not known yet, some seconds for each configuration. */
  async ask(request: SweepRequest, { measure }: { measure: boolean }): Promise<void> {
    this.cancel();
    const stop = new AbortController();
    this.#stop = stop;
    this.#error = null;
    if (measure) this.#progress = { phase: 'starting', done: 0, total: null, unit: '' };
    try {
      for await (const event of await this.#client.sweeps.plan({ ...request, measure }, { signal: stop.signal })) {
        if (this.#stop !== stop) return;
        if ('progress' in event) this.#progress = event.progress;
        else {
          this.#found = event.plan;
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
    this.#progress = null;
  }
}
