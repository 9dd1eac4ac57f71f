/** Values over rising x; null is a gap. */
export interface Points {
  x: readonly number[];
  y: readonly (number | null)[];
}

export interface Aligned {
  x: number[];
  /** A row for each line; null where it has no value. */
  y: (number | null)[][];
  /** The lines have too many different x: they are drawn at even places between their points. */
  interpolated: boolean;
}

/** Different values of x that are drawn at most. */
const mostPlaces = 1_500;

/** The value of a line at `at`, on the straight between its points; null outside of them and in gaps. */
export function valueAt({ x, y }: Points, at: number): number | null {
  let low = 0;
  let high = x.length - 1;
  if (high < 0 || at < x[0] || at > x[high]) return null;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (x[middle] <= at) low = middle;
    else high = middle;
  }
  if (at === x[low]) return y[low];
  if (at === x[high]) return y[high];
  const [a, b] = [y[low], y[high]];
  return a === null || b === null ? null : a + ((b - a) * (at - x[low])) / (x[high] - x[low]);
}

/** All values of x that some line has, ascending, or even places over their range where these are too many. */
export function sharedPlaces(lines: readonly Points[], most = mostPlaces): { x: number[]; all: boolean } {
  const union = new Set<number>();
  for (const { x } of lines) for (const value of x) union.add(value);
  const x = Float64Array.from(union).sort();
  if (x.length <= most) return { x: [...x], all: true };
  const [low, high] = [x[0], x[x.length - 1]];
  return { x: Array.from({ length: most }, (_, i) => (i === most - 1 ? high : low + ((high - low) * i) / (most - 1))), all: false };
}

/** Lines with x of their own as rows over one x. Where all x fit, every value stands at its own place and nowhere else. */
export function alignLines(lines: readonly Points[], most = mostPlaces): Aligned {
  const { x, all } = sharedPlaces(lines, most);
  if (!all) return { x, y: lines.map((line) => x.map((at) => valueAt(line, at))), interpolated: true };
  const place = new Map(x.map((value, i) => [value, i]));
  const y = lines.map((line) => {
    const row = new Array<number | null>(x.length).fill(null);
    line.x.forEach((value, i) => (row[place.get(value)!] = line.y[i]));
    return row;
  });
  return { x, y, interpolated: false };
}

export interface Band {
  x: number[];
  mean: (number | null)[];
  low: (number | null)[];
  high: (number | null)[];
}

/** Mean, least and greatest of several lines wherever one of them has a point, over the lines that reach that far. */
export function bandOf(lines: readonly Points[], most = mostPlaces): Band {
  const { x } = sharedPlaces(lines, most);
  const band: Band = { x, mean: [], low: [], high: [] };
  for (const at of x) {
    const values = lines.map((line) => valueAt(line, at)).filter((value) => value !== null);
    band.mean.push(values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : null);
    band.low.push(values.length ? Math.min(...values) : null);
    band.high.push(values.length ? Math.max(...values) : null);
  }
  return band;
}
