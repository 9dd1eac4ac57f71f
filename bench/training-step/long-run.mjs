#!/usr/bin/env node
// A long training by the product's own loop, checkpoints and evaluations included: by how much the count of tensors between
// steps varies, and the slope of the memory (resident, anonymous) in MiB a thousand steps, both from the second tenth on:
// the first holds what every training makes once. The slope is the median of those between all pairs of readings (Theil and Sen), so that one
// enlargement of a heap does not count as growth.
//
//   node_modules/.bin/node bench/training-step/long-run.mjs [--steps 10000] [--threads 1] [--micro-batch 0] [--quantizer gumbel] [--json FILE]
import { execFile } from 'node:child_process';
import { parseArgs, promisify } from 'node:util';
import { median, report, row } from '../report.mjs';
import { buildLongRun, environment, nodeOptions } from './processes.mjs';

const text = (value) => ({ type: 'string', default: value });
const { values } = parseArgs({ options: { steps: text('10000'), threads: text('1'), 'micro-batch': text('0'), quantizer: text('gumbel'), json: text('') } });
const [steps, threads] = [Number(values.steps), Number(values.threads)];
const goals = { tensors: 0, slope: 1 };
const every = Math.max(1, Math.round(steps / 10));

const entry = await buildLongRun();
const asked = { steps, every, threads, changes: { microBatch: Number(values['micro-batch']), quantizer: values.quantizer } };
const child = promisify(execFile)(process.execPath, ['--expose-gc', ...nodeOptions, entry, JSON.stringify(asked)], { maxBuffer: 1 << 26, env: environment });
child.child.stderr.pipe(process.stderr);
const { readings, tensors } = JSON.parse((await child).stdout.trim().split('\n').at(-1));

const later = readings.slice(1);
const slopes = later.flatMap((to, i) => later.slice(0, i).map((from) => (1000 * (to.resident - from.resident)) / (to.step - from.step)));
const name = `${steps.toLocaleString('en')} steps of tiny`;
report([
  row({ name: `${name}: change of the tensor count`, ours: Math.max(...tensors) - Math.min(...tensors), unit: 'tensors', goal: goals.tensors, cores: threads }),
  row({ name: `${name}: memory slope`, ours: median(slopes), unit: 'MiB/1000 steps', goal: goals.slope, cores: threads, readings }),
], values.json);
