/** Whether a description begins with a prefix. */
export function beginsWith(symbols: readonly number[] | null | undefined, prefix: readonly number[]): boolean {
  return !!symbols && symbols.length >= prefix.length && prefix.every((symbol, index) => symbols[index] === symbol);
}

/**
 * The prefix under the pointer or the focus: everything on the page that begins with it lights up. The count comes
 * from the engine and is asked only when a prefix rests there for a moment.
 */
export class PrefixLight {
  readonly #count: (prefix: number[], signal: AbortSignal) => Promise<number>;
  readonly #rest: number;
  #prefix = $state.raw<readonly number[] | null>(null);
  #total = $state<number | null>(null);
  #known = new Map<string, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asking: AbortController | null = null;

  /** @param count asks how many images of the current collection begin with a prefix  @param rest milliseconds */
  constructor(count: (prefix: number[], signal: AbortSignal) => Promise<number>, rest = 140) {
    this.#count = count;
    this.#rest = rest;
  }

  get prefix(): readonly number[] | null {
    return this.#prefix;
  }
  /** Images of the collection with this prefix; null while unknown. */
  get count(): number | null {
    return this.#total;
  }

  /** Lights the first `length` symbols of a description. */
  show(symbols: readonly number[], length: number): void {
    const prefix = symbols.slice(0, length);
    if (prefix.length === 0) return this.clear();
    if (this.#prefix && this.#prefix.length === prefix.length && beginsWith(this.#prefix, prefix)) return;
    this.#stop();
    this.#prefix = prefix;
    const key = prefix.join(' ');
    this.#total = this.#known.get(key) ?? null;
    if (this.#total !== null) return;
    this.#timer = setTimeout(() => {
      const asking = new AbortController();
      this.#asking = asking;
      this.#count(prefix, asking.signal).then(
        (count) => {
          if (asking.signal.aborted) return;
          this.#known.set(key, count);
          this.#total = count;
        },
        () => undefined, // the count is a nicety: the connection's own state says when the engine is away
      );
    }, this.#rest);
  }

  clear(): void {
    this.#stop();
    this.#prefix = null;
    this.#total = null;
  }

  /** Drops the counts: another collection or run is shown, or descriptions have changed. */
  forget(): void {
    this.#known.clear();
    this.clear();
  }

  /** Null while nothing is lit; otherwise whether this description is. */
  lit(symbols: readonly number[] | null | undefined): boolean | null {
    return this.#prefix ? beginsWith(symbols, this.#prefix) : null;
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#asking = null;
  }
}
