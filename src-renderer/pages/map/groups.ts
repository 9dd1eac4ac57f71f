import type { Rgb } from '../../charts/colour';
import { categoryColours, hueColour, type Scheme } from '../../charts/palette';

export type ColourBy = 'label' | 'symbol';

/** What comes over HTTP for one map; see `mapArrays` in the contract. */
export interface MapPoints {
  /** [n, 2] within −1 … 1. */
  coordinates: Float32Array;
  /** [n] row numbers of images. */
  images: Int32Array;
  /** [n] index into the map's labels, −1 for none. */
  labels: Int16Array;
  /** [n, L]. */
  symbols: Uint16Array;
  length: number;
}

/** One row of the legend, and one colour of the map. */
export interface MapGroup {
  /** Stands in `groupOf`. */
  index: number;
  /** A label's name, or "symbol 12"; "no label" for images without one. */
  name: string;
  /** The symbol, when groups are symbols. */
  symbol: number | null;
  count: number;
  colour: Rgb;
  /** Where most of its points are: a place for its name. */
  x: number;
  y: number;
}

export interface Grouping {
  by: ColourBy;
  /** [n] group of each point. */
  groupOf: Uint16Array;
  /** By index; groups without points have count 0. */
  groups: MapGroup[];
  /** Group indices for the legend, largest first, only those with points. */
  order: number[];
}

/**
 * Puts points into groups by label or by first symbol and gives each group a colour and a place for its name.
 * @param labels the map's label names  @param hues degrees by symbol, or null while unknown
 */
export function groupPoints(points: MapPoints, by: ColourBy, labels: readonly string[], hues: readonly number[] | null, scheme: Scheme): Grouping {
  const count = points.images.length;
  const groupOf = new Uint16Array(count);
  let size: number;
  if (by === 'label') {
    size = labels.length + 1;
    for (let i = 0; i < count; i++) groupOf[i] = points.labels[i] < 0 || points.labels[i] >= labels.length ? labels.length : points.labels[i];
  } else {
    size = 1;
    for (let i = 0; i < count; i++) {
      groupOf[i] = points.symbols[i * points.length];
      if (groupOf[i] >= size) size = groupOf[i] + 1;
    }
  }
  const counts = new Uint32Array(size);
  for (let i = 0; i < count; i++) counts[groupOf[i]] += 1;
  const places = groupCentres(points.coordinates, groupOf, size);
  const colours = by === 'label' ? labelColours(labels.length, scheme) : symbolColours(size, hues, scheme);
  const groups = Array.from({ length: size }, (_, index): MapGroup => ({
    index,
    name: by === 'symbol' ? `symbol ${index}` : (labels[index] ?? 'no label'),
    symbol: by === 'symbol' ? index : null,
    count: counts[index],
    colour: colours[index],
    x: places[2 * index],
    y: places[2 * index + 1],
  }));
  const order = groups.filter((g) => g.count > 0).sort((a, b) => b.count - a.count || a.index - b.index).map((g) => g.index);
  return { by, groupOf, groups, order };
}

const grey = (scheme: Scheme): Rgb => (scheme === 'light' ? [0.5, 0.5, 0.5] : [0.55, 0.56, 0.58]);

/** Colours by label index; images without a label, the last, are grey. */
export const labelColours = (labels: number, scheme: Scheme): Rgb[] => [...categoryColours(labels, scheme), grey(scheme)];

/** Colours by symbol: its hue where the run has hues, else a category colour. */
export function symbolColours(size: number, hues: readonly number[] | null, scheme: Scheme): Rgb[] {
  const fallback = hues ? [] : categoryColours(size, scheme);
  return Array.from({ length: size }, (_, symbol) => (hues ? (symbol < hues.length ? hueColour(hues[symbol], scheme) : grey(scheme)) : fallback[symbol]));
}

/**
 * The densest place of each group: the cell of a coarse grid with most of its points, its neighbours counted in, and
 * there the mean of the group's points. A mean over all would name empty ground between two islands.
 */
export function groupCentres(coordinates: Float32Array, groupOf: Uint16Array, groups: number): Float32Array {
  const side = 24;
  const cells = new Uint32Array(groups * side * side);
  const cell = (v: number) => Math.min(side - 1, Math.max(0, Math.floor(((v + 1) / 2) * side)));
  for (let i = 0; i < groupOf.length; i++) cells[groupOf[i] * side * side + cell(coordinates[2 * i + 1]) * side + cell(coordinates[2 * i])] += 1;
  const best = new Int32Array(groups);
  for (let group = 0; group < groups; group++) {
    let most = -1;
    for (let row = 0; row < side; row++)
      for (let column = 0; column < side; column++) {
        let sum = 0;
        for (let dy = -1; dy <= 1; dy++)
          for (let dx = -1; dx <= 1; dx++) {
            const [r, c] = [row + dy, column + dx];
            if (r >= 0 && c >= 0 && r < side && c < side) sum += (dx === 0 && dy === 0 ? 2 : 1) * cells[group * side * side + r * side + c];
          }
        if (sum > most) {
          most = sum;
          best[group] = row * side + column;
        }
      }
  }
  const sums = new Float64Array(groups * 3);
  for (let i = 0; i < groupOf.length; i++) {
    const group = groupOf[i];
    const [row, column] = [Math.floor(best[group] / side), best[group] % side];
    if (Math.abs(cell(coordinates[2 * i + 1]) - row) > 1 || Math.abs(cell(coordinates[2 * i]) - column) > 1) continue;
    sums[3 * group] += coordinates[2 * i];
    sums[3 * group + 1] += coordinates[2 * i + 1];
    sums[3 * group + 2] += 1;
  }
  const centres = new Float32Array(groups * 2);
  for (let group = 0; group < groups; group++) {
    const weight = sums[3 * group + 2] || 1;
    centres[2 * group] = sums[3 * group] / weight;
    centres[2 * group + 1] = sums[3 * group + 1] / weight;
  }
  return centres;
}

/**
 * The legend's rule: nothing picked shows all; the first pick shows that group alone; further picks add to it or take
 * away. Returns the new set.
 */
export function togglePick(picked: ReadonlySet<number>, group: number): Set<number> {
  const next = new Set(picked);
  if (!next.delete(group)) next.add(group);
  return next;
}

/**
 * Which names can stand on the map without covering one another, the largest groups first, `most` of them. With
 * `move`, a name whose place is taken stands above or below it, up to two lines away; it is left out when there is no
 * room there either.
 */
export function visibleNames<T extends { left: number; top: number; width: number; height: number }>(
  wanted: readonly T[],
  bounds: { width: number; height: number },
  { gap = 4, move = true, most = Infinity } = {},
): T[] {
  const placed: T[] = [];
  const inside = (item: T) => item.left >= item.width / 2 && item.top >= item.height / 2 && item.left + item.width / 2 <= bounds.width && item.top + item.height / 2 <= bounds.height;
  const free = (item: T) =>
    placed.every(
      (other) =>
        Math.abs(other.left - item.left) >= (other.width + item.width) / 2 + gap || Math.abs(other.top - item.top) >= (other.height + item.height) / 2 + gap,
    );
  for (const item of wanted) {
    if (placed.length >= most) break;
    if (!inside(item)) continue;
    for (const lines of move ? [0, -1, 1, -2, 2] : [0]) {
      const moved = lines === 0 ? item : { ...item, top: item.top + lines * (item.height + gap) };
      if (!inside(moved) || !free(moved)) continue;
      placed.push(moved);
      break;
    }
  }
  return placed;
}
