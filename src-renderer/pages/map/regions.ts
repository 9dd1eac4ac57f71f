import { visibleBox, type Camera } from './camera';
import type { MapPoints } from './groups';
import type { PointIndex } from './point-index';
import type { PrefixIds } from './prefix-ids';

/** A part of the map and the prefix that tells it from the rest. */
export interface Region {
  symbols: readonly number[];
  /** Mean place of its points that have the prefix. */
  x: number;
  y: number;
  /** Points shown in the region, those of them with the prefix, and those with it on the whole map. */
  points: number;
  with: number;
  everywhere: number;
  /** How many times more frequent the prefix is here than on the whole map. */
  lift: number;
}

/** Edge of a region's square on the screen, in CSS pixels, and the fewest points that make one. */
const regionEdge = 190;
const fewestPoints = 8;
/** Share of a region's points that a prefix must reach to stand for it. */
const leastShare = 0.25;
/** Counters that one question may take: longer prefixes are left to nearer views. */
const mostCounters = 6_000_000;

/**
 * The most telling prefix of each region in view: squares of a grid that is fixed to the map, of the size that fits the
 * present octave of zoom. A prefix tells more the more of the region has it and the rarer it is elsewhere: of those
 * that a quarter of the region's points have, the one with the greatest share × log2(lift). Neighbouring squares with
 * one prefix are one region. All points in view are counted.
 * @param accepts [n] 1 for points shown
 */
export function regionsInView(points: MapPoints, prefixes: PrefixIds, index: PointIndex, camera: Camera, accepts: Uint8Array): Region[] {
  const edge = regionEdge / 2 ** Math.floor(Math.log2(camera.scale)); // map units
  const box = visibleBox(camera);
  const [left, bottom] = [Math.floor(Math.max(-1, box.left) / edge), Math.floor(Math.max(-1, box.bottom) / edge)];
  const columns = Math.floor(Math.min(1, box.right) / edge) - left + 1;
  const rows = Math.floor(Math.min(1, box.top) / edge) - bottom + 1;
  if (columns <= 0 || rows <= 0) return [];
  const inView: number[] = index.within({ left: Math.max(-1, box.left), right: Math.min(1, box.right), bottom: Math.max(-1, box.bottom), top: Math.min(1, box.top) }, Infinity, (point) => accepts[point] === 1);
  const squares = columns * rows;
  const squareOf = new Uint16Array(inView.length);
  const totals = new Uint32Array(squares);
  inView.forEach((point, i) => {
    squareOf[i] = (Math.floor(points.coordinates[2 * point + 1] / edge) - bottom) * columns + Math.floor(points.coordinates[2 * point] / edge) - left;
    totals[squareOf[i]] += 1;
  });
  const total = points.images.length;
  const best = Array.from({ length: squares }, () => ({ length: 0, id: -1, score: 0 }));
  for (let length = 1; length <= points.length; length++) {
    const found = prefixes.of(length);
    if (found.counts.length * squares > mostCounters) break;
    const counts = new Uint32Array(found.counts.length * squares);
    for (let i = 0; i < inView.length; i++) counts[squareOf[i] * found.counts.length + found.ids[inView[i]]] += 1;
    for (let square = 0; square < squares; square++) {
      if (totals[square] < fewestPoints) continue;
      for (let id = 0; id < found.counts.length; id++) {
        const share = counts[square * found.counts.length + id] / totals[square];
        if (share < leastShare) continue;
        const score = share * Math.log2((share * total) / found.counts[id]);
        if (score > best[square].score) best[square] = { length, id, score };
      }
    }
  }
  const joined = joinEqual(best, columns);
  const sums = new Map<number, { x: number; y: number; with: number; points: number }>();
  for (let square = 0; square < squares; square++) {
    if (best[square].id < 0) continue;
    const sum = sums.get(joined[square]) ?? { x: 0, y: 0, with: 0, points: 0 };
    sum.points += totals[square];
    sums.set(joined[square], sum);
  }
  inView.forEach((point, i) => {
    const { length, id } = best[squareOf[i]];
    const sum = sums.get(joined[squareOf[i]]);
    if (!sum || prefixes.of(length).ids[point] !== id) return;
    sum.x += points.coordinates[2 * point];
    sum.y += points.coordinates[2 * point + 1];
    sum.with += 1;
  });
  return [...sums]
    .map(([square, sum]): Region => {
      const found = prefixes.of(best[square].length);
      const everywhere = found.counts[best[square].id];
      return {
        symbols: prefixes.symbolsOf(found, best[square].id),
        x: sum.x / sum.with,
        y: sum.y / sum.with,
        points: sum.points,
        with: sum.with,
        everywhere,
        lift: ((sum.with / sum.points) * total) / everywhere,
      };
    })
    .sort((a, b) => b.with - a.with);
}

/** For each square the first of those that touch it, by edges, with the same prefix. */
function joinEqual(best: readonly { length: number; id: number }[], columns: number): Int32Array {
  const first = Int32Array.from(best, () => -1);
  best.forEach(({ length, id }, start) => {
    if (id < 0 || first[start] >= 0) return;
    const waiting = [start];
    first[start] = start;
    while (waiting.length > 0) {
      const at = waiting.pop() as number;
      const column = at % columns;
      for (const next of [column > 0 ? at - 1 : -1, column + 1 < columns ? at + 1 : -1, at - columns, at + columns]) {
        if (next < 0 || next >= best.length || first[next] >= 0 || best[next].id !== id || best[next].length !== length) continue;
        first[next] = start;
        waiting.push(next);
      }
    }
  });
  return first;
}
