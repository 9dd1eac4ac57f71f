import type { PointIndex } from './point-index';

/** What a drawn outline does to what is selected already. */
export type SelectHow = 'replace' | 'add' | 'subtract';

/** Which points are selected together: by lasso, rectangle, or growing. Only points that the filter shows can be. */
export class PointSelection {
  /** [n] 1 where selected; replaced whole at each change. */
  #mask = $state.raw<Uint8Array | null>(null);
  #count = $state(0);

  /** Null while nothing is selected. */
  get mask(): Uint8Array | null {
    return this.#mask;
  }
  get count(): number {
    return this.#count;
  }
  /** The selected points in rising order. */
  points(): number[] {
    const found: number[] = [];
    this.#mask?.forEach((on, point) => on && found.push(point));
    return found;
  }

  clear(): void {
    this.#mask = null;
    this.#count = 0;
  }

  #set(mask: Uint8Array): void {
    let count = 0;
    for (let i = 0; i < mask.length; i++) count += mask[i];
    this.#mask = count > 0 ? mask : null;
    this.#count = count;
  }

  /** @param points those enclosed  @param total of the map  @param accepts [n] 1 for those shown */
  take(points: ArrayLike<number>, how: SelectHow, total: number, accepts: Uint8Array): void {
    const mask = how !== 'replace' && this.#mask ? this.#mask.slice() : new Uint8Array(total);
    const value = how === 'subtract' ? 0 : 1;
    for (let i = 0; i < points.length; i++) if (accepts[points[i]] === 1) mask[points[i]] = value;
    this.#set(mask);
  }

  /** Every point shown that is not selected becomes so, and the other way round. */
  invert(accepts: Uint8Array): void {
    const before = this.#mask;
    this.#set(accepts.map((shown, point) => (shown === 1 && before?.[point] !== 1 ? 1 : 0)));
  }

  /** Lets go of points that are not shown any more. */
  keepOnly(accepts: Uint8Array): void {
    const before = this.#mask;
    if (before?.some((on, point) => on === 1 && accepts[point] === 0)) this.#set(before.map((on, point) => on & accepts[point]));
  }

  /** Adds to each selected point the `k` points shown that are nearest to it on the map. */
  grow(index: PointIndex, accepts: Uint8Array, k = 5): void {
    const before = this.#mask;
    if (!before) return;
    const mask = before.slice();
    const shown = (point: number) => accepts[point] === 1;
    before.forEach((on, point) => {
      if (on === 1) for (const other of index.around(point, k, shown)) mask[other] = 1;
    });
    this.#set(mask);
  }
}
