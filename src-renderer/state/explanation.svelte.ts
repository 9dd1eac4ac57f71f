import type { Occlusion } from '../../src-main/contract/describing';
import type { ErrorDetail } from '../../src-main/contract/errors';
import { explain, wasAborted, type Client } from '../client';

/** Which parts of one picture matter to the symbols of its description: asked for, on its way, or there. */
export class Explanation {
  #progress = $state.raw<{ done: number; total: number } | null>(null);
  #found = $state.raw<{ run: number; occlusion: Occlusion } | null>(null);
  #error = $state.raw<ErrorDetail | null>(null);
  #stop: AbortController | null = null;

  /** Patches done and in all while it is computed; null otherwise. */
  get progress(): { done: number; total: number } | null {
    return this.#progress;
  }
  get error(): ErrorDetail | null {
    return this.#error;
  }
  /** What was found for a run; null before. */
  of(run: number): Occlusion | null {
    return this.#found?.run === run ? this.#found.occlusion : null;
  }

  /** @param grid patches along a side */
  async start(client: Client, o: { run: number; name: string; file: File; grid: 4 | 8 | 16 }): Promise<void> {
    this.cancel();
    const stop = new AbortController();
    this.#stop = stop;
    this.#error = null;
    this.#progress = { done: 0, total: o.grid ** 2 };
    try {
      for await (const event of await client.describe.occlude(o, { signal: stop.signal })) {
        if (this.#stop !== stop) return;
        if ('occlusion' in event) this.#found = { run: o.run, occlusion: event.occlusion };
        else this.#progress = event;
      }
    } catch (error) {
      if (this.#stop === stop && !wasAborted(error)) this.#error = explain(error);
    } finally {
      if (this.#stop === stop) {
        this.#stop = null;
        this.#progress = null;
      }
    }
  }

  /** Stops what is under way; what was found before stays. */
  cancel(): void {
    this.#stop?.abort();
    this.#stop = null;
    this.#progress = null;
  }

  clear(): void {
    this.cancel();
    this.#found = null;
    this.#error = null;
  }
}
