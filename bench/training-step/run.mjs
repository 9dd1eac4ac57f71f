#!/usr/bin/env node
// One training step of a preset against the same model in PyTorch eager on the same cores. Both run in turn, a few steps
// at a time, so that whatever else the machine does weighs on both alike; medians over all rounds are compared.
//
//   node_modules/.bin/node bench/training-step/run.mjs [--preset small] [--threads N] [--rounds 8] [--steps 4]
//
// Needs Python 3 with torch. Prints one JSON line {name, ours, peer, unit, ratio, goal, met, cores, ...}.
import { spawn } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'vite';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../..');
const { values } = parseArgs({ options: { preset: { type: 'string', default: 'small' }, threads: { type: 'string' }, rounds: { type: 'string', default: '8' }, steps: { type: 'string', default: '4' } } });
const threads = Number(values.threads ?? os.availableParallelism());

const out = path.join(root, 'out/bench');
await build({
  root, configFile: false, publicDir: false, logLevel: 'error',
  build: { ssr: true, outDir: out, emptyOutDir: true, target: 'node22', rolldownOptions: { input: { ours: path.join(here, 'ours.ts'), presets: path.join(root, 'src-main/contract/presets.ts') }, output: { format: 'es', entryFileNames: '[name].mjs' } } },
});
const { resolveConfig } = await import(path.join(out, 'presets.mjs'));
const config = resolveConfig({ preset: values.preset, backend: 'tensorflow', threads });
const featureWidth = 256;

// The same memory allocator settings for both, those that the product gives its trainer.
const env = { ...process.env, MALLOC_MMAP_THRESHOLD_: '4294967296', MALLOC_TRIM_THRESHOLD_: '17179869184' };
function side(command, args) {
  const child = spawn(command, args, { cwd: here, env, stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { child, say: async (line) => { child.stdin.write(`${line}\n`); const { value, done } = await lines.next(); if (done) throw new Error(`${command} ended`); return value; } };
}
const ours = side(process.execPath, [path.join(out, 'ours.mjs')]);
const about = JSON.parse(await ours.say(JSON.stringify({ config, featureWidth })));
const peer = side(process.env.PYTHON ?? 'python3', ['peer.py']);
await peer.say(JSON.stringify({ config, shape: about.shape, weights: about.weights, threads }));

const times = { ours: [], peer: [] };
for (const one of [ours, peer]) await one.say(3); // warm up
for (let round = 0; round < Number(values.rounds); round++)
  for (const [name, one] of round % 2 ? [['peer', peer], ['ours', ours]] : [['ours', ours], ['peer', peer]]) times[name].push(...JSON.parse(await one.say(values.steps)));
for (const { child } of [ours, peer]) child.stdin.end();

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const round = (value, digits = 1) => Number(value.toFixed(digits));
const [mine, theirs] = [median(times.ours), median(times.peer)];
const goal = 1.5;
console.log(JSON.stringify({
  name: `training step, ${values.preset}`, ours: round(mine), peer: round(theirs), unit: 'ms', ratio: round(mine / theirs, 2), goal, met: mine / theirs <= goal, cores: threads,
  fastest: { ours: round(Math.min(...times.ours)), peer: round(Math.min(...times.peer)) }, parameters: about.parameters, backend: about.backend, load: round(os.loadavg()[0]),
}));
process.exitCode = mine / theirs <= goal ? 0 : 1;
