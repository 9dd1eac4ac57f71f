import type { Progress } from '../contract/progress';
import { nearestRows, type NearestRows } from './nearest-rows';

/** Multiplications from which the exact search of all pairs takes minutes on four cores: 160,000 rows of 384 numbers. */
export const manyMultiplications = 1e13;

/** Cells that a row is searched in, the nearest to its own; rounds that their centres take to settle; rows these look at for each. */
const searchedCells = 48;
const rounds = 4;
const rowsPerCentre = 32;
/** Rows that the answers are compared with the exact ones of. */
const checkedRows = 1000;

/** Nearest rows, and the share of the true ones among them, measured on an even sample. */
export interface NearestInCells extends NearestRows {
  recall: number;
}

/**
 * The nearest of each of many unit-length rows [n, width] among all of them, most but not all of them exactly found: rows
 * are divided into √n cells around centres (inverted lists, Jégou et al. 2011), and those of a cell are compared with all
 * rows of the cells whose centres are nearest to its own, by products of whole blocks on the started backend. No random
 * choice: the same rows give the same answer.
 * @throws the signal's reason when cancelled
 */
export async function nearestInCells(o: { rows: Float32Array; width: number; k: number; signal?: AbortSignal; onProgress?: Progress }): Promise<NearestInCells> {
  const { rows, width, k, signal } = o;
  const n = rows.length / width;
  const count = Math.round(Math.sqrt(n));
  const centres = await settledCentres(rows, width, count, signal);
  const cellOf = (await nearestRows({ bank: centres, queries: rows, width, k: 1, signal })).rows;
  const members: number[][] = Array.from({ length: count }, () => []);
  cellOf.forEach((cell, i) => members[cell].push(i));
  const near = (await nearestRows({ bank: centres, queries: centres, width, k: count, signal })).rows;

  const found: NearestRows = { rows: new Int32Array(n * k), similarities: new Float32Array(n * k) };
  let done = 0;
  for (let cell = 0; cell < count; cell++) {
    o.onProgress?.({ phase: 'nearest neighbours', done, total: n, unit: 'points' });
    const queries = members[cell];
    if (queries.length === 0) continue;
    const candidates: number[] = [];
    for (let t = 0; t < count && (t < searchedCells || candidates.length < k); t++) for (const row of members[near[cell * count + t]]) candidates.push(row);
    candidates.sort((a, b) => a - b); // of equal rows the first counts, as in the exact search
    const some = await nearestRows({ bank: gathered(rows, width, candidates), queries: gathered(rows, width, queries), width, k, signal });
    queries.forEach((row, q) => {
      for (let t = 0; t < k; t++) {
        found.rows[row * k + t] = candidates[some.rows[q * k + t]];
        found.similarities[row * k + t] = some.similarities[q * k + t];
      }
    });
    done += queries.length;
  }
  const recall = await recallOf(found, o);
  o.onProgress?.({ phase: 'nearest neighbours', done: n, total: n, unit: 'points' });
  return { ...found, recall };
}

/** Unit-length means of the rows of an even sample nearest to each, beginning with single rows. */
async function settledCentres(rows: Float32Array, width: number, count: number, signal?: AbortSignal): Promise<Float32Array> {
  const sample = evenly(rows, width, count * rowsPerCentre);
  const centres = evenly(sample, width, count);
  for (let round = 0; round < rounds; round++) {
    const nearest = (await nearestRows({ bank: centres, queries: sample, width, k: 1, signal })).rows;
    const sums = new Float64Array(count * width);
    nearest.forEach((cell, i) => {
      for (let t = 0; t < width; t++) sums[cell * width + t] += sample[i * width + t];
    });
    for (let cell = 0; cell < count; cell++) {
      const sum = sums.subarray(cell * width, (cell + 1) * width);
      const length = Math.sqrt(sum.reduce((total, x) => total + x * x, 0));
      if (length > 0) for (let t = 0; t < width; t++) centres[cell * width + t] = sum[t] / length; // one without rows stays
    }
  }
  return centres;
}

/** The share of the exact nearest of an even sample that were found; a row as similar as the k-th counts as one of them. */
async function recallOf(found: NearestRows, { rows, width, k, signal }: { rows: Float32Array; width: number; k: number; signal?: AbortSignal }): Promise<number> {
  const n = rows.length / width;
  const places = evenPlaces(n, checkedRows);
  const exact = await nearestRows({ bank: rows, queries: gathered(rows, width, places), width, k, signal });
  const rounding = 1e-6;
  let right = 0;
  places.forEach((row, q) => {
    const border = exact.similarities[(q + 1) * k - 1] - rounding;
    for (let t = 0; t < k; t++) if (found.similarities[row * k + t] >= border) right++;
  });
  return right / (places.length * k);
}

const evenPlaces = (n: number, wanted: number) => Array.from({ length: Math.min(n, wanted) }, (_, i) => Math.floor((i * n) / Math.min(n, wanted)));
const evenly = (rows: Float32Array, width: number, wanted: number) => gathered(rows, width, evenPlaces(rows.length / width, wanted));

function gathered(rows: Float32Array, width: number, places: readonly number[]): Float32Array {
  const out = new Float32Array(places.length * width);
  places.forEach((row, i) => out.set(rows.subarray(row * width, (row + 1) * width), i * width));
  return out;
}
