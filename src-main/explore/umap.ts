import type { Progress } from '../contract/progress';
import { mulberry32 } from '../evaluation/split';
import { layoutThreads, sharedMemory } from './layout-threads';
import { graphOfRows, nearestGraph, type FoundRows } from './nearest-graph';
import { pauses } from './pause';
import { fitInto } from './point-box';
import { principalPlane } from './principal-plane';
import { fuzzyGraph } from './umap-graph';
import { beginLayout, epochsFor, runLayout } from './umap-layout';

/** Of a point, itself included. */
export const neighboursPerPoint = 15;
/** From so many points on other threads are worth their start. */
const threadedPoints = 4096;
/** UMAP starts its layout within ±10. */
const startExtent = 10;

/** The threads that a layout may use: their built entry, out/engine/layout.mjs, and how many. */
export interface LayoutThreads {
  entry: string;
  threads: number;
}

export interface UmapOptions {
  seed: number;
  /** The nearest of each row, `neighboursPerPoint` or as many as there are, where something faster found them. */
  nearest?: FoundRows | null;
  /** Other threads that lay the points out; this one alone without. */
  threads?: LayoutThreads | null;
  signal?: AbortSignal;
  onProgress?: Progress;
}

/**
 * UMAP of different unit-length rows [m, width] on the plane, [m, 2]: graph of the nearest 15 by cosine, start from the
 * principal plane, layout. Three points and fewer stay on that plane. Same rows and seed, same points on the same machine.
 * @throws the signal's reason when cancelled
 */
export async function umap(rows: Float32Array, width: number, o: UmapOptions): Promise<Float32Array> {
  const m = rows.length / width;
  const pause = pauses(o.signal);
  const points = await principalPlane(rows, width, o.signal);
  fitInto(points, startExtent);
  if (m <= 3) return points;
  const random = mulberry32(o.seed);
  // A touch of noise separates points that the plane puts on top of each other.
  for (let t = 0; t < points.length; t++) points[t] += (random() - 0.5) * 1e-3;
  const k = Math.min(neighboursPerPoint, m);
  const nearest = o.nearest ? graphOfRows(o.nearest, k) : await nearestGraph(rows, width, k, o);
  await pause();
  const graph = fuzzyGraph(nearest);
  await pause();
  const threads = m >= threadedPoints ? (o.threads ?? null) : null;
  const state = beginLayout(graph, points, { epochs: epochsFor(m), seed: o.seed, allocate: threads ? sharedMemory : undefined });
  return (threads ? layoutThreads(threads.entry, threads.threads) : runLayout)(state, o);
}
