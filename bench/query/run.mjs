#!/usr/bin/env node
/**
 * Time from a query to its count and first page, as the window asks it: through the socket of a running engine. Libraries
 * with 60,000 and 1,000,000 descriptions are made first. No query is asked twice, so no answer is a remembered one; every
 * count is compared with a scan that asks each row of the database by itself.
 *
 *     npx node bench/query/run.mjs [--sizes 60000,1000000] [--rounds 9] [--json]
 *     npx node bench/query/run.mjs --library DIR --collection NAME --run RUN [--rounds 9]     a library of yours, which is copied
 */
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import { build } from 'vite';
import { WebSocket } from 'ws';
import { build as buildProduct } from '../../scripts/build.mjs';
import { engineNode, root } from '../../scripts/project.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const text = (standard) => ({ type: 'string', default: standard });
const { values } = parseArgs({
  options: { sizes: text('60000,1000000'), rounds: text('9'), json: { type: 'boolean', default: false }, library: { type: 'string' }, collection: { type: 'string' }, run: { type: 'string' } },
});
const rounds = Number(values.rounds);
const pageSize = 120;
const goalOf = (images) => (images <= 60_000 ? 50 : 300);

/** Queries of each kind, another one in each round. */
const kinds = {
  label: (r, label) => `label:${label(r)}`,
  'file name': (r) => `"${String(100 + 7 * r)}"`,
  'name with stars': (r) => `name:*${10 + r}*7.*`,
  prefix: (r, _, symbol) => `${symbol(r)} ${symbol(r + 1)}`,
  wildcards: (r, _, symbol) => `* ${symbol(r)} * ${symbol(r + 3)}`,
  'symbol anywhere': (r, _, symbol) => `has:${symbol(r)}`,
  'symbols, label and not': (r, label, symbol) => `has:${symbol(r + 1)}@5 -label:${label(r)} -has:${symbol(r + 2)}`,
  brackets: (r, label, symbol) => `split:test (has:${symbol(r)} or has:${symbol(r + 5)} or label:${label(r + 1)}) not ${symbol(r + 2)}`,
  'tag and size': (r) => `tag:"to check" width>${100 + r} bytes<${40 + r}k`,
  'nearly all': (r, _, symbol) => `-(has:${symbol(r + 40)} has:${symbol(r + 41)})`,
};

const median = (times) => [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)];

/** Starts the engine of a library and connects to it as the command line does. */
async function serve(library) {
  const child = spawn(engineNode(), [join(root, 'out/engine/cli.mjs'), 'serve', '--library', library, '--json'], { stdio: ['pipe', 'pipe', 'ignore'] });
  await new Promise((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (data) => /"link"/.test((said += data)) && resolve());
    child.once('exit', (code) => reject(new Error(`The engine ended with ${code}.`)));
  });
  const { port, hostToken } = JSON.parse(readFileSync(join(library, 'library.lock'), 'utf8'));
  const socket = new WebSocket(`ws://127.0.0.1:${port}/rpc`, { headers: { Authorization: `Bearer ${hostToken}` }, perMessageDeflate: false });
  socket.binaryType = 'arraybuffer';
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const close = () =>
    new Promise((resolve) => {
      child.removeAllListeners('exit').once('exit', resolve);
      socket.close();
      child.kill('SIGTERM');
    });
  return { client: createORPCClient(new RPCLink({ websocket: socket })), close };
}

async function measure(library, collectionName, runName, bench) {
  const open = async () => {
    const engine = await serve(library);
    const collection = (await engine.client.collections.list()).find(({ name }) => name === collectionName);
    const run = (await engine.client.runs.list()).find(({ name }) => name === runName);
    const ask = async (query) => {
      const begun = performance.now();
      const { total } = await engine.client.images.list({ collection: collection.id, run: run.id, query, offset: 0, limit: pageSize });
      return { total, time: performance.now() - begun };
    };
    return { ...engine, collection, run, ask };
  };

  // At once after the start, before anything was looked at: the columns are read first.
  let engine = await open();
  const { images } = engine.collection;
  const cold = await engine.ask('has:1 split:test');
  await engine.close();

  engine = await open();
  await engine.ask(''); // what the window asks when it opens
  await engine.client.images.facets({ collection: engine.collection.id, run: engine.run.id }); // waits until the columns are there
  await engine.ask('width>1');
  const names = engine.collection.labels.map(({ name }) => `"${name}"`);
  const size = engine.run.config.vocabulary;
  const label = (r) => names[r % names.length];
  const symbol = (r) => (r * 5) % size;
  const asked = Object.entries(kinds).map(([kind, write]) => ({ kind, queries: Array.from({ length: rounds }, (_, r) => write(r, label, symbol)), times: [], totals: [] }));
  for (let r = 0; r < rounds; r++)
    for (const one of asked) {
      const { total, time } = await engine.ask(one.queries[r]);
      one.times.push(time);
      one.totals.push(total);
    }
  await engine.close();

  const scanned = bench.countByScan(library, collectionName, runName, asked.flatMap(({ queries }) => queries));
  const wrong = asked.flatMap(({ queries, totals }) => queries.map((query, r) => ({ query, total: totals[r] }))).filter(({ total }, i) => total !== scanned[i]);
  const goal = goalOf(images);
  const rows = asked.map(({ kind, times, totals }) => ({ name: `search ${images}: ${kind}`, ours: median(times), most: Math.max(...times), found: median(totals), peer: null, unit: 'ms', goal, met: median(times) <= goal, cores: availableParallelism(), load: loadavg()[0] }));
  rows.push({ name: `search ${images}: first after the start`, ours: cold.time, most: cold.time, found: cold.total, peer: null, unit: 'ms', goal: null, met: null, cores: availableParallelism(), load: loadavg()[0] });
  rows.push({ name: `search ${images}: counts that differ from a scan, of ${scanned.length}`, ours: wrong.length, most: wrong.length, found: null, peer: null, unit: 'queries', goal: 0, met: wrong.length === 0, cores: availableParallelism(), load: loadavg()[0] });
  for (const row of rows)
    console.log(values.json ? JSON.stringify(row) : `${row.name.padEnd(64)} ${row.ours.toFixed(1).padStart(8)} ${row.unit}  at most ${row.most.toFixed(1).padStart(8)}  found ${String(row.found ?? '').padStart(8)}  ${row.goal === null ? '' : `goal ${row.goal} ${row.met ? 'met' : 'NOT MET'}`}`);
  for (const { query, total } of wrong.slice(0, 5)) console.log(`differs: ${query} gave ${total}`);
  return rows.every(({ met }) => met !== false);
}

await buildProduct();
const out = join(root, 'out/bench/query');
await build({
  root, configFile: false, publicDir: false, logLevel: 'error',
  build: { ssr: true, outDir: out, emptyOutDir: true, target: 'node22', rolldownOptions: { input: { library: join(here, 'library.ts') }, preserveEntrySignatures: 'strict', output: { format: 'es', entryFileNames: '[name].mjs' } } },
});
const bench = await import(pathToFileURL(join(out, 'library.mjs')).href);
const folder = mkdtempSync(join(tmpdir(), 'glyphscope-query-'));
let met = true;
try {
  if (values.library) {
    const copy = join(folder, 'library');
    mkdirSync(copy);
    for (const name of ['library.sqlite', 'library.sqlite-wal'])
      try {
        copyFileSync(join(values.library, name), join(copy, name));
      } catch (error) {
        if (error.code !== 'ENOENT') throw error; // a library that was closed has no log beside it
      }
    met = await measure(copy, values.collection, values.run, bench);
  } else
    for (const size of values.sizes.split(',').map(Number)) {
      const library = join(folder, String(size));
      bench.makeLibrary(library, size);
      met = (await measure(library, 'Synthetic', 'Random symbols', bench)) && met;
      rmSync(library, { recursive: true, force: true });
    }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = met ? 0 : 1;
