/**
 * Loads pictures before their tiles come into view, so that they are there at once. What is no longer wanted is let go, so
 * that it keeps nothing in view waiting.
 */
export class PicturesAhead {
  readonly #make: () => HTMLImageElement;
  readonly #wanted = new Map<string, HTMLImageElement>();

  constructor(make: () => HTMLImageElement = () => new Image()) {
    this.#make = make;
  }

  /** The pictures wanted from now on, the nearest first. */
  want(sources: readonly string[]): void {
    const still = new Set(sources);
    for (const [source, picture] of this.#wanted) {
      if (still.has(source)) continue;
      if (!picture.complete) picture.removeAttribute('src');
      this.#wanted.delete(source);
    }
    for (const source of sources) {
      if (this.#wanted.has(source)) continue;
      const picture = this.#make();
      picture.decoding = 'async';
      picture.src = source;
      this.#wanted.set(source, picture);
    }
  }
}
