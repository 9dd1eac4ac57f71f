#!/usr/bin/env node
// Writes docs/ablations.md from what `glyphscope ablate` wrote (run.mjs --parts ablations).
//   node_modules/.bin/node bench/sweep/ablations.mjs [--results bench/sweep/results] [--out docs/ablations.md]
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { defaultResults, readSweep, root, tableFunctions } from './results.mjs';

const { values } = parseArgs({ options: { results: { type: 'string', default: defaultResults }, out: { type: 'string', default: path.join(root, 'docs/ablations.md') } } });
const sweep = readSweep(values.results, 'ablations');
if (!sweep) throw new Error(`There are no ablations in ${values.results}: run bench/sweep/run.mjs --parts ablations first.`);
const { sweepTable, tableMarkdown } = await tableFunctions();
const base = sweep.variants.find(({ change }) => Object.keys(change).length === 0);
if (!base?.evaluation) throw new Error('The settings as they are have not been evaluated: the ablations have nothing to be compared with.');
const { config, evaluation, variant } = base;
const count = (n) => n.toLocaleString('en');
const page = `# Ablations

What each part of the method is worth: the \`${config.preset}\` preset (${variant}, L = ${config.length}, ${count(config.steps)} steps, seed ${config.seed}) with one
part changed at a time. All of "${sweep.collection}": ${count(evaluation.trainImages)} training and ${count(evaluation.testImages)} test images, hard symbols, k-NN as in DINO (mean of k = 10, 20,
100, 200). "against as it is" is the difference of k-NN top-1 in points; one standard error of a figure is about
${(100 * Math.sqrt((evaluation.student.knn.top1 * (1 - evaluation.student.knn.top1)) / evaluation.testImages)).toFixed(1)} points, and each row is one seed. Made by \`glyphscope ablate\` and \`bench/sweep/ablations.mjs\`.

${tableMarkdown(sweepTable(sweep))}`;
fs.writeFileSync(values.out, page);
console.log(values.out);
