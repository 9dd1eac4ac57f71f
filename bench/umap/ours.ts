/** Our side of run.mjs: the same lines as umap_learn_peer.py. The nearest rows on native TensorFlow, then UMAP on worker threads, as the map is made. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { neighboursPerPoint, umap } from '../../src-main/explore/umap';
import { startBackend } from '../../src-main/model/backend';
import { nearestAmong } from '../../src-main/model/nearest-among';

interface Request {
  rows: string;
  points: string;
  width: number;
  threads: number;
  layout: string;
}

const say = (message: object) => process.stdout.write(`${JSON.stringify(message)}\n`);
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const request = JSON.parse((await lines.next()).value as string) as Request;
const { width, threads } = request;
const { description } = await startBackend('tensorflow', { threads });
const rows = new Float32Array(Uint8Array.from(readFileSync(request.rows)).buffer);
say({ version: description });
while (!(await lines.next()).done) {
  const start = performance.now();
  const nearest = await nearestAmong({ rows, width, k: neighboursPerPoint });
  const graph = performance.now();
  const points = await umap(rows, width, { seed: 0, nearest, threads: { entry: request.layout, threads } });
  const end = performance.now();
  writeFileSync(request.points, points);
  say({ seconds: (end - start) / 1000, nearest: (graph - start) / 1000 });
}
