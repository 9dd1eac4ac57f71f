/**
 * How well points on the plane keep the neighbours of rows: trustworthiness (Venna & Kaski 2001; scikit-learn's definition)
 * and the share of the nearest 15 that are the same, over a fixed sample of queries against all, both exact.
 */
import { readFileSync } from 'node:fs';
import { mulberry32 } from '../../src-main/evaluation/split';
import { backendProduct } from '../../src-main/model/matrix-product';
import { startBackend } from '../../src-main/model/backend';

const k = 15;
const atOnce = 128;
const [rowsFile, width, sample, threads, ...pointFiles] = process.argv.slice(2);
const floats = (path: string) => new Float32Array(Uint8Array.from(readFileSync(path)).buffer);

await startBackend('tensorflow', { threads: Number(threads) });
const d = Number(width);
const rows = floats(rowsFile);
const n = rows.length / d;
const maps = pointFiles.map(floats);
const random = mulberry32(1);
const queries = Array.from({ length: Math.min(n, Number(sample)) }, () => Math.floor(random() * n));
const sums = maps.map(() => ({ late: 0, kept: 0 }));
for (let from = 0; from < queries.length; from += atOnce) {
  const block = queries.slice(from, from + atOnce);
  const picked = new Float32Array(block.length * d);
  block.forEach((i, at) => picked.set(rows.subarray(i * d, (i + 1) * d), at * d));
  const similarities = await backendProduct(picked, block.length, rows, n, d);
  block.forEach((i, at) => {
    const similarity = similarities.subarray(at * n, (at + 1) * n);
    maps.forEach((points, m) => {
      for (const j of nearestOnPlane(points, i)) {
        let rank = 1;
        for (let o = 0; o < n; o++) if (similarity[o] > similarity[j] && o !== i) rank++;
        sums[m].late += Math.max(0, rank - k);
        sums[m].kept += rank <= k ? 1 : 0;
      }
    });
  });
}
const q = queries.length;
console.log(JSON.stringify(sums.map(({ late, kept }) => ({ trustworthiness: 1 - (2 * late) / (q * k * (2 * n - 3 * k - 1)), overlap: kept / (q * k) }))));

/** The k points nearest to point i, itself left out. */
function nearestOnPlane(points: Float32Array, i: number): number[] {
  const found: number[] = [];
  const distances: number[] = [];
  for (let j = 0; j < n; j++) {
    const distance = (points[j * 2] - points[i * 2]) ** 2 + (points[j * 2 + 1] - points[i * 2 + 1]) ** 2;
    if (j === i || (found.length === k && distance >= distances[k - 1])) continue;
    let at = Math.min(found.length, k - 1);
    for (; at > 0 && distances[at - 1] > distance; at--) [distances[at], found[at]] = [distances[at - 1], found[at - 1]];
    [distances[at], found[at]] = [distance, j];
  }
  return found;
}
