#!/usr/bin/env node
// What a training is said to take before it starts, beside what it takes: for each configuration an estimate is measured
// anew, then the training is run, in turn, on the sample. `ours` is the middle of the estimate, `peer` the truth; met: the
// truth lies within the estimate's range.
//
//   node_modules/.bin/node bench/estimate/run.mjs [--times 2] [--threads N] [--only tiny,small,tuned] [--json FILE]
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build } from '../../scripts/build.mjs';
import { engineEntry, engineNode, root } from '../../scripts/project.mjs';
import { report, row } from '../report.mjs';

const text = (value) => ({ type: 'string', default: value });
const { values } = parseArgs({ options: { times: text('2'), threads: text('0'), only: text('tiny,small,tuned'), json: text('') } });
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'glyphscope-estimate-'));
const library = path.join(folder, 'library');
const cores = Number(values.threads) || os.availableParallelism();

/** The configurations, as flags of `train`. */
const configurations = {
  tiny: ['--preset', 'tiny', '--steps', '400', '--evaluate-every', '100', '--checkpoint-every', '100'],
  small: ['--preset', 'small', '--steps', '100', '--evaluate-every', '50', '--map-steps', '100', '--readout-steps', '200'],
  tuned: ['--preset', 'tiny', '--from', 'small 0', '--steps', '100', '--evaluate-every', '50'],
};

/** A cache like the user's, but for what was measured of trainings. */
function freshCache(name) {
  const real = path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'glyphscope');
  const own = path.join(folder, `cache-${name}`, 'glyphscope');
  fs.mkdirSync(own, { recursive: true });
  for (const entry of fs.existsSync(real) ? fs.readdirSync(real) : [])
    if (!['rehearsals.json', 'feature-rates.json'].includes(entry)) fs.symlinkSync(path.join(real, entry), path.join(own, entry));
  return path.dirname(own);
}

/** Runs a command of the product and gives its JSON; fails with what it said. */
function glyphscope(args, cache) {
  return new Promise((resolve, reject) => {
    const child = spawn(engineNode(), [engineEntry, ...args, '--library', library, '--json'], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, XDG_CACHE_HOME: cache } });
    let [out, said] = ['', ''];
    child.stdout.on('data', (bytes) => (out += bytes));
    child.stderr.on('data', (bytes) => (said += bytes));
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve(JSON.parse(out)) : reject(new Error(`glyphscope ${args[0]} ended with code ${code}: ${said}`))));
  });
}

/** Seconds from a run's registration to its end, and of its steps alone, by its own log. */
function truthOf({ id, createdAt }) {
  const events = fs.readFileSync(path.join(library, 'runs', String(id), 'log.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line));
  return { whole: (Date.parse(events.at(-1).time) - createdAt) / 1000, steps: events.filter(({ type }) => type === 'step').at(-1).seconds };
}

const rows = [];
try {
  await build({ say: (line) => console.error(line) });
  const first = freshCache('first');
  await glyphscope(['import', '--collection', 'images', path.join(root, 'resources/sample/cifar10-sample.zip')], first);
  for (let i = 0; i < Number(values.times); i++)
    for (const name of values.only.split(',')) {
      const flags = ['train', '--collection', 'images', '--name', `${name} ${i}`, '--threads', values.threads, ...configurations[name]];
      const cache = freshCache(`${name}-${i}`);
      const estimate = await glyphscope([...flags, '--estimate'], cache);
      const truth = truthOf(await glyphscope(flags, cache));
      const missing = estimate.parts.find(({ part }) => part === 'features').count;
      const say = (what, { low, high }, real) => {
        rows.push(row({ name: `${name}, ${what}, ${i + 1}`, ours: (low + high) / 2, peer: real, unit: 's', goal: `${low.toFixed(1)} to ${high.toFixed(1)}`, cores, met: real >= low && real <= high, load: Number(os.loadavg()[0].toFixed(1)) }));
        console.error(`${rows.at(-1).name}: ${low.toFixed(1)} to ${high.toFixed(1)} s, took ${real.toFixed(1)} s`);
      };
      say(`in all${missing > 0 ? `, ${missing} encodings` : ''}${estimate.beginning === 'kept' ? ', start kept' : ''}`, estimate.seconds, truth.whole);
      say('steps', estimate.parts.find(({ part }) => part === 'steps').seconds, truth.steps);
    }
  report(rows, values.json);
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}
