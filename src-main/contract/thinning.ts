/**
 * Long series are drawn and sent thinned: of each block of rows two points stay, its least and its greatest value in the
 * order in which they came, so that no peak is lost. A block of one row stays as it is. Blocks are given by the rows that
 * they begin with; the last one ends before `end`.
 */

/** Row numbers at which blocks of `rows` rows begin, from row `from` to before `end`. */
export function evenBlocks(from: number, end: number, rows: number): number[] {
  return Array.from({ length: Math.ceil((end - from) / rows) }, (_, i) => from + i * rows);
}

/** Row numbers at which a new cell of the width `cell` begins on a rising x. */
export function blocksByPlace(x: readonly number[], cell: number, from: number, end: number): number[] {
  const starts: number[] = [];
  let last = NaN;
  for (let row = from; row < end; row++) {
    const place = Math.floor(x[row] / cell);
    if (place === last) continue;
    last = place;
    starts.push(row);
  }
  return starts;
}

/** The places on x of what `thinValues` gives: the first and the last of each block. */
export function thinPlaces(x: readonly number[], starts: readonly number[], end: number): number[] {
  const points: number[] = [];
  for (let block = 0; block < starts.length; block++) {
    const last = (starts[block + 1] ?? end) - 1;
    points.push(x[starts[block]]);
    if (last > starts[block]) points.push(x[last]);
  }
  return points;
}

/** The least and the greatest value of each block, in the order in which they came; null where a block has no number. */
export function thinValues(values: readonly (number | null)[], starts: readonly number[], end: number): (number | null)[] {
  const points: (number | null)[] = [];
  for (let block = 0; block < starts.length; block++) {
    const first = starts[block];
    const last = (starts[block + 1] ?? end) - 1;
    if (first === last) {
      points.push(values[first]);
      continue;
    }
    let low = Infinity;
    let high = -Infinity;
    let rising = true;
    for (let row = first; row <= last; row++) {
      const value = values[row];
      if (value === null) continue;
      if (value < low) {
        low = value;
        rising = false;
      }
      if (value > high) {
        high = value;
        rising = true;
      }
    }
    if (low === Infinity) points.push(null, null);
    else points.push(...(rising ? [low, high] : [high, low]));
  }
  return points;
}
