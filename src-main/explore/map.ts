import type { Progress } from '../contract/progress';
import { distinctRows, type DistinctRows } from '../evaluation/distinct-rows';
import { mulberry32 } from '../evaluation/split';
import type { EmbeddingSet } from './embedding-set';
import { graphOfRows, nearestGraph, type FoundRows } from './nearest-graph';
import { pauses } from './pause';
import { principalPlane } from './principal-plane';
import { spreadDuplicates } from './spread-duplicates';
import { fuzzyGraph } from './umap-graph';
import { epochsFor, layOut } from './umap-layout';

/** Of a point of the map, itself included. */
const neighboursPerPoint = 15;
/** UMAP starts its layout within ±10. */
const startExtent = 10;

/**
 * UMAP of a set's embeddings, [n, 2] within −1 … 1 with the aspect kept.
 *
 * Equal descriptions have equal embeddings, and UMAP would tear thousands of equal points apart at random. So each
 * different description is one point of the map: exact k-NN graph (15 with itself, cosine), start from the principal
 * plane, UMAP's layout. Then images of one description are spread around its point in a small disc, each visible.
 * Same set and seed, same coordinates on the same machine.
 * @param o.nearest the nearest of each of `mapPoints`, where something faster found them
 * @throws the signal's reason when cancelled
 */
export async function mapOf(set: EmbeddingSet, o: { seed: number; nearest?: FoundRows | null; signal?: AbortSignal; onProgress?: Progress }): Promise<Float32Array> {
  const { width } = set;
  o.onProgress?.({ phase: 'nearest neighbours', done: 0, total: null, unit: 'points' });
  const groups = distinctRows(set.embeddings, width);
  const rows = rowsOf(set, groups);

  const pause = pauses(o.signal);
  const points = await principalPlane(rows, width, o.signal);
  fitInto(points, startExtent);
  if (groups.count > 3) {
    const random = mulberry32(o.seed);
    // A touch of noise separates points that the plane puts on top of each other.
    for (let t = 0; t < points.length; t++) points[t] += (random() - 0.5) * 1e-3;
    const k = Math.min(neighboursPerPoint, groups.count);
    const nearest = o.nearest ? graphOfRows(o.nearest, k) : await nearestGraph(rows, width, k, o);
    await pause();
    const graph = fuzzyGraph(nearest);
    await pause();
    await layOut(graph, points, { ...o, random, epochs: epochsFor(groups.count) });
  }
  fitInto(points, 1);
  const coordinates = spreadDuplicates(points, groups.group);
  fitInto(coordinates, 1);
  return coordinates;
}

/** The points of a set's map, one for each different embedding: unit-length rows [m, Z], and how many neighbours of each its graph takes. */
export function mapPoints(set: EmbeddingSet): { rows: Float32Array; k: number } {
  const groups = distinctRows(set.embeddings, set.width);
  return { rows: rowsOf(set, groups), k: Math.min(neighboursPerPoint, groups.count) };
}

function rowsOf({ embeddings, width }: EmbeddingSet, { count, first }: DistinctRows): Float32Array {
  const rows = new Float32Array(count * width);
  for (let g = 0; g < count; g++) rows.set(embeddings.subarray(first[g] * width, (first[g] + 1) * width), g * width);
  return rows;
}

/** Moves and scales points [m, 2] in place: the middle of their box to 0, its longer side to ±extent. */
export function fitInto(points: Float32Array, extent: number): void {
  const low = [Infinity, Infinity];
  const high = [-Infinity, -Infinity];
  for (let t = 0; t < points.length; t++) {
    low[t & 1] = Math.min(low[t & 1], points[t]);
    high[t & 1] = Math.max(high[t & 1], points[t]);
  }
  const half = Math.max(high[0] - low[0], high[1] - low[1]) / 2;
  const scale = half > 0 ? extent / half : 0;
  for (let t = 0; t < points.length; t++)
    points[t] = Math.min(extent, Math.max(-extent, (points[t] - (low[t & 1] + high[t & 1]) / 2) * scale));
}
