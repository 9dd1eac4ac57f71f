/** One line: its values stand in `ChartData.y` at the same place. */
export interface ChartSeries {
  /** Short name, drawn at the line's end and in the legend: "1", "teacher". */
  label: string;
  /** Said by screen readers and in the table's head, when the label alone is too short: "prefix 1". */
  name?: string;
  /** A dashed, quiet line that others are compared with. */
  reference?: boolean;
  /** Draws each value as a dot, for sparse values. */
  dots?: boolean;
}

/** `x` rises; each row of `y` has its length; null is a gap. Arrays may grow in place as long as the object is new. */
export interface ChartData {
  x: readonly number[];
  y: readonly (readonly (number | null)[])[];
  /** Of arrays that grow in place: changes whenever values that were there change. With it only new rows are looked at. */
  revision?: number;
}

/** A place on x that something happened at. */
export interface ChartMark {
  x: number;
  label: string;
}

/** The index whose x is nearest; −1 without data. */
export function nearestIndex(x: readonly number[], value: number): number {
  if (x.length === 0) return -1;
  let low = 0;
  let high = x.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (x[middle] <= value) low = middle;
    else high = middle;
  }
  return value - x[low] <= x[high] - value ? low : high;
}

/** The last row that has any value; −1 without data. */
export function lastIndex(data: ChartData): number {
  for (let i = data.x.length - 1; i >= 0; i--) if (data.y.some((row) => row[i] !== null && row[i] !== undefined)) return i;
  return -1;
}

const rowsOf = (xName: string, series: readonly ChartSeries[], data: ChartData): (string | number)[][] => [
  [xName, ...series.map((s) => s.name ?? s.label)],
  ...data.x.map((x, i) => [x, ...data.y.map((row) => row[i] ?? '')]),
];

/** The rows behind a chart as tab-separated text with a head line, for the clipboard. */
export const toTabSeparated = (xName: string, series: readonly ChartSeries[], data: ChartData): string => rowsOf(xName, series, data).map((row) => row.join('\t')).join('\n');

/** The same as CSV (RFC 4180): commas, CRLF, quotes round what holds a comma, a quote or a line break. */
export function toCsv(xName: string, series: readonly ChartSeries[], data: ChartData): string {
  const cell = (value: string | number) => (typeof value === 'string' && /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
  return rowsOf(xName, series, data).map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

/**
 * Heights for labels at the ends of lines: each as near as possible to the height it wants (`wanted`, in pixels from
 * the top), none nearer than `gap` to another, all within `low` to `high`. Order is kept; the result follows the input.
 */
export function placeLabels(wanted: readonly number[], gap: number, low: number, high: number): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a] - wanted[b]);
  const room = Math.min(gap, order.length > 1 ? (high - low) / (order.length - 1) : gap);
  const placed = order.map((i) => Math.min(high, Math.max(low, wanted[i])));
  for (let i = 1; i < placed.length; i++) placed[i] = Math.max(placed[i], placed[i - 1] + room);
  let limit = high;
  for (let i = placed.length - 1; i >= 0; i--) {
    placed[i] = Math.min(placed[i], limit);
    limit = placed[i] - room;
  }
  const result = new Array<number>(wanted.length);
  order.forEach((index, i) => (result[index] = placed[i]));
  return result;
}
