#!/usr/bin/env node
// Makes the embedded run: what this folder holds. From the images of CIFAR-10 (a folder or archive with train/ and test/
// inside), with the product's own commands, into a library that may be a temporary one:
//
//   npm run build && node_modules/.bin/node resources/run/make.mjs cifar10-images.tar.gz --library DIR [--threads N]
//
// Steps that are done already (import, features, a finished training of the name) are not done again. With the `small`
// preset it takes 20 to 30 minutes on 4 cores; the evaluation's figures and these commands go to card.json.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'vite';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../..');
const { values, positionals } = parseArgs({ allowPositionals: true, options: { library: { type: 'string' }, threads: { type: 'string', default: '0' }, name: { type: 'string', default: 'CIFAR-10, GS 128' } } });
if (positionals.length !== 1 || !values.library) {
  console.error('usage: make.mjs IMAGES --library DIR [--threads N] [--name RUN]');
  process.exit(2);
}
const collection = 'CIFAR-10';
const cli = path.join(process.env.GLYPHSCOPE_OUT ?? path.join(root, 'out'), 'engine/cli.mjs');

/** Runs a command of the product; its progress goes to stderr. */
function glyphscope(...args) {
  const { status, stdout } = spawnSync(process.execPath, [cli, ...args, '--library', values.library, '--json'], { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8', maxBuffer: 1 << 26 });
  if (status !== 0) {
    console.error(`glyphscope ${args.join(' ')} ended with ${status}: ${stdout}`);
    process.exit(1);
  }
  return JSON.parse(stdout);
}

const training = ['train', '--collection', collection, '--preset', 'small', '--name', values.name, ...(values.threads === '0' ? [] : ['--threads', values.threads])];
const commands = [['import', path.basename(positionals[0]), '--collection', collection], ['features', '--collection', collection], training, ['encode', '--run', values.name, '--collection', collection], ['evaluate', '--run', values.name, '--collection', collection]];
const find = () => glyphscope('runs').runs.find((run) => run.name === values.name);

mkdirSync(values.library, { recursive: true });
glyphscope('import', positionals[0], '--collection', collection);
glyphscope('features', '--collection', collection);
if (find()?.state !== 'finished') glyphscope(...training);
glyphscope('encode', '--run', values.name, '--collection', collection);
const evaluation = glyphscope('evaluate', '--run', values.name, '--collection', collection);

const out = path.join(root, 'out/make-run');
await build({ root, configFile: false, publicDir: false, logLevel: 'error', build: { ssr: true, outDir: out, emptyOutDir: true, target: 'node22', rolldownOptions: { input: { write: path.join(root, 'src-main/training/embedded-run.ts') }, output: { format: 'es', entryFileNames: '[name].mjs' } } } });
const { writeEmbeddedRun } = await import(pathToFileURL(path.join(out, 'write.mjs')).href);
const run = find();
await writeEmbeddedRun({ runDirectory: path.join(values.library, 'runs', String(run.id)), target: here, name: values.name, collection, backend: run.backend, evaluation, commands: commands.map((command) => `glyphscope ${command.map((word) => (/[ ,]/.test(word) ? `"${word}"` : word)).join(' ')}`) });
console.log(`${here}: ${run.variant}, k-NN ${evaluation.student.knn.top1.toFixed(4)}, teacher ${evaluation.teacher.knn.top1.toFixed(4)}, retention ${evaluation.retention.toFixed(3)}`);
