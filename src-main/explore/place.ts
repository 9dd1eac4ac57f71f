import type { Progress } from '../contract/progress';
import { mulberry32 } from '../evaluation/split';
import { dotAt } from './embedding-set';
import { Highest } from './highest';
import { distanceAt, type FoundRows } from './nearest-graph';
import { pauses } from './pause';
import { clipped, longestMove, negativeSamples, pull, push } from './umap-curve';
import { membershipScale } from './umap-graph';

/** The points of a map that stay where they are. */
export interface Anchors {
  /** Unit-length rows [n, width], some of which are the anchors'. */
  rows: Float32Array;
  width: number;
  /** For each anchor its row, [m]. */
  row: Int32Array;
  /** Where they stand, [m, 2], at the scale of UMAP's layout. */
  points: Float32Array;
}

/** Neighbours among the anchors that a new point looks at: as many as a point of the map has, besides itself. */
export const placingNeighbours = 14;
const epochs = 100;
/** umap-learn's: a new point begins near its place, so it moves a quarter as far as a point of a new layout. */
const firstRate = 0.25;

/**
 * Places unit-length rows [q, width] among anchors without moving those, as umap-learn's `transform` does: each begins at
 * the mean of its nearest anchors, weighted by membership, and then moves for a hundred epochs, drawn by those and pushed
 * by random ones. A row that equals an anchor stands on it. Every point is placed alone: what else is placed with it
 * changes nothing, and the same seed gives the same place.
 * @param o.nearest the `placingNeighbours` nearest anchors of each row, all there are if fewer, where something faster found them
 * @returns [q, 2] at the scale of the anchors
 * @throws the signal's reason when cancelled
 */
export async function placeAmong(
  anchors: Anchors,
  rows: Float32Array,
  o: { seed: number; nearest?: FoundRows | null; signal?: AbortSignal; onProgress?: Progress },
): Promise<Float32Array> {
  const { width } = anchors;
  const [m, q] = [anchors.row.length, rows.length / width];
  const k = Math.min(placingNeighbours, m);
  const pause = pauses(o.signal);
  const out = new Float32Array(q * 2);
  for (let i = 0; i < q; i++) {
    o.onProgress?.({ phase: 'placing', done: i, total: q, unit: 'points' });
    const near = o.nearest
      ? Array.from({ length: k }, (_, t) => ({ row: o.nearest!.rows[i * k + t], score: o.nearest!.similarities[i * k + t] }))
      : nearestAnchors(anchors, rows, i, k);
    out.set(placeOne(anchors.points, near.map(({ row }) => row), near.map(({ score }) => distanceAt(score)), mulberry32(o.seed)), i * 2);
    await pause();
  }
  o.onProgress?.({ phase: 'placing', done: q, total: q, unit: 'points' });
  return out;
}

function nearestAnchors({ rows: bank, row, width }: Anchors, rows: Float32Array, i: number, k: number): { row: number; score: number }[] {
  const highest = new Highest(k);
  for (let j = 0; j < row.length; j++) {
    const similarity = dotAt(bank, row[j] * width, rows, i * width, width);
    if (similarity > highest.border) highest.offer(similarity, j);
  }
  return highest.sorted();
}

/** Two unit-length rows closer than float32 can tell are the same description. */
const nothing = 1e-3;

function placeOne(points: Float32Array, near: readonly number[], distances: readonly number[], random: () => number): [number, number] {
  if (distances[0] < nothing) return [points[near[0] * 2], points[near[0] * 2 + 1]];
  const scale = membershipScale(Float32Array.from(distances), 0, Math.log2(distances.length + 1));
  const weights = distances.map((d) => Math.exp(-d / scale));
  const all = weights.reduce((sum, w) => sum + w, 0);
  const highest = Math.max(...weights);
  let [x, y] = [0, 1].map((c) => near.reduce((sum, j, t) => sum + (weights[t] / all) * points[j * 2 + c], 0));
  const next = weights.map((w) => highest / w); // the epoch of each one's next pull
  const count = points.length / 2;
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const rate = firstRate * (1 - (epoch - 1) / epochs);
    near.forEach((j, t) => {
      if (next[t] > epoch) return;
      next[t] += highest / weights[t];
      const [dx, dy] = [x - points[j * 2], y - points[j * 2 + 1]];
      const squared = dx * dx + dy * dy;
      if (squared > 0) {
        const factor = pull(squared);
        x += clipped(factor * dx) * rate;
        y += clipped(factor * dy) * rate;
      }
      for (let s = 0; s < negativeSamples; s++) {
        const other = Math.floor(random() * count) * 2;
        const [ox, oy] = [x - points[other], y - points[other + 1]];
        const far = ox * ox + oy * oy;
        const factor = far > 0 ? push(far) : 0;
        x += (far > 0 ? clipped(factor * ox) : longestMove) * rate;
        y += (far > 0 ? clipped(factor * oy) : longestMove) * rate;
      }
    });
  }
  return [x, y];
}
