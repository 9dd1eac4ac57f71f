/** umap-js, asked through the same lines as umap_learn_peer.py. Rows of unit length, so its Euclidean distances order them as cosines do. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { UMAP } from 'umap-js';

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const request = JSON.parse((await lines.next()).value);
const { width } = request;
const all = new Float32Array(Uint8Array.from(readFileSync(request.rows)).buffer);
const rows = Array.from({ length: all.length / width }, (_, i) => Array.from(all.subarray(i * width, (i + 1) * width)));
say({ version: 'umap-js' });
while (!(await lines.next()).done) {
  const start = performance.now();
  const points = new UMAP({ nNeighbors: 15 }).fit(rows);
  const seconds = (performance.now() - start) / 1000;
  writeFileSync(request.points, Float32Array.from(points.flat()));
  say({ seconds });
}
