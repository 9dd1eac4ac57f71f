import type { MapPoint } from './camera';
import type { PointIndex } from './point-index';

/** An edge of the outline, from below to above. */
interface Edge {
  x: number;
  y: number;
  endX: number;
  endY: number;
}

/**
 * Whether a place lies within an outline by the even-odd rule: a ray to the right crosses it an odd number of times.
 * An edge counts from its lower end, included, to its upper end, left out.
 */
export function isEnclosed(x: number, y: number, edges: readonly Edge[]): boolean {
  let inside = false;
  for (const edge of edges) if (edge.y <= y && y < edge.endY && x < edge.x + ((y - edge.y) / (edge.endY - edge.y)) * (edge.endX - edge.x)) inside = !inside;
  return inside;
}

/** The edges of a closed outline; level ones enclose nothing by themselves and are left out. */
export function edgesOf(outline: readonly MapPoint[]): Edge[] {
  return outline.flatMap((from, i) => {
    const to = outline[(i + 1) % outline.length];
    if (from.y === to.y) return [];
    return from.y < to.y ? [{ x: from.x, y: from.y, endX: to.x, endY: to.y }] : [{ x: to.x, y: to.y, endX: from.x, endY: from.y }];
  });
}

/**
 * Every point within an outline, exactly: the same points as `isEnclosed` asked of each. Rows of the index's cells are
 * taken one by one; a cell that no edge comes near is inside or outside as a whole, and only points of the others are
 * looked at, with the edges that reach into their row.
 * @param coordinates [n, 2] of the index's points
 */
export function pointsWithin(index: PointIndex, coordinates: Float32Array, outline: readonly MapPoint[]): Uint32Array {
  const { side, starts, points } = index.cells;
  const found = new Uint32Array(points.length);
  let count = 0;
  const edges = edgesOf(outline);
  const cellOf = (value: number) => Math.min(side - 1, Math.max(0, Math.floor(((value + 1) / 2) * side)));
  const lowest = edges.reduce((least, edge) => Math.min(least, edge.y), Infinity);
  const highest = edges.reduce((most, edge) => Math.max(most, edge.endY), -Infinity);
  const near = new Uint8Array(side);
  for (let row = cellOf(lowest); row <= cellOf(highest) && edges.length > 0; row++) {
    const [low, high] = [(2 * row) / side - 1, (2 * (row + 1)) / side - 1];
    const [from, to] = [row === 0 ? -Infinity : low, row === side - 1 ? Infinity : high]; // the outer rows hold what lies at or beyond the edge
    const own = edges.filter((edge) => edge.y <= to && edge.endY >= from);
    near.fill(0);
    for (const edge of own) {
      const slope = (edge.endX - edge.x) / (edge.endY - edge.y);
      const a = edge.x + (Math.max(edge.y, from) - edge.y) * slope;
      const b = edge.x + (Math.min(edge.endY, to) - edge.y) * slope;
      near.fill(1, Math.max(0, cellOf(Math.min(a, b)) - 1), cellOf(Math.max(a, b)) + 2); // a cell more on each side: rounding decides nothing
    }
    let whole: boolean | null = null;
    for (let column = 0; column < side; column++) {
      const first = starts[row * side + column];
      const end = starts[row * side + column + 1];
      if (near[column] === 0) {
        whole ??= isEnclosed((2 * column + 1) / side - 1, (low + high) / 2, own);
        if (whole) {
          found.set(points.subarray(first, end), count);
          count += end - first;
        }
        continue;
      }
      whole = null;
      for (let at = first; at < end; at++) if (isEnclosed(coordinates[2 * points[at]], coordinates[2 * points[at] + 1], own)) found[count++] = points[at];
    }
  }
  return found.slice(0, count);
}
