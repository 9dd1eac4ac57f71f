import { parseColour, type Rgb } from '../../charts/colour';
import { categoryColours, hueColour, orderedColours, type Scheme } from '../../charts/palette';
import { formatTicks } from '../../charts/number-format';
import type { ColourBy } from './colour-by';
import { mostGroups } from './point-codes';
import { pointShapes, type PointShape } from './point-renderer';
import type { PrefixIds } from './prefix-ids';

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

/** One colour of the map. */
export interface MapGroup {
  /** Stands in `groupOf`. */
  index: number;
  count: number;
  colour: Rgb;
  shape: PointShape;
}

/** One row of the legend: a group, or a band of a number's range. */
export interface LegendRow {
  /** The same wherever the same thing is meant: a label's name, symbols joined by dots, a band's place. */
  key: string;
  name: string;
  /** Drawn as glyphs; null for labels and numbers. */
  symbols: readonly number[] | null;
  groups: readonly number[];
  count: number;
  colour: Rgb;
  shape: PointShape;
}

export interface Grouping {
  by: ColourBy;
  /** [n] group of each point. */
  groupOf: Uint16Array;
  groups: MapGroup[];
  /** Only rows with points: bands in their order, others largest first. */
  rows: LegendRow[];
}

export interface GroupingInput {
  points: MapPoints;
  prefixes: PrefixIds;
  /** The map's label names. */
  labels: readonly string[];
  /** [n] the number that is asked for, NaN where it is not known; null until it is here. */
  numbers: Float32Array | null;
  /** Degrees by symbol, or null while unknown. */
  hues: readonly number[] | null;
  scheme: Scheme;
}

/** Colours that stand before they repeat with another shape. */
const coloursBeforeRepeat = 20;
const bands = 8;
const stepsOfBand = 8;

/** Puts points into groups and gives each a colour and a shape. */
export function groupPoints(by: ColourBy, input: GroupingInput): Grouping {
  if (by.kind === 'number') return groupByNumber(by, input);
  return by.kind === 'label' ? groupByLabel(by, input) : groupBySymbols(by, input);
}

const grey = (scheme: Scheme): Rgb => (scheme === 'light' ? [0.5, 0.5, 0.5] : [0.55, 0.56, 0.58]);
/** Which shape the groups of one colour have, one after the other. */
const shapeAt = (turn: number): PointShape => pointShapes[turn % pointShapes.length];

function countGroups(groupOf: Uint16Array, size: number): Uint32Array {
  const counts = new Uint32Array(size);
  for (let i = 0; i < groupOf.length; i++) counts[groupOf[i]] += 1;
  return counts;
}

const ranked = (rows: LegendRow[]): LegendRow[] => rows.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count || a.groups[0] - b.groups[0]);

function groupByLabel(by: ColourBy, { points, labels, scheme }: GroupingInput): Grouping {
  const none = Math.min(labels.length, mostGroups - 1);
  const groupOf = Uint16Array.from(points.labels, (label) => (label < 0 || label >= none ? none : label));
  const counts = countGroups(groupOf, none + 1);
  const colours = categoryColours(Math.min(none, coloursBeforeRepeat), scheme);
  const groups = Array.from(counts, (count, index): MapGroup => ({
    index,
    count,
    colour: index === none ? grey(scheme) : colours[index % coloursBeforeRepeat],
    shape: index === none ? 'circle' : shapeAt(Math.floor(index / coloursBeforeRepeat)),
  }));
  const name = (index: number) => (index < none ? labels[index] : none === labels.length ? 'no label' : 'labels beyond the first 4,095, or none');
  return { by, groupOf, groups, rows: ranked(groups.map(({ index, count, colour, shape }) => ({ key: index < none ? labels[index] : '', name: name(index), symbols: null, groups: [index], count, colour, shape }))) };
}

/** By the symbol at a position, or by a whole prefix: the most frequent get groups of their own, what is beyond 4,095 shares the last. */
function groupBySymbols(by: Extract<ColourBy, { kind: 'symbol' | 'prefix' }>, { points, prefixes, hues, scheme }: GroupingInput): Grouping {
  const { symbols, length } = points;
  const count = points.images.length;
  let ids: Uint32Array;
  let sequenceOf: (id: number) => number[];
  let size: number;
  if (by.kind === 'prefix') {
    const found = prefixes.of(Math.min(by.length, length));
    ids = found.ids;
    size = found.counts.length;
    sequenceOf = (id) => prefixes.symbolsOf(found, id);
  } else {
    const at = Math.min(by.position, length) - 1;
    ids = new Uint32Array(count);
    size = 0;
    for (let i = 0; i < count; i++) {
      ids[i] = symbols[i * length + at];
      if (ids[i] >= size) size = ids[i] + 1;
    }
    sequenceOf = (id) => [id];
  }
  const totals = new Uint32Array(size);
  for (let i = 0; i < count; i++) totals[ids[i]] += 1;
  const order = Array.from(totals.keys()).filter((id) => totals[id] > 0).sort((a, b) => totals[b] - totals[a] || a - b);
  const rest = mostGroups - 1;
  const groupOfId = new Uint16Array(size).fill(rest);
  order.slice(0, rest).forEach((id, group) => (groupOfId[id] = group));
  const groupOf = Uint16Array.from(ids, (id) => groupOfId[id]);
  const fallback = hues ? [] : categoryColours(coloursBeforeRepeat, scheme);
  const rows = order.slice(0, rest).map((id, group): LegendRow => {
    const sequence = sequenceOf(id);
    const last = sequence[sequence.length - 1];
    // The hue of a prefix leans from its first symbol towards the ones after it, so that its own kin stay near.
    const hue = hues && sequence.reduce((mean, symbol, i) => (i === 0 ? (hues[symbol] ?? 0) : mean + turn(mean, hues[symbol] ?? 0) * 0.35 ** i), 0);
    return {
      key: sequence.join('.'),
      name: `${by.kind} ${sequence.join(' ')}`,
      symbols: sequence,
      groups: [group],
      count: totals[id],
      colour: hue === null ? fallback[group % coloursBeforeRepeat] : hueColour(hue, scheme),
      shape: shapeAt(hue === null ? Math.floor(group / coloursBeforeRepeat) : last),
    };
  });
  if (order.length > rest) {
    const beyond = order.slice(rest).reduce((sum, id) => sum + totals[id], 0);
    rows.push({ key: 'rest', name: `${(order.length - rest).toLocaleString('en')} rarer ones`, symbols: null, groups: [rest], count: beyond, colour: grey(scheme), shape: 'circle' });
  }
  const groups: MapGroup[] = Array.from({ length: order.length > rest ? mostGroups : rows.length }, (_, index) => ({ index, count: 0, colour: grey(scheme), shape: 'circle' }));
  for (const { groups: [index], count, colour, shape } of rows) groups[index] = { index, count, colour, shape };
  return { by, groupOf, groups, rows };
}

/** Degrees from one hue to another, the short way. */
const turn = (from: number, to: number) => ((((to - from) % 360) + 540) % 360) - 180;

/** By a number: a ramp of 64 steps between its least and greatest value, 8 steps to a band of the legend. */
function groupByNumber(by: ColourBy, { points, numbers, scheme }: GroupingInput): Grouping {
  const steps = bands * stepsOfBand;
  const groupOf = new Uint16Array(points.images.length).fill(steps);
  let [least, greatest] = [Infinity, -Infinity];
  for (const value of numbers ?? []) {
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  const range = greatest - least;
  if (numbers)
    for (let i = 0; i < groupOf.length; i++)
      if (!Number.isNaN(numbers[i])) groupOf[i] = range > 0 ? Math.min(steps - 1, Math.floor(((numbers[i] - least) / range) * steps)) : 0;
  const counts = countGroups(groupOf, steps + 1);
  const ramp = orderedColours(steps, scheme).map(parseColour);
  const groups = Array.from(counts, (count, index): MapGroup => ({ index, count, colour: ramp[index] ?? grey(scheme), shape: 'circle' }));
  const edges = formatTicks(Array.from({ length: bands + 1 }, (_, band) => Number((least + (range * band) / bands).toPrecision(3))));
  const rows = Array.from({ length: bands }, (_, band): LegendRow => {
    const own = Array.from({ length: stepsOfBand }, (_, i) => band * stepsOfBand + i);
    const name = range > 0 ? `${edges[band]} to ${edges[band + 1]}` : edges[0];
    return { key: `band ${band}`, name, symbols: null, groups: own, count: own.reduce((sum, step) => sum + counts[step], 0), colour: ramp[own[stepsOfBand / 2]], shape: 'circle' };
  });
  rows.push({ key: 'unknown', name: numbers ? 'not known' : 'loading', symbols: null, groups: [steps], count: counts[steps], colour: grey(scheme), shape: 'circle' });
  return { by, groupOf, groups, rows: rows.filter(({ count }) => count > 0) };
}
