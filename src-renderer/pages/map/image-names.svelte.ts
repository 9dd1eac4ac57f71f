import type { ImageItem } from '../../../src-main/contract/images';

/** Names of images by number, asked for once each; the newest few hundred are kept. */
export class ImageNames {
  readonly #ask: (image: number, signal: AbortSignal) => Promise<ImageItem>;
  #known = $state.raw<ReadonlyMap<number, ImageItem>>(new Map());
  #asking: { image: number; stop: AbortController } | null = null;

  constructor(ask: (image: number, signal: AbortSignal) => Promise<ImageItem>) {
    this.#ask = ask;
  }

  of(image: number): ImageItem | null {
    return this.#known.get(image) ?? null;
  }

  /** Asks for one image; an older question is given up. */
  want(image: number): void {
    if (this.#known.has(image) || this.#asking?.image === image) return;
    this.#asking?.stop.abort();
    const stop = new AbortController();
    this.#asking = { image, stop };
    this.#ask(image, stop.signal).then(
      (item) => {
        this.#known = new Map([...[...this.#known].slice(-300), [image, item]]);
        if (this.#asking?.stop === stop) this.#asking = null;
      },
      () => {
        if (this.#asking?.stop === stop) this.#asking = null; // the card keeps its place; label and description are known without the name
      },
    );
  }
}
