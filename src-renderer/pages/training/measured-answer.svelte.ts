import type { ErrorDetail } from '../../../src-main/contract/errors';
import { explain, wasAborted } from '../../client';

interface Progress {
  phase: string;
  done: number;
  total: number | null;
  unit: string;
}

/** How a question is put to the engine, and what one of its events says. */
interface Asking<Request, Event, Found> {
  put: (request: Request, signal: AbortSignal) => Promise<AsyncIterable<Event>>;
  read: (event: Event) => { progress: Progress } | { found: Found };
}

/** A question with an answer that is there at once, and a better one that takes some seconds to measure. */
export class MeasuredAnswer<Request, Event, Found> {
  readonly #asking: Asking<Request, Event, Found>;
  #found = $state.raw<Found | null>(null);
  #progress = $state.raw<Progress | null>(null);
  #waiting = $state(false);
  #error = $state.raw<ErrorDetail | null>(null);
  #old = $state(false);
  #stop: AbortController | null = null;

  constructor(asking: Asking<Request, Event, Found>) {
    this.#asking = asking;
  }

  get found(): Found | null {
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
    return this.#waiting;
  }
  /** True until what is shown is about the question that was asked last. */
  get old(): boolean {
    return this.#old;
  }

  /** The question has changed: what was found is not about it, what is measured is not wanted any more. */
  outdate(): void {
    this.cancel();
    this.#old = this.#found !== null;
    this.#error = null;
  }

  protected async put(request: Request, measuring: boolean): Promise<void> {
    this.cancel();
    const stop = new AbortController();
    this.#stop = stop;
    this.#waiting = true;
    this.#error = null;
    if (measuring) this.#progress = { phase: 'starting', done: 0, total: null, unit: '' };
    try {
      for await (const event of await this.#asking.put(request, stop.signal)) {
        if (this.#stop !== stop) return;
        const said = this.#asking.read(event);
        if ('progress' in said) this.#progress = said.progress;
        else {
          this.#found = said.found;
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
    this.#waiting = false;
    this.#progress = null;
  }
}
