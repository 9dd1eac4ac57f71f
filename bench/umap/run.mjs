#!/usr/bin/env node
/**
 * UMAP of 60,000 rows of 384 numbers as the map is made, beside umap-learn on the same rows and cores, and of 10,000 rows
 * beside umap-js. All sides run in turn in processes of their own, the first round of each does not count. Time, and how
 * well the points keep the neighbours of the rows: see score.ts.
 *
 *     npx node bench/umap/run.mjs --features LIBRARY/features/TEACHER [--rows N] [--small N] [--threads N] [--repeats N]
 *       [--sample N] [--only umap-learn|umap-js] [--json FILE]
 *
 * Needs native TensorFlow, Python 3 with umap-learn (PYTHON names it), and a library in which all of CIFAR-10 has the
 * features of a training: feature-rows.mjs makes the rows from them.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'vite';
import { median, report, row } from '../report.mjs';
import { featureRows, width } from './feature-rows.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const number = (value) => ({ type: 'string', default: String(value) });
const { values } = parseArgs({
  options: { features: { type: 'string' }, rows: number(60_000), small: number(10_000), threads: number(Math.min(4, availableParallelism())), repeats: number(5), sample: number(5_000), only: { type: 'string' }, json: { type: 'string' } },
});
const features = values.features ?? process.env.GLYPHSCOPE_BENCH_FEATURES;
if (!features) throw new Error('--features DIR or GLYPHSCOPE_BENCH_FEATURES is missing: the features/<teacher> folder of a library with CIFAR-10.');
const [count, small, threads, repeats, sample] = [values.rows, values.small, values.threads, values.repeats, values.sample].map(Number);

const out = join(here, '../../out/bench/umap');
const input = { ours: join(here, 'ours.ts'), score: join(here, 'score.ts'), layout: join(here, '../../src-main/explore/layout-worker.ts') };
await build({ configFile: false, publicDir: false, logLevel: 'error', build: { ssr: true, outDir: out, emptyOutDir: true, target: 'node22', rolldownOptions: { input, output: { format: 'es', entryFileNames: '[name].mjs' } } } });
const built = (name) => join(out, `${name}.mjs`);
const folder = mkdtempSync(join(tmpdir(), 'glyphscope-umap-'));

/** One side, which has read its rows and run once. */
async function begin(name, rows, command, args) {
  const points = join(folder, `${name}-points`);
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const say = async (line) => {
    child.stdin.write(`${line}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error(`${command} ${args.join(' ')} ended.`);
    return JSON.parse(value);
  };
  const { version } = await say(JSON.stringify({ rows, points, width, threads, layout: built('layout') }));
  await say('run');
  return { name, version, points, child, runs: [], run: () => say('run') };
}

/** Ours and a peer in turn, then how well the last points of both keep neighbours. */
async function compare(name, rows, [command, ...args]) {
  const sides = [await begin('ours', rows, process.execPath, [built('ours')]), await begin('peer', rows, command, args)];
  for (let i = 0; i < repeats; i++)
    for (const side of i % 2 ? sides.toReversed() : sides) {
      side.runs.push(await side.run());
      console.error(`${name}: ${side.name} ${side.runs.at(-1).seconds.toFixed(2)} s`);
    }
  for (const { child } of sides) child.stdin.end();
  const scores = JSON.parse(execFileSync(process.execPath, [built('score'), rows, width, sample, threads, ...sides.map(({ points }) => points)].map(String), { stdio: ['ignore', 'pipe', 'ignore'] }));
  const [ours, peer] = sides.map(({ runs }, i) => ({ seconds: median(runs.map(({ seconds }) => seconds)), nearest: median(runs.map(({ nearest }) => nearest)), ...scores[i] }));
  return { ours, peer, version: sides[1].version };
}

const file = (rows) => {
  const path = join(folder, `rows-${rows}`);
  writeFileSync(path, featureRows(features, rows));
  return path;
};
const rows = [];
try {
  if (values.only !== 'umap-js') {
    const { ours, peer, version } = await compare('umap-learn', file(count), [process.env.PYTHON ?? 'python3', join(here, 'umap_learn_peer.py')]);
    const what = `UMAP, ${count.toLocaleString('en')} × ${width}`;
    rows.push(row({ name: `${what}, vs ${version} warm`, ours: ours.seconds, peer: peer.seconds, unit: 's', goal: 1, cores: threads, nearestSeconds: ours.nearest }));
    for (const [measure, key] of [['trustworthiness', 'trustworthiness'], ['neighbour overlap', 'overlap']])
      rows.push(row({ name: `${what}, ${measure} (k = 15) lost beside it`, ours: peer[key] - ours[key], unit: '', goal: 0.01, cores: threads, both: { ours: ours[key], peer: peer[key] } }));
  }
  if (values.only !== 'umap-learn') {
    const { ours, peer, version } = await compare('umap-js', file(small), [process.execPath, join(here, 'umap_js_peer.mjs')]);
    rows.push(row({ name: `UMAP, ${small.toLocaleString('en')} × ${width}, vs ${version}`, ours: ours.seconds, peer: peer.seconds, unit: 's', goal: 0.1, cores: threads, trustworthiness: { ours: ours.trustworthiness, peer: peer.trustworthiness }, overlap: { ours: ours.overlap, peer: peer.overlap } }));
  }
} finally {
  rmSync(folder, { recursive: true });
}
report(rows, values.json);
for (const { name, both } of rows) if (both) console.log(`${name}: ours ${both.ours.toFixed(4)}, peer ${both.peer.toFixed(4)}`);
