/** Tells watchers that something changed; each then reads the present state itself, so nothing queues up. */
export class ChangeFeed {
  #revision = 0;
  readonly #waiting = new Set<() => void>();

  changed(): void {
    this.#revision++;
    for (const wake of [...this.#waiting]) wake();
  }

  /**
   * The present state at once, then again after changes, at most once in `interval` milliseconds. Ends when `signal`
   * aborts.
   */
  async *follow<T>(read: () => T, interval: number, signal: AbortSignal | undefined): AsyncGenerator<T, void, void> {
    while (!signal?.aborted) {
      const seen = this.#revision;
      yield read();
      await pause(interval, signal);
      if (this.#revision === seen) await this.#change(signal);
    }
  }

  #change(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal?.addEventListener('abort', wake, { once: true });
      if (signal?.aborted) wake();
    });
  }
}

/** Waits; ends early when `signal` aborts. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal?.addEventListener('abort', end, { once: true });
    if (signal?.aborted) end();
  });
}
