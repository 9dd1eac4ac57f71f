import type { Box } from './camera';

/** Which points answer; all of them when absent. */
export type Accepts = (point: number) => boolean;

/**
 * Finds points by place: a grid of cells over −1 … 1, each with its points in one run of an array. Building it is two
 * passes over the points (about 30 ms for a million).
 */
export class PointIndex {
  readonly #coordinates: Float32Array;
  readonly #side: number;
  /** First entry of each cell in `#points`; one more for the end. */
  readonly #starts: Uint32Array;
  readonly #points: Uint32Array;

  /** @param coordinates [n, 2], x and y in turn, within −1 … 1 */
  constructor(coordinates: Float32Array) {
    const count = coordinates.length / 2;
    this.#coordinates = coordinates;
    this.#side = Math.min(1024, Math.max(1, Math.round(Math.sqrt(count / 3))));
    this.#starts = new Uint32Array(this.#side * this.#side + 1);
    this.#points = new Uint32Array(count);
    const cells = new Uint32Array(count);
    for (let i = 0; i < count; i++) {
      cells[i] = this.#cell(coordinates[2 * i + 1]) * this.#side + this.#cell(coordinates[2 * i]);
      this.#starts[cells[i] + 1] += 1;
    }
    for (let i = 1; i < this.#starts.length; i++) this.#starts[i] += this.#starts[i - 1];
    const next = this.#starts.slice(0, -1);
    for (let i = 0; i < count; i++) this.#points[next[cells[i]]++] = i;
  }

  /** Cells along each side, their runs and the points in them, for those who go through the cells themselves. */
  get cells(): { side: number; starts: Uint32Array; points: Uint32Array } {
    return { side: this.#side, starts: this.#starts, points: this.#points };
  }

  #cell(value: number): number {
    return Math.min(this.#side - 1, Math.max(0, Math.floor(((value + 1) / 2) * this.#side)));
  }

  /** Every point within a box, edges included, in no order; at most `limit`. */
  within(box: Box, limit = Infinity, accepts?: Accepts): number[] {
    const found: number[] = [];
    const [left, right] = [this.#cell(box.left), this.#cell(box.right)];
    const [bottom, top] = [this.#cell(box.bottom), this.#cell(box.top)];
    for (let row = bottom; row <= top; row++)
      for (let at = this.#starts[row * this.#side + left]; at < this.#starts[row * this.#side + right + 1]; at++) {
        const point = this.#points[at];
        const x = this.#coordinates[2 * point];
        const y = this.#coordinates[2 * point + 1];
        if (x < box.left || x > box.right || y < box.bottom || y > box.top || (accepts && !accepts(point))) continue;
        found.push(point);
        if (found.length >= limit) return found;
      }
    return found;
  }

  /** Points in the cells that a box touches: never fewer than in the box, and found without looking at a point. */
  atMostWithin(box: Box): number {
    const [left, right] = [this.#cell(box.left), this.#cell(box.right)];
    let count = 0;
    for (let row = this.#cell(box.bottom); row <= this.#cell(box.top); row++) count += this.#starts[row * this.#side + right + 1] - this.#starts[row * this.#side + left];
    return count;
  }

  /** The k points nearest to a point on the map, itself left out, in no order; fewer when there are no more. */
  around(point: number, k: number, accepts?: Accepts): number[] {
    const x = this.#coordinates[2 * point];
    const y = this.#coordinates[2 * point + 1];
    const squared = (other: number) => (this.#coordinates[2 * other] - x) ** 2 + (this.#coordinates[2 * other + 1] - y) ** 2;
    for (let reach = 2 / this.#side; ; reach *= 2) {
      const near = this.within({ left: x - reach, right: x + reach, bottom: y - reach, top: y + reach }, Infinity, accepts).filter((other) => other !== point);
      const sure = near.filter((other) => squared(other) <= reach * reach);
      if (sure.length >= k || reach > 4) return sure.sort((a, b) => squared(a) - squared(b) || a - b).slice(0, k);
    }
  }

  /** The point nearest to a place, no further than `radius`; −1 when there is none. */
  nearest(x: number, y: number, radius: number, accepts?: Accepts): number {
    let best = -1;
    let bestSquared = radius * radius;
    for (const point of this.within({ left: x - radius, right: x + radius, bottom: y - radius, top: y + radius }, Infinity, accepts)) {
      const squared = (this.#coordinates[2 * point] - x) ** 2 + (this.#coordinates[2 * point + 1] - y) ** 2;
      if (squared <= bestSquared) {
        bestSquared = squared;
        best = point;
      }
    }
    return best;
  }

  /**
   * The next point from `from` towards a direction (unit steps right and up): near, and within 45° of it. Widens its
   * search until it finds one; −1 when nothing lies that way.
   */
  towards(from: number, right: number, up: number, accepts?: Accepts): number {
    const x = this.#coordinates[2 * from];
    const y = this.#coordinates[2 * from + 1];
    for (let reach = 2 / this.#side; reach <= 4; reach *= 2) {
      let best = -1;
      let bestCost = Infinity;
      for (const point of this.within({ left: x - reach, right: x + reach, bottom: y - reach, top: y + reach }, Infinity, accepts)) {
        const ahead = (this.#coordinates[2 * point] - x) * right + (this.#coordinates[2 * point + 1] - y) * up;
        const aside = Math.abs((this.#coordinates[2 * point] - x) * up + (this.#coordinates[2 * point + 1] - y) * right);
        if (point === from || ahead <= 0 || aside > ahead) continue;
        const cost = ahead + 2 * aside;
        if (cost < bestCost) {
          bestCost = cost;
          best = point;
        }
      }
      if (best >= 0 && bestCost <= reach) return best;
      if (best >= 0 && reach >= 2) return best;
    }
    return -1;
  }
}
