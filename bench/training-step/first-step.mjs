#!/usr/bin/env node
// From `glyphscope train` to its first step, in seconds, on a small collection whose features are there: the start of the
// command, the engine and the trainer, k-means, the neighbour map, the recording of the step, and the step itself.
//
//   node_modules/.bin/node bench/training-step/first-step.mjs [--preset small] [--images 500] [--times 5] [--threads N] [--json FILE]
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import yauzl from 'yauzl';
import { build } from '../../scripts/build.mjs';
import { engineEntry, engineNode, root } from '../../scripts/project.mjs';
import { median, report, row } from '../report.mjs';

const text = (value) => ({ type: 'string', default: value });
const { values } = parseArgs({ options: { preset: text('small'), images: text('500'), times: text('5'), threads: text('0'), json: text('') } });
const goal = 10;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'glyphscope-first-step-'));

/** Runs a command of the product; fails with what it said. */
function glyphscope(...args) {
  return new Promise((resolve, reject) => {
    const child = spawn(engineNode(), [engineEntry, ...args, '--library', path.join(folder, 'library')], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (bytes) => (said += bytes));
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`glyphscope ${args[0]} ended with code ${code}: ${said}`))));
  });
}

/** So many images of the sample, of all its parts, in class folders. */
function unpackSample(into, count) {
  return new Promise((resolve, reject) => {
    yauzl.open(path.join(root, 'resources/sample/cifar10-sample.zip'), { lazyEntries: true }, (failure, zip) => {
      if (failure) return reject(failure);
      let [seen, taken] = [0, 0];
      zip.on('error', reject).on('end', resolve).on('entry', (entry) => {
        const due = Math.ceil((++seen * count) / zip.entryCount);
        if (taken === due || !/\.(png|jpe?g)$/i.test(entry.fileName)) return zip.readEntry();
        taken++;
        zip.openReadStream(entry, (error, stream) => {
          if (error) return reject(error);
          const file = path.join(into, entry.fileName);
          fs.mkdirSync(path.dirname(file), { recursive: true });
          stream.pipe(fs.createWriteStream(file)).on('error', reject).on('finish', () => zip.readEntry());
        });
      });
      zip.readEntry();
    });
  });
}

/** Seconds from the command to the first step that the run's log tells of. */
async function firstStep(name) {
  const began = Date.now();
  await glyphscope('train', '--collection', 'images', '--name', name, '--preset', values.preset, '--steps', '1', '--threads', values.threads);
  for (const run of fs.readdirSync(path.join(folder, 'library/runs'))) {
    const events = fs.readFileSync(path.join(folder, 'library/runs', run, 'log.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line));
    const at = Date.parse(events.find(({ type }) => type === 'step')?.time);
    if (at >= began) return (at - began) / 1000;
  }
  throw new Error('the training told of no step');
}

try {
  await build({ say: (line) => console.error(line) });
  await unpackSample(path.join(folder, 'images'), Number(values.images));
  await glyphscope('import', '--collection', 'images', path.join(folder, 'images'));
  await glyphscope('features', '--collection', 'images');
  const seconds = [];
  for (let i = 0; i < Number(values.times); i++) {
    seconds.push(await firstStep(`run ${i}`));
    console.error(`${seconds.at(-1).toFixed(2)} s`);
  }
  report([row({ name: `start of training to first step, ${values.preset}, ${values.images} images`, ours: median(seconds), unit: 's', goal, cores: Number(values.threads) || os.availableParallelism(), load: os.loadavg()[0] })], values.json);
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}
