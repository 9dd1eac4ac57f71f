import { GlyphscopeError } from '../contract/errors';

export interface LifetimeOptions {
  /** Whether there is work that is to be done before the engine ends by itself. */
  busy: () => boolean;
  /** Ends the engine. */
  end: () => void;
  /** Milliseconds from one look at the work to the next. */
  lookEvery?: number;
}

/**
 * How long the engine of a window lives: as long as the window; and, when it was told to go on, until its work is done, so
 * that it is never left over. A window that comes back meanwhile takes it over.
 */
export class Lifetime {
  readonly #o: Required<LifetimeOptions>;
  #windows = 0;
  #goesOn = false;
  #timer: NodeJS.Timeout | null = null;

  constructor(o: LifetimeOptions) {
    this.#o = { lookEvery: 1000, ...o };
  }

  /** The window that started the engine is there; gives what tells that it has gone. */
  begin(): () => void {
    return this.#enter();
  }

  /**
   * Another window takes over an engine that goes on without one.
   * @throws GlyphscopeError LIBRARY_IN_USE while a window is there, or when the engine was not left to go on
   */
  takeOver(): () => void {
    if (this.#windows > 0 || !this.#goesOn)
      throw new GlyphscopeError('LIBRARY_IN_USE', 'The engine of this library was started by somebody else, who is using it.', { remedy: 'Use the window or the page that is open already.' });
    return this.#enter();
  }

  /** Whether it goes on when its window has gone. */
  goOn(wanted: boolean): void {
    this.#goesOn = wanted;
  }

  #enter(): () => void {
    this.#windows++;
    this.#goesOn = false;
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
    let gone = false;
    return () => {
      if (gone) return;
      gone = true;
      this.#windows--;
      this.#left();
    };
  }

  #left(): void {
    if (this.#windows > 0) return;
    const look = () => {
      if (this.#goesOn && this.#o.busy()) return;
      if (this.#timer) clearInterval(this.#timer);
      this.#o.end();
    };
    if (this.#goesOn) this.#timer = setInterval(look, this.#o.lookEvery);
    look();
  }
}
