#!/usr/bin/env node
/**
 * One question for the ten nearest of 1,000,000 embeddings of 384 numbers, as the window asks it: by embedding and by each
 * shared prefix of eight symbols. Compared with all products in float64.
 *
 *     npx node bench/knn/one-query.mjs [--rows N] [--width N] [--queries N] [--json FILE]
 *
 * The embeddings lie in 10,000 clusters of different sizes, as those of images do; a question is a row moved a little.
 */
import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({ options: { rows: { type: 'string', default: '1000000' }, width: { type: 'string', default: '384' }, queries: { type: 'string', default: '25' }, json: { type: 'string' } } });
const [n, width, queries] = [values.rows, values.width, values.queries].map(Number);
const [length, vocabulary, k, clusters] = [8, 128, 10, 10_000];

const out = join(root, 'out/bench/knn');
await build({ root, configFile: false, publicDir: false, logLevel: 'error', build: { ssr: true, outDir: out, emptyOutDir: true, target: 'node22', rolldownOptions: { input: { set: 'src-main/explore/embedding-set.ts', neighbours: 'src-main/explore/neighbours.ts' }, preserveEntrySignatures: 'strict', output: { format: 'es', entryFileNames: '[name].mjs' } } } });
const { prepareSet } = await import(join(out, 'set.mjs'));
const { findNeighbours } = await import(join(out, 'neighbours.mjs'));

const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
const centres = Float32Array.from({ length: clusters * width }, normal);
const embeddings = new Float32Array(n * width);
const symbols = new Uint16Array(n * length);
for (let i = 0; i < n; i++) {
  const cluster = Math.floor(clusters * Math.random() ** 2);
  for (let t = 0; t < width; t++) embeddings[i * width + t] = centres[cluster * width + t] + normal();
  for (let j = 0; j < length; j++) symbols[i * length + j] = Math.floor(cluster / vocabulary ** Math.max(0, 1 - j) + (j > 1 ? Math.random() * vocabulary : 0)) % vocabulary;
}
const started = performance.now();
const set = prepareSet({ embeddings, symbols, images: Int32Array.from({ length: n }, (_, i) => i), labels: new Int16Array(n).fill(-1), classes: [], width, length, vocabulary });
const prepared = performance.now() - started;

const times = [];
let right = 0;
for (let q = -2; q < queries; q++) {
  const near = Math.floor(Math.random() * n);
  const vector = Float32Array.from({ length: width }, (_, t) => set.embeddings[near * width + t] + (0.5 * normal()) / Math.sqrt(width));
  const start = performance.now();
  const { byEmbedding } = findNeighbours(set, { vector, symbols: set.symbols.subarray(near * length, (near + 1) * length), count: k });
  if (q < 0) continue; // the compiler warms up
  times.push(performance.now() - start);
  const products = new Float64Array(n);
  for (let i = 0; i < n; i++) for (let t = 0, at = i * width; t < width; t++) products[i] += set.embeddings[at + t] * vector[t];
  const border = products.toSorted()[n - k];
  right += byEmbedding.filter(({ image }) => products[image] >= border - 1e-6).length;
}
times.sort((a, b) => a - b);
const round = (value) => Number(value.toFixed(1));
const median = times[times.length >> 1];
const goal = 100;
const recall = right / (queries * k);
const row = { name: `one query, ${n} × ${width}, k = ${k}`, ours: round(median), peer: null, unit: 'ms', ratio: null, goal, met: median < goal && recall >= 0.99, cores: 1, recall, slowest: round(times.at(-1)), prepared: round(prepared), load: round(loadavg()[0]) };
console.log(JSON.stringify(row));
if (values.json) writeFileSync(values.json, `${JSON.stringify({ rows: [row] }, null, 1)}\n`);
