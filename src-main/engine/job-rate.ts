/** Units a second over the last seconds of a phase, and from it the time that is left. */
export class JobRate {
  readonly #window: number;
  #phase = '';
  #samples: { at: number; done: number }[] = [];

  /** @param window milliseconds that count */
  constructor(window = 8_000) {
    this.#window = window;
  }

  /** @param at milliseconds of a clock that never goes back */
  note(phase: string, done: number, at: number): void {
    const last = this.#samples[this.#samples.length - 1];
    if (phase !== this.#phase || (last && done < last.done)) {
      this.#phase = phase;
      this.#samples = [];
    }
    if (last && this.#samples.length > 1 && at - this.#samples[this.#samples.length - 2].at < 100) this.#samples.pop();
    this.#samples.push({ at, done });
    while (this.#samples.length > 2 && at - this.#samples[1].at >= this.#window) this.#samples.shift();
  }

  /** Null before two moments at least 200 ms apart are known. */
  get perSecond(): number | null {
    if (this.#samples.length < 2) return null;
    const first = this.#samples[0];
    const last = this.#samples[this.#samples.length - 1];
    if (last.at - first.at < 200) return null;
    return ((last.done - first.done) * 1000) / (last.at - first.at);
  }

  secondsLeft(done: number, total: number | null): number | null {
    const rate = this.perSecond;
    if (rate === null || rate <= 0 || total === null) return null;
    return Math.max(0, total - done) / rate;
  }
}
