#!/usr/bin/env node
/**
 * Exact k-NN of 10,000 queries in a bank of 50,000 rows of 384 numbers, by blocked products on native TensorFlow, against
 * faiss-cpu's IndexFlatIP on the same cores. Both run in turn, in processes of their own, and the answers are compared:
 * the same similarities to float rounding, and the same rows except where two similarities are closer than that.
 *
 *     npx node bench/knn/exact.mjs [--bank N] [--queries N] [--width N] [--k N] [--threads N] [--repeats N] [--json FILE]
 *
 * Needs Python 3 with numpy and faiss-cpu (PYTHON names it). Ours includes copying bank and queries to the backend at every
 * run; faiss holds its bank from the start.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'vite';

const here = fileURLToPath(new URL('.', import.meta.url));
const number = (text) => ({ type: 'string', default: String(text) });
const { values } = parseArgs({ options: { bank: number(50_000), queries: number(10_000), width: number(384), k: number(10), threads: number(Math.min(4, availableParallelism())), repeats: number(5), json: { type: 'string' } } });
const [bank, queries, width, k, threads, repeats] = [values.bank, values.queries, values.width, values.k, values.threads, values.repeats].map(Number);

const out = join(here, '../../out/bench/knn');
await build({ configFile: false, publicDir: false, logLevel: 'error', build: { ssr: true, outDir: out, emptyOutDir: true, target: 'node22', rolldownOptions: { input: { ours: join(here, 'exact-ours.ts') }, output: { format: 'es', entryFileNames: '[name].mjs' } } } });

const folder = mkdtempSync(join(tmpdir(), 'glyphscope-knn-'));
const file = (name) => join(folder, name);
const floats = (path) => new Float32Array(Uint8Array.from(readFileSync(path)).buffer);
const unitRows = (count) => {
  const rows = new Float32Array(count * width);
  for (let at = 0; at < rows.length; at += width) {
    let sum = 0;
    for (let t = at; t < at + width; t++) sum += (rows[t] = Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random())) ** 2;
    for (let t = at; t < at + width; t++) rows[t] /= Math.sqrt(sum);
  }
  return rows;
};
writeFileSync(file('bank'), unitRows(bank));
writeFileSync(file('queries'), unitRows(queries));

function side(name, command, args) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const say = async (line) => {
    child.stdin.write(`${line}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error(`${command} ended`);
    return JSON.parse(value);
  };
  const request = { bank: file('bank'), queries: file('queries'), rows: file(`${name}-rows`), similarities: file(`${name}-similarities`), width, k, threads };
  return { name, child, say, start: () => say(JSON.stringify(request)), times: [] };
}
const ours = side('ours', process.execPath, [join(out, 'ours.mjs')]);
const peer = side('peer', process.env.PYTHON ?? 'python3', [join(here, 'faiss_peer.py')]);
const about = { backend: (await ours.start()).backend, faiss: (await peer.start()).version };
for (const one of [ours, peer]) await one.say('run');
for (let i = 0; i < repeats; i++) for (const one of i % 2 ? [peer, ours] : [ours, peer]) one.times.push((await one.say('run')).seconds);
for (const { child } of [ours, peer]) child.stdin.end();

const [mine, theirs] = [ours, peer].map(({ name }) => ({ rows: new Int32Array(floats(file(`${name}-rows`)).buffer), similarities: floats(file(`${name}-similarities`)) }));
const rounding = 1e-5;
let furthest = 0;
let others = 0;
for (let i = 0; i < mine.rows.length; i++) {
  furthest = Math.max(furthest, Math.abs(mine.similarities[i] - theirs.similarities[i]));
  if (mine.rows[i] !== theirs.rows[i]) others++;
}
rmSync(folder, { recursive: true });

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const round = (value, digits) => Number(value.toFixed(digits));
const ratio = median(peer.times.map((seconds, i) => seconds / ours.times[i]));
const goal = 1;
const row = {
  name: `exact k-NN, ${bank} × ${queries} × ${width}, k = ${k}, vs faiss IndexFlatIP (speed)`,
  ours: round(median(ours.times), 3), peer: round(median(peer.times), 3), unit: 's', ratio: round(ratio, 3), goal, met: ratio >= goal && furthest < rounding, cores: threads, repeats,
  fastest: { ours: round(Math.min(...ours.times), 3), peer: round(Math.min(...peer.times), 3) },
  answers: { furthestSimilarities: furthest, otherRows: others, of: mine.rows.length }, ...about, load: round(loadavg()[0], 1),
};
console.log(JSON.stringify(row));
if (values.json) writeFileSync(values.json, `${JSON.stringify({ rows: [row] }, null, 1)}\n`);
