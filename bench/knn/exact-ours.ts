/** Our side of exact.mjs: the same lines as faiss_peer.py. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { startBackend } from '../../src-main/model/backend';
import { nearestRows, type NearestRows } from '../../src-main/model/nearest-rows';

interface Request {
  bank: string;
  queries: string;
  rows: string;
  similarities: string;
  width: number;
  k: number;
  threads: number;
}

const say = (message: object) => process.stdout.write(`${JSON.stringify(message)}\n`);
const floats = (path: string) => new Float32Array(Uint8Array.from(readFileSync(path)).buffer);
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const request = JSON.parse((await lines.next()).value as string) as Request;
const { description } = await startBackend('tensorflow', { threads: request.threads });
const [bank, queries] = [floats(request.bank), floats(request.queries)];
say({ backend: description });
while (!(await lines.next()).done) {
  const start = performance.now();
  const found: NearestRows = await nearestRows({ bank, queries, width: request.width, k: request.k });
  const seconds = (performance.now() - start) / 1000;
  writeFileSync(request.rows, found.rows);
  writeFileSync(request.similarities, found.similarities);
  say({ seconds });
}
