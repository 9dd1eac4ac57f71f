import type { Progress } from '../contract/progress';
import { distinctRows } from '../evaluation/distinct-rows';
import { liveColumns } from '../evaluation/live-columns';
import { mulberry32 } from '../evaluation/split';
import type { EmbeddingSet } from './embedding-set';
import { graphOfRows, nearestGraph, type FoundRows, type NearestQuestion } from './nearest-graph';
import { pauses } from './pause';
import { principalPlane } from './principal-plane';
import { spreadDuplicates } from './spread-duplicates';
import { fuzzyGraph } from './umap-graph';
import { epochsFor, layOut } from './umap-layout';

/** Of a point of the map, itself included. */
const neighboursPerPoint = 15;
/** UMAP starts its layout within ±10. */
const startExtent = 10;

/** Coordinates [n, 2] within −1 … 1 with the aspect kept, and how many units of UMAP's layout one of these is. */
export interface LaidOut {
  coordinates: Float32Array;
  extent: number;
}

/**
 * UMAP of a set's embeddings.
 *
 * Equal descriptions have equal embeddings, and UMAP would tear thousands of equal points apart at random. So each
 * different description is one point of the map: exact k-NN graph (15 with itself, cosine), start from the principal
 * plane, UMAP's layout. Then images of one description are spread around its point in a small disc, each visible.
 * Same set and seed, same coordinates on the same machine.
 * @param o.nearest the nearest of each of `mapPoints`, where something faster found them
 * @throws the signal's reason when cancelled
 */
export async function mapOf(set: EmbeddingSet, o: { seed: number; nearest?: FoundRows | null; signal?: AbortSignal; onProgress?: Progress }): Promise<LaidOut> {
  o.onProgress?.({ phase: 'nearest neighbours', done: 0, total: null, unit: 'points' });
  const groups = distinctRows(set.embeddings, set.width);
  const { a: rows, width } = liveColumns(rowsOf(set, groups.first), new Float32Array(0), set.width);

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
  const scale = fitInto(points, 1);
  const coordinates = spreadDuplicates(points, groups.group);
  return { coordinates, extent: 1 / (fitInto(coordinates, 1) * scale) };
}

/**
 * The points of a set's map, one for each different embedding: unit-length rows [m, width] without the columns that are
 * zero in all, and how many neighbours of each its graph takes.
 */
export function mapPoints(set: EmbeddingSet): NearestQuestion {
  const groups = distinctRows(set.embeddings, set.width);
  const { a: rows, width } = liveColumns(rowsOf(set, groups.first), new Float32Array(0), set.width);
  return { rows, width, k: Math.min(neighboursPerPoint, groups.count) };
}

/** Some rows of a set, one after the other. */
export function rowsOf({ embeddings, width }: EmbeddingSet, rows: ArrayLike<number>): Float32Array {
  const out = new Float32Array(rows.length * width);
  for (let i = 0; i < rows.length; i++) out.set(embeddings.subarray(rows[i] * width, (rows[i] + 1) * width), i * width);
  return out;
}

/** Moves and scales points [m, 2] in place: the middle of their box to 0, its longer side to ±extent. Gives the scale; 1 for a single place. */
export function fitInto(points: Float32Array, extent: number): number {
  const low = [Infinity, Infinity];
  const high = [-Infinity, -Infinity];
  for (let t = 0; t < points.length; t++) {
    low[t & 1] = Math.min(low[t & 1], points[t]);
    high[t & 1] = Math.max(high[t & 1], points[t]);
  }
  const half = Math.max(high[0] - low[0], high[1] - low[1]) / 2;
  const scale = half > 0 ? extent / half : 1;
  for (let t = 0; t < points.length; t++)
    points[t] = Math.min(extent, Math.max(-extent, (points[t] - (low[t & 1] + high[t & 1]) / 2) * scale));
  return scale;
}
