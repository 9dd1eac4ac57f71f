import { blocksByPlace, thinPlaces, thinValues } from '../../src-main/contract/thinning';
import type { ChartData } from './chart-data';
import { SmoothedRow } from './smoothing';

/** What is to be seen of a chart's rows. */
export interface Sight {
  /** The stretch of x that is shown; null: all. */
  zoom: readonly [number, number] | null;
  /** Pixel columns that the stretch takes: a pair of points for each is enough. */
  columns: number;
  /** Weight of the moving mean, 0: none. */
  smoothing: number;
  /** Rows that are drawn as they are measured, whatever the smoothing. */
  plain: readonly boolean[];
  /** Whether the measured rows are wanted too, drawn behind the smoothed ones. */
  behind: boolean;
}

/**
 * The rows of a chart as they are drawn: smoothed, cut to what is shown, and thinned to the least and greatest value of each pixel
 * column, so that the time of a drawing does not grow with the number of points. When rows come after the last, only
 * these and the last column are looked at.
 */
export class DrawnLines {
  #data: ChartData = { x: [], y: [] };
  #sight: Sight = { zoom: null, columns: 1, smoothing: 0, plain: [], behind: false };
  #smoothed: (SmoothedRow | null)[] = [];
  #x: number[] = [];
  #rows: (number | null)[][] = [];
  #cell = 0;
  /** Row that the last column begins with, and points before it. */
  #open = { row: 0, points: 0 };

  /** x, and the rows of the lines: measured ones first where they are drawn behind. The arrays are its own: they change at the next call. */
  update(data: ChartData, sight: Sight): { x: number[]; rows: (number | null)[][] } {
    const same = this.#continues(data, sight);
    if (!same) this.#smoothed = data.y.map((_, i) => (sight.smoothing > 0 && !sight.plain[i] ? new SmoothedRow(sight.smoothing) : null));
    this.#smoothed.forEach((row, i) => row?.extend(data.y[i]));
    const [first, end] = rowsIn(data.x, sight.zoom);
    const cell = cellWidth(data.x, first, end, sight.columns);
    const goesOn = same && cell === this.#cell && sameRange(sight.zoom, this.#sight.zoom) && sight.columns === this.#sight.columns && this.#open.row >= first;
    if (!goesOn) {
      this.#open = { row: first, points: 0 };
      this.#x = [];
      this.#rows = [];
    }
    this.#data = data;
    this.#sight = sight;
    this.#cell = cell;
    this.#take(end);
    return { x: this.#x, rows: this.#rows };
  }

  #continues(data: ChartData, sight: Sight): boolean {
    const before = this.#data;
    return (
      data.x === before.x && data.revision === before.revision && data.y.length === before.y.length && data.y.every((row, i) => row === before.y[i]) &&
      data.revision !== undefined && sight.smoothing === this.#sight.smoothing && sight.behind === this.#sight.behind && sight.plain.every((plain, i) => plain === this.#sight.plain[i])
    );
  }

  #take(end: number): void {
    const { x, y } = this.#data;
    const { row, points } = this.#open;
    const starts = blocksByPlace(x, this.#cell, row, end);
    const drawn = y.map((values, i) => this.#smoothed[i]?.values ?? values);
    const sources = this.#sight.behind ? [...y, ...drawn] : drawn;
    put(this.#x, points, thinPlaces(x, starts, end));
    sources.forEach((source, i) => put((this.#rows[i] ??= []), points, thinValues(source, starts, end)));
    // The newest value itself ends the line, also where it is neither the least nor the greatest of its column.
    if (end > 0 && starts.length > 0 && end - starts[starts.length - 1] > 2) {
      this.#x.push(x[end - 1]);
      sources.forEach((source, i) => this.#rows[i].push(source[end - 1]));
    }
    if (starts.length === 0) return;
    const last = starts[starts.length - 1];
    const tail = Math.min(end - last, 3);
    this.#open = { row: last, points: this.#x.length - tail };
  }
}

function put<T>(to: T[], from: number, values: readonly T[]): void {
  to.length = from;
  for (const value of values) to.push(value);
}

const sameRange = (a: readonly [number, number] | null, b: readonly [number, number] | null) => a === b || (a !== null && b !== null && a[0] === b[0] && a[1] === b[1]);

/** The rows that a stretch of x shows, with one more at each side, so that lines go on to the edge. */
export function rowsIn(x: readonly number[], zoom: readonly [number, number] | null): [first: number, end: number] {
  if (!zoom) return [0, x.length];
  let first = 0;
  for (let high = x.length; first < high; ) {
    const middle = (first + high) >> 1;
    if (x[middle] < zoom[0]) first = middle + 1;
    else high = middle;
  }
  let end = first;
  for (let high = x.length; end < high; ) {
    const middle = (end + high) >> 1;
    if (x[middle] <= zoom[1]) end = middle + 1;
    else high = middle;
  }
  return [Math.max(0, first - 1), Math.min(x.length, end + 1)];
}

/** A power of two, so that it stays the same while x grows, until the stretch is twice as long. */
function cellWidth(x: readonly number[], first: number, end: number, columns: number): number {
  const span = end > first ? x[end - 1] - x[first] : 0;
  return span > 0 ? 2 ** Math.ceil(Math.log2(span / Math.max(1, columns))) : 1;
}
