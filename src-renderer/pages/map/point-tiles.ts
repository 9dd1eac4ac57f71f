import type { Box } from './camera';

/** Points by tile of the plane, so that a part of the map is drawn without looking at the rest. */
export interface PointTiles {
  /** Tiles along each side of −1 … 1. */
  readonly side: number;
  /** [n] points, tile by tile, row by row from below; shuffled within a tile. */
  readonly order: Uint32Array;
  /** [side² + 1] first entry of each tile in `order`, and the end. */
  readonly starts: Uint32Array;
}

/** A fixed shuffle of 0 … n − 1: drawn in stored order, the last class imported would cover the others. */
export function drawingOrder(count: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  let state = 0x9e3779b9;
  for (let i = count - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const j = Math.floor((state / 4294967296) * (i + 1));
    const kept = order[i];
    order[i] = order[j];
    order[j] = kept;
  }
  return order;
}

const tileAt = (value: number, side: number) => Math.min(side - 1, Math.max(0, Math.floor(((value + 1) / 2) * side)));

/** @param coordinates [n, 2] within −1 … 1 */
export function tilePoints(coordinates: Float32Array): PointTiles {
  const count = coordinates.length / 2;
  const side = Math.min(64, Math.max(1, Math.round(Math.sqrt(count / 200))));
  const starts = new Uint32Array(side * side + 1);
  const tiles = new Uint16Array(count);
  for (let i = 0; i < count; i++) {
    tiles[i] = tileAt(coordinates[2 * i + 1], side) * side + tileAt(coordinates[2 * i], side);
    starts[tiles[i] + 1] += 1;
  }
  for (let tile = 0; tile < side * side; tile++) starts[tile + 1] += starts[tile];
  const next = starts.slice(0, -1);
  const order = new Uint32Array(count);
  for (const point of drawingOrder(count)) order[next[tiles[point]]++] = point;
  return { side, order, starts };
}

/** Runs of `order`, [first, end) each, that hold every point of a box; neighbouring runs are one. */
export function runsWithin({ side, starts }: PointTiles, box: Box): [number, number][] {
  if (box.right < -1 || box.left > 1 || box.top < -1 || box.bottom > 1) return [];
  const [left, right] = [tileAt(box.left, side), tileAt(box.right, side)];
  const runs: [number, number][] = [];
  for (let row = tileAt(box.bottom, side); row <= tileAt(box.top, side); row++) {
    const [first, end] = [starts[row * side + left], starts[row * side + right + 1]];
    const last = runs[runs.length - 1];
    if (last && last[1] === first) last[1] = end;
    else if (end > first) runs.push([first, end]);
  }
  return runs;
}
