import type { Progress } from '../contract/progress';
import type { EmbeddingSet } from './embedding-set';
import { graphOfRows, nearestGraph, type FoundRows } from './nearest-graph';

/** The k nearest of each of n images by embedding, nearest first, itself left out. */
export interface NearestImages {
  /** [n] ascending. */
  images: Int32Array;
  /** [n, k] numbers of images. */
  neighbours: Int32Array;
  k: number;
}

/**
 * The k nearest of every image of a prepared set by cosine of the embeddings; all others in a set of k images or fewer.
 * @param o.nearest the k + 1 nearest rows of each, where something faster found them
 */
export async function nearestImages(
  { embeddings, width, images }: Pick<EmbeddingSet, 'embeddings' | 'width' | 'images'>,
  k: number,
  o: { nearest?: FoundRows | null; signal?: AbortSignal; onProgress?: Progress } = {},
): Promise<NearestImages> {
  const taken = Math.min(k + 1, images.length);
  const graph = o.nearest ? graphOfRows(o.nearest, taken) : await nearestGraph(embeddings, width, taken, o);
  const others = taken - 1;
  const neighbours = new Int32Array(images.length * others);
  for (let i = 0; i < images.length; i++) for (let t = 0; t < others; t++) neighbours[i * others + t] = images[graph.neighbours[i * taken + t + 1]];
  return { images: images.slice(), neighbours, k: others };
}

/**
 * For each image that both runs have described, how many of its k nearest by one run are among its k nearest by the other.
 * @returns images [m] ascending and kept [m], 0 … k
 */
export function keptNeighbours(a: NearestImages, b: NearestImages): { images: Int32Array; kept: Uint8Array } {
  const rowInB = new Map(Array.from(b.images, (image, row) => [image, row]));
  const rows = Array.from(a.images.keys()).filter((row) => rowInB.has(a.images[row]));
  const kept = new Uint8Array(rows.length);
  rows.forEach((row, i) => {
    const from = rowInB.get(a.images[row])! * b.k;
    const others = new Set(b.neighbours.subarray(from, from + b.k));
    for (let at = row * a.k; at < (row + 1) * a.k; at++) if (others.has(a.neighbours[at])) kept[i] += 1;
  });
  return { images: Int32Array.from(rows, (row) => a.images[row]), kept };
}
