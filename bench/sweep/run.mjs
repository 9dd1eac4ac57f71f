#!/usr/bin/env node
// The sweeps behind the README's table, with the product's own commands, on a library that holds all of CIFAR-10:
//
//   node_modules/.bin/node bench/sweep/run.mjs --library DIR --collection cifar10 [--out bench/sweep/results] [--parts nine,small,seeds,alone]
//
//   nine    the nine variants of the paper (required)
//   small   the same quantizers at K = 64, 32, 16 (six of them are required; all nine are trained)
//   seeds   two more seeds of VQ 256 and SS 256, the paper's worst (required)
//   alone   the best of the nine once more, with nothing beside it, for the time that one run takes
//   ablations  what each part of the method is worth; only when asked for
//
// Each goes on where it was when it is started again. Flags after -- go to every sweep, as -- --preset small --steps 2000.
// Then `check.mjs` says which criteria are met.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build } from '../../scripts/build.mjs';
import { engineEntry, engineNode } from '../../scripts/project.mjs';
import { defaultResults, readSweep } from './results.mjs';

const cut = process.argv.indexOf('--');
const [own, passed] = cut < 0 ? [process.argv.slice(2), []] : [process.argv.slice(2, cut), process.argv.slice(cut + 1)];
const { values } = parseArgs({ args: own, options: { library: { type: 'string' }, collection: { type: 'string', default: 'cifar10' }, out: { type: 'string', default: defaultResults }, parts: { type: 'string', default: 'nine,small,seeds,alone' } } });
if (!values.library) {
  console.error('usage: run.mjs --library DIR [--collection cifar10] [--out DIR] [--parts nine,small,seeds,alone,ablations] [-- training flags]');
  process.exit(2);
}
if (!process.env.GLYPHSCOPE_OUT) await build({ say: (line) => console.error(line) });
const entry = process.env.GLYPHSCOPE_OUT ? path.join(process.env.GLYPHSCOPE_OUT, 'engine/cli.mjs') : engineEntry;

/** Runs one sweep; a variant that fails is in its table, so only a sweep that could not be made ends here. */
function sweep(part, command, ...args) {
  const out = path.join(values.out, part);
  console.error(`${part}: glyphscope ${[command, ...args, ...passed].join(' ')}`);
  const { status, signal } = spawnSync(engineNode(), [entry, command, '--collection', values.collection, '--library', values.library, '--name', part, '--out', out, ...args, ...passed], { stdio: ['ignore', 2, 'inherit'] });
  if (signal || status === 130 || status === 2 || !readSweep(values.out, part)) process.exit(status ?? 1);
}

const best = () => {
  const done = readSweep(values.out, 'nine').variants.filter(({ evaluation }) => evaluation);
  if (done.length === 0) throw new Error('None of the nine variants is done: see bench/sweep/results/nine/table.md.');
  return done.reduce((a, b) => (b.evaluation.student.knn.top1 > a.evaluation.student.knn.top1 ? b : a)).config;
};
const parts = {
  nine: () => sweep('nine', 'sweep'),
  small: () => sweep('small', 'sweep', '--small'),
  seeds: () => sweep('seeds', 'sweep', '--grid', 'quantizer=vector,sharpened', '--grid', 'vocabulary=256', '--grid', 'seed=1,2'),
  alone: () => sweep('alone', 'sweep', '--grid', `quantizer=${best().quantizer}`, '--grid', `vocabulary=${best().vocabulary}`, '--parallel', '1'),
  ablations: () => sweep('ablations', 'ablate'),
};
for (const part of values.parts.split(',')) {
  if (!parts[part]) throw new Error(`There is no part ${part}: expected ${Object.keys(parts).join(', ')}.`);
  parts[part]();
}
