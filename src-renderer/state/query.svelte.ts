import { untrack } from 'svelte';
import { explain, wasAborted } from '../client';
import type { ErrorDetail } from '../../src-main/contract/errors';

/**
 * One question to the engine and its newest answer. An answer that comes after a newer question is dropped; the old
 * answer stays until the new one is there, so that nothing blinks.
 */
export class Query<T> {
  #data = $state.raw<T | null>(null);
  #error = $state.raw<ErrorDetail | null>(null);
  #loading = $state(false);
  #again = $state(0);
  #current: AbortController | null = null;

  get data(): T | null {
    return this.#data;
  }
  get error(): ErrorDetail | null {
    return this.#error;
  }
  get loading(): boolean {
    return this.#loading;
  }
  /** Changes with `reload`; `query` reads it so that its effect runs again. */
  get asked(): number {
    return this.#again;
  }

  /** Asks anew, keeping the present answer until then. */
  reload(): void {
    this.#again += 1;
  }

  /** Runs the question; `null` means that there is nothing to ask, and empties the answer. */
  ask(question: (signal: AbortSignal) => Promise<T> | null): void {
    this.cancel();
    const controller = new AbortController();
    const answer = question(controller.signal);
    if (answer === null) {
      this.#data = null;
      this.#error = null;
      this.#loading = false;
      return;
    }
    this.#current = controller;
    this.#loading = true;
    answer.then(
      (data) => {
        if (this.#current !== controller) return;
        this.#data = data;
        this.#error = null;
        this.#loading = false;
      },
      (error: unknown) => {
        if (this.#current !== controller) return;
        this.#loading = false;
        if (!wasAborted(error)) this.#error = explain(error);
      },
    );
  }

  cancel(): void {
    this.#current?.abort();
    this.#current = null;
  }
}

/**
 * A query that is asked again whenever something changes that `question` reads before its first await (collection,
 * run, `connection.epoch` …). Call it while a component is set up.
 */
export function query<T>(question: (signal: AbortSignal) => Promise<T> | null): Query<T> {
  const made = new Query<T>();
  $effect(() => {
    void made.asked;
    let answer: Promise<T> | null = null;
    const controller = new AbortController();
    answer = question(controller.signal);
    untrack(() => made.ask((signal) => {
      signal.addEventListener('abort', () => controller.abort());
      return answer;
    }));
    return () => controller.abort();
  });
  return made;
}
