import type { Progress } from '../contract/progress';
import { DotKernel } from './dot-kernel';
import { pauses } from './pause';

/** The k nearest of each of m points, itself first at distance 0: both [m, k], nearest first. */
export interface NearestGraph {
  count: number;
  k: number;
  neighbours: Int32Array;
  /** Euclidean distances between the unit-length rows, √(2 − 2·cosine). */
  distances: Float32Array;
}

/** The k nearest of each of the rows [m, width] are asked for: in the bank [n, width], or among the rows themselves, each included. */
export interface NearestQuestion {
  rows: Float32Array;
  bank?: Float32Array;
  width: number;
  k: number;
  /** Whether most of the true nearest will do where all would take minutes. */
  approximate?: boolean;
}

/** The k nearest rows of each of m rows by inner product, both [m, k], nearest first: see model/nearest-rows.ts. */
export interface FoundRows {
  rows: Int32Array;
  similarities: Float32Array;
  /** Share of the true nearest among them, measured on a sample; null or absent: all. */
  recall?: number | null;
}

/** The graph from the nearest rows among unit-length ones. */
export function graphOfRows(found: FoundRows, k: number): NearestGraph {
  const count = found.rows.length / k;
  const graph: NearestGraph = { count, k, neighbours: new Int32Array(count * k), distances: new Float32Array(count * k) };
  for (let i = 0; i < count; i++) {
    // A row is nearest to itself, but rounding may have put a close one before it.
    let at = i * k;
    graph.neighbours[at++] = i;
    for (let from = i * k; at < (i + 1) * k; from++) {
      if (found.rows[from] === i) continue;
      graph.neighbours[at] = found.rows[from];
      graph.distances[at++] = distanceAt(found.similarities[from]);
    }
  }
  return graph;
}

/** Between two rows of unit length. */
export const distanceAt = (similarity: number) => Math.sqrt(Math.max(0, 2 - 2 * similarity));

/**
 * The exact k-NN graph of unit-length rows [m, width], k ≤ m: tiles of products, each pair computed once. Among equal
 * similarities the tile order decides, so the graph is a function of the rows alone.
 */
export async function nearestGraph(
  rows: Float32Array,
  width: number,
  k: number,
  o: { signal?: AbortSignal; onProgress?: Progress } = {},
): Promise<NearestGraph> {
  const m = rows.length / width;
  const others = k - 1;
  const similarities = new Float32Array(m * others).fill(-Infinity); // descending in each row
  const neighbours = new Int32Array(m * others).fill(-1);
  const lowest = new Float32Array(m).fill(others > 0 ? -Infinity : Infinity);
  const keep = (row: number, other: number, similarity: number) => {
    const from = row * others;
    let at = from + others - 1;
    for (; at > from && similarities[at - 1] < similarity; at--) {
      similarities[at] = similarities[at - 1];
      neighbours[at] = neighbours[at - 1];
    }
    similarities[at] = similarity;
    neighbours[at] = other;
    lowest[row] = similarities[from + others - 1];
  };

  const { tile } = DotKernel;
  const kernel = new DotKernel(rows, width);
  const pause = pauses(o.signal);
  const tiles = Math.ceil(m / tile);
  const total = (tiles * (tiles + 1)) / 2;
  let done = 0;
  for (let ti = 0; ti < tiles; ti++) {
    o.onProgress?.({ phase: 'nearest neighbours', done: Math.round((done / total) * m), total: m, unit: 'points' });
    for (let tj = ti; tj < tiles; tj++, done++) {
      const products = kernel.tileAt(ti * tile, tj * tile);
      const endI = Math.min(m, (ti + 1) * tile);
      const endJ = Math.min(m, (tj + 1) * tile);
      for (let i = ti * tile; i < endI; i++) {
        const line = (i - ti * tile) * tile - tj * tile;
        for (let j = ti === tj ? i + 1 : tj * tile; j < endJ; j++) {
          const similarity = products[line + j];
          if (similarity > lowest[i]) keep(i, j, similarity);
          if (similarity > lowest[j]) keep(j, i, similarity);
        }
      }
      await pause();
    }
  }
  o.onProgress?.({ phase: 'nearest neighbours', done: m, total: m, unit: 'points' });

  const graph: NearestGraph = { count: m, k, neighbours: new Int32Array(m * k), distances: new Float32Array(m * k) };
  for (let i = 0; i < m; i++) {
    graph.neighbours[i * k] = i;
    for (let t = 0; t < others; t++) {
      graph.neighbours[i * k + t + 1] = neighbours[i * others + t];
      graph.distances[i * k + t + 1] = distanceAt(similarities[i * others + t]);
    }
  }
  return graph;
}
