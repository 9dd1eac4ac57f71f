import type { ImageItem } from '../../src-main/contract/images';

/** What the inspector shows. `item` is what the page knows of the image already, so that it can be drawn at once. */
export type Selected =
  | { kind: 'image'; image: number; item: ImageItem | null }
  | { kind: 'symbol'; symbol: number };

const same = (a: Selected, b: Selected) =>
  a.kind === 'image' ? b.kind === 'image' && a.image === b.image : b.kind === 'symbol' && a.symbol === b.symbol;

const longestTrail = 20;

/** The one thing that is selected, whatever page it was selected on, and the way that led to it. */
export class Selection {
  #current = $state.raw<Selected | null>(null);
  #trail = $state.raw<readonly Selected[]>([]);

  get current(): Selected | null {
    return this.#current;
  }
  /** What was selected before, oldest first; empty after a fresh selection. */
  get trail(): readonly Selected[] {
    return this.#trail;
  }
  get image(): number | null {
    return this.#current?.kind === 'image' ? this.#current.image : null;
  }
  get symbol(): number | null {
    return this.#current?.kind === 'symbol' ? this.#current.symbol : null;
  }

  /** A fresh selection, from a page. */
  selectImage(image: number, item: ImageItem | null = null): void {
    this.#trail = [];
    this.#current = { kind: 'image', image, item };
  }
  selectSymbol(symbol: number): void {
    this.#trail = [];
    this.#current = { kind: 'symbol', symbol };
  }

  /** A step onwards from what is selected, from inside the inspector: `back` returns. */
  follow(next: Selected): void {
    if (this.#current && same(this.#current, next)) return;
    if (this.#current) this.#trail = [...this.#trail, this.#current].slice(-longestTrail);
    this.#current = next;
  }
  back(): void {
    const last = this.#trail.at(-1);
    if (!last) return;
    this.#trail = this.#trail.slice(0, -1);
    this.#current = last;
  }
  /** Returns to a step of the trail, by its place in it; later steps are forgotten. */
  backTo(step: number): void {
    const chosen = this.#trail[step];
    if (!chosen) return;
    this.#trail = this.#trail.slice(0, step);
    this.#current = chosen;
  }
  clear(): void {
    this.#current = null;
    this.#trail = [];
  }
}
