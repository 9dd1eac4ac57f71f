import { distinctRows } from '../evaluation/distinct-rows';
import { liveColumns } from '../evaluation/live-columns';
import type { EmbeddingSet } from './embedding-set';
import type { NearestQuestion } from './nearest-graph';
import { fitInto } from './point-box';
import { spreadDuplicates } from './spread-duplicates';
import { neighboursPerPoint, umap, type UmapOptions } from './umap';

/** Coordinates [n, 2] within −1 … 1 with the aspect kept, and how many units of UMAP's layout one of these is. */
export interface LaidOut {
  coordinates: Float32Array;
  extent: number;
}

/**
 * UMAP of a set's embeddings.
 *
 * Equal descriptions have equal embeddings, and UMAP would tear thousands of equal points apart at random. So each
 * different description is one point of the map. Then images of one description are spread around its point in a small
 * disc, each visible. Same set and seed, same coordinates on the same machine.
 * @param o.nearest the answer to `mapPoints`, where something faster found it
 * @throws the signal's reason when cancelled
 */
export async function mapOf(set: EmbeddingSet, o: UmapOptions): Promise<LaidOut> {
  o.onProgress?.({ phase: 'nearest neighbours', done: 0, total: null, unit: 'points' });
  const { group, rows, width } = pointsOf(set);
  const points = await umap(rows, width, o);
  const scale = fitInto(points, 1);
  const coordinates = spreadDuplicates(points, group);
  return { coordinates, extent: 1 / (fitInto(coordinates, 1) * scale) };
}

/** What the graph of a set's map asks: the nearest of each of its points. */
export function mapPoints(set: EmbeddingSet): NearestQuestion {
  const { rows, width } = pointsOf(set);
  return { rows, width, k: Math.min(neighboursPerPoint, rows.length / width), approximate: true };
}

/** One row for each different embedding, [m, width], without the columns that are zero in all, and that of each image, [n]. */
function pointsOf(set: EmbeddingSet): { group: Int32Array; rows: Float32Array; width: number } {
  const { group, first } = distinctRows(set.embeddings, set.width);
  const { a: rows, width } = liveColumns(rowsOf(set, first), new Float32Array(0), set.width);
  return { group, rows, width };
}

/** Some rows of a set, one after the other. */
export function rowsOf({ embeddings, width }: EmbeddingSet, rows: ArrayLike<number>): Float32Array {
  const out = new Float32Array(rows.length * width);
  for (let i = 0; i < rows.length; i++) out.set(embeddings.subarray(rows[i] * width, (rows[i] + 1) * width), i * width);
  return out;
}
