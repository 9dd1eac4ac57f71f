#!/usr/bin/env node
// One training step of a preset against the same model in PyTorch, eager and by torch.compile, on the same cores: time, and
// memory with everything that a training holds. They run in turn, a few steps at a time, so that whatever else the machine
// does weighs on all alike; medians over all rounds are compared.
//
//   node_modules/.bin/node bench/training-step/run.mjs [--preset small,base,paper] [--threads N] [--rounds 5] [--steps 2]
//     [--micro-batch N] [--no-compile] [--json FILE]
//
// Needs Python 3 with torch, and g++ for torch.compile, which takes some minutes for base and paper.
import os from 'node:os';
import { parseArgs } from 'node:util';
import { median, report, row } from '../report.mjs';
import { buildOurs, startOurs, startPeer } from './processes.mjs';

const text = (value) => ({ type: 'string', default: value });
const { values } = parseArgs({ allowNegative: true, options: { preset: text('small,base,paper'), threads: text(''), rounds: text('5'), steps: text('2'), 'micro-batch': text('0'), compile: { type: 'boolean', default: true }, json: text('') } });
const threads = Number(values.threads || os.availableParallelism());
const featureWidth = 384;
/** Of issue 5: ours at most so many times PyTorch's. */
const goals = { eager: { small: 0.9, base: 0.9, paper: 1 }, compiled: 1, memory: 1.2 };

const resolveConfig = await buildOurs();
const rows = [];
for (const preset of values.preset.split(',')) {
  const config = resolveConfig({ preset, backend: 'tensorflow', threads, microBatch: Number(values['micro-batch']) });
  const ours = await startOurs(config, featureWidth);
  const sides = { ours, eager: await startPeer(config, ours.about, false), ...(values.compile && { compiled: await startPeer(config, ours.about, true) }) };
  const names = Object.keys(sides);
  const times = Object.fromEntries(names.map((name) => [name, []]));
  const memory = {};
  for (const side of Object.values(sides)) await side.steps(2); // warm up: record, compile
  for (let round = 0; round < Number(values.rounds); round++)
    for (const name of round % 2 ? [...names].reverse() : names) {
      const answer = await sides[name].steps(values.steps);
      times[name].push(...answer.times);
      memory[name] = answer.memory;
    }
  for (const side of Object.values(sides)) side.end();
  console.error(names.map((name) => `${preset}, ${name}: ${median(times[name]).toFixed(0)} ms (least ${Math.min(...times[name]).toFixed(0)}), ${(memory[name] / 1e6).toFixed(0)} MB`).join('\n'));
  const mine = { ours: median(times.ours), unit: 'ms', cores: threads, parameters: ours.about.parameters, load: os.loadavg()[0] };
  rows.push(row({ ...mine, name: `training step, ${preset}, PyTorch eager`, peer: median(times.eager), goal: goals.eager[preset] ?? 1 }));
  if (values.compile) rows.push(row({ ...mine, name: `training step, ${preset}, torch.compile`, peer: median(times.compiled), goal: goals.compiled }));
  rows.push(row({ name: `memory of a step, ${preset}, PyTorch eager`, ours: memory.ours / 1e6, peer: memory.eager / 1e6, unit: 'MB', goal: goals.memory, cores: threads }));
}
report(rows, values.json);
