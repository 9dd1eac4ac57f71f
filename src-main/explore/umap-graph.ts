import type { NearestGraph } from './nearest-graph';

/** Weighted edges, each in both directions, ordered by head. */
export interface FuzzyGraph {
  count: number;
  head: Int32Array;
  tail: Int32Array;
  /** 0 to 1 */
  weight: Float64Array;
}

const tolerance = 1e-5;
const lowestScale = 1e-3;
const bisections = 64;

/**
 * UMAP's fuzzy simplicial set (McInnes, Healy & Melville 2018, algorithms 2 and 3, local connectivity 1): each point's
 * distances become memberships exp(−(d − ρ) / σ) whose sum is log2 k, and the two directions a, b of an edge are joined
 * as a + b − ab. The same numbers as umap-js, in flat arrays: 60,000 points take 40 MB, not 1 GB of maps.
 */
export function fuzzyGraph({ count, k, neighbours, distances }: NearestGraph): FuzzyGraph {
  let meanOfAll = 0;
  for (const d of distances) meanOfAll += d / distances.length;
  const membership = new Float64Array(count * k);
  for (let i = 0; i < count; i++) {
    const row = distances.subarray(i * k, (i + 1) * k);
    const rho = row.find((d) => d > 0) ?? 0;
    const mean = rho > 0 ? row.reduce((total, d) => total + d, 0) / k : meanOfAll;
    const sigma = Math.max(membershipScale(row.subarray(1), rho, Math.log2(k)), lowestScale * mean);
    for (let t = 0; t < k; t++) {
      if (neighbours[i * k + t] === i) continue;
      const beyond = row[t] - rho;
      membership[i * k + t] = beyond <= 0 ? 1 : Math.exp(-beyond / sigma);
    }
  }
  return union(count, k, neighbours, membership);
}

/** σ such that the memberships exp(−(d − ρ) / σ), at most 1, of neighbours at these distances sum to `wanted`, by bisection. */
export function membershipScale(distances: Float32Array, rho: number, wanted: number): number {
  let low = 0;
  let high = Infinity;
  let sigma = 1;
  for (let round = 0; round < bisections; round++) {
    let sum = 0;
    for (const d of distances) sum += d > rho ? Math.exp((rho - d) / sigma) : 1;
    if (Math.abs(sum - wanted) < tolerance) break;
    if (sum > wanted) {
      high = sigma;
      sigma = (low + high) / 2;
    } else {
      low = sigma;
      sigma = high === Infinity ? sigma * 2 : (low + high) / 2;
    }
  }
  return sigma;
}

function union(count: number, k: number, neighbours: Int32Array, membership: Float64Array): FuzzyGraph {
  // Edges into each point, as lists: start[j] … start[j + 1] of `from`.
  const start = new Int32Array(count + 1);
  for (let e = 0; e < neighbours.length; e++) if (membership[e] > 0) start[neighbours[e] + 1]++;
  for (let i = 0; i < count; i++) start[i + 1] += start[i];
  const next = start.slice();
  const from = new Int32Array(start[count]);
  const weightIn = new Float64Array(start[count]);
  for (let i = 0; i < count; i++)
    for (let e = i * k; e < (i + 1) * k; e++)
      if (membership[e] > 0) {
        const at = next[neighbours[e]]++;
        from[at] = i;
        weightIn[at] = membership[e];
      }

  const out = new Float64Array(count); // weight of i → j while point i is treated
  const head: number[] = [];
  const tail: number[] = [];
  const weight: number[] = [];
  const push = (i: number, j: number, w: number) => {
    head.push(i);
    tail.push(j);
    weight.push(w);
  };
  for (let i = 0; i < count; i++) {
    for (let e = i * k; e < (i + 1) * k; e++) out[neighbours[e]] = membership[e];
    for (let at = start[i]; at < start[i + 1]; at++) {
      const j = from[at];
      push(i, j, out[j] + weightIn[at] - out[j] * weightIn[at]);
      out[j] = 0;
    }
    for (let e = i * k; e < (i + 1) * k; e++) {
      const j = neighbours[e];
      if (out[j] > 0) push(i, j, out[j]);
      out[j] = 0;
    }
  }
  return { count, head: Int32Array.from(head), tail: Int32Array.from(tail), weight: Float64Array.from(weight) };
}
