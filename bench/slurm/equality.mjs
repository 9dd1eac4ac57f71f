#!/usr/bin/env node
// Four tiny variants on this machine and as jobs of a real Slurm, of which one is cancelled and one killed while it trains and
// whose following process is killed too: both end with the same table, number for number.
//
//   sudo bench/slurm/one-node.sh start                  a Slurm of one node, where there is none
//   node_modules/.bin/node bench/slurm/equality.mjs [--steps 200] [--variants 4] [--backend wasm] [--work DIR] [--json FILE] [--keep]
//
// `--work` is a folder that all nodes see (default: one in the system's temporary folder, good for one node). Ends with 1 when
// a figure differs, or when a loss did not happen as it was meant to. Without a Slurm it says so and ends with 2.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build } from '../../scripts/build.mjs';
import { engineEntry, engineNode, root } from '../../scripts/project.mjs';

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '200' },
    variants: { type: 'string', default: '4' },
    backend: { type: 'string', default: 'wasm' },
    work: { type: 'string' },
    json: { type: 'string' },
    cli: { type: 'string' }, // another build of the command line than the project's
    keep: { type: 'boolean', default: false },
  },
});
const say = (text) => console.error(text);
const has = (program, ...args) => {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 15_000 });
  } catch {
    return null;
  }
};
if (!has('sinfo', '--noheader')) {
  say('Left out: no Slurm answers here (sinfo). `sudo bench/slurm/one-node.sh start` makes one.');
  process.exit(2);
}
if (!values.cli) await build({ say });
const cli = values.cli ?? engineEntry;
const place = fs.mkdtempSync(path.join(values.work ?? os.tmpdir(), 'glyphscope-slurm-'));
const children = new Set();

/** Starts the command line; what it says is kept. */
function start(args) {
  const child = spawn(engineNode(), [cli, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  const running = { child, said: '', out: '' };
  child.stdout.on('data', (text) => (running.out += text));
  child.stderr.on('data', (text) => (running.said += text));
  running.ended = new Promise((resolve) => child.on('close', (code, signal) => (children.delete(child), resolve(code ?? signal))));
  return running;
}

async function run(...args) {
  const running = start(args);
  const code = await running.ended;
  if (code !== 0) throw new Error(`glyphscope ${args.join(' ')} ended with ${code}:\n${running.said}`);
  return running.out;
}

const read = (file) => {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
};
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(what, test, minutes = 10) {
  for (const end = Date.now() + minutes * 60_000; Date.now() < end; await pause(200)) {
    const found = test();
    if (found) return found;
  }
  throw new Error(`${what} did not happen within ${minutes} minutes.`);
}

const libraries = { local: path.join(place, 'local'), slurm: path.join(place, 'slurm') };
const sizes = ['8', '16'].slice(0, Math.max(1, Math.ceil(Number(values.variants) / 2)));
const quantizers = ['gumbel', 'vector'].slice(0, Math.min(2, Number(values.variants)));
const flags = ['--collection', 'sample', '--preset', 'tiny', '--name', 'tiny', '--backend', values.backend, '--threads', '1', '--steps', values.steps, '--checkpoint-every', '10', '--grid', `quantizer=${quantizers}`, '--grid', `vocabulary=${sizes}`];
const shared = path.join(libraries.slurm, 'sweeps', 'tiny', 'slurm');
const sweep = (library, ...more) => ['sweep', ...flags, '--library', library, ...more];
const progress = (task) => read(path.join(shared, 'tasks', String(task), 'progress.json'));
/** What the job of a task tells, once it has a checkpoint to go on from and until it has its outcome. */
const training = (task) => {
  const told = progress(task);
  return told?.step?.step > 15 && read(path.join(shared, 'tasks', String(task), 'outcome.json'))?.result.state !== 'done' ? told : null;
};

/** The sweep through Slurm, with what is done to it meanwhile. */
async function throughSlurm() {
  const args = sweep(libraries.slurm, '--slurm', '--poll', '1', '--mem', '1500M');
  const lost = [];
  const first = start(args);
  const victim = await until('A variant that trains', () => training(1));
  execFileSync('scancel', [victim.job]);
  lost.push(`${victim.job} cancelled at step ${victim.step.step}`);
  await until('The cancelled job again', () => /its job was cancelled \(CANCELLED\); submitted again/.test(first.said));
  if (quantizers.length * sizes.length > 1) {
    const other = await until('Another variant that trains', () => training(2));
    const { token: _, ...holder } = read(path.join(shared, 'tasks', '2', 'claim.json'));
    // The batch process itself, as the kernel would when memory runs out; scancel has Slurm send the signal to its node.
    execFileSync('scancel', ['--signal=KILL', '--batch', other.job]);
    lost.push(`${other.job} killed (-9) on ${holder.node} at step ${other.step.step}`);
    await until('The killed job again', () => /its job ended with an error \(FAILED\); submitted again/.test(first.said));
  }
  first.child.kill('SIGKILL');
  await first.ended;
  lost.push('the following process killed (-9)');
  const table = JSON.parse(await run(...args, '--json'));
  const { submissions } = read(path.join(shared, 'ledger.json'));
  return { table, lost, submissions: submissions.map(({ job, tasks, because }) => ({ job, tasks, because })) };
}

/** What the two must agree in: everything but the time that it took. */
const compared = ({ rows }) => rows.map(({ seconds: _, ...row }) => row);

try {
  say(`Libraries in ${place}`);
  await run('import', path.join(root, 'resources/sample/cifar10-sample.zip'), '--collection', 'sample', '--library', libraries.local);
  await run('features', '--collection', 'sample', '--library', libraries.local);
  fs.cpSync(libraries.local, libraries.slurm, { recursive: true });
  say('As jobs of Slurm …');
  const began = performance.now();
  const slurm = await throughSlurm();
  const between = performance.now();
  say(`${slurm.lost.join('; ')}.\nOn this machine …`);
  const local = JSON.parse(await run(...sweep(libraries.local, '--json')));
  const seconds = { slurm: Math.round((between - began) / 1000), local: Math.round((performance.now() - between) / 1000) };

  const [a, b] = [compared(local), compared(slurm.table)];
  const columns = local.columns.filter(({ key }) => key !== 'seconds' && a.some((row) => row[key] !== null));
  const differing = a.flatMap((row, i) => columns.filter(({ key }) => row[key] !== b[i]?.[key]).map(({ key }) => `${row.label}, ${key}: ${row[key]} here, ${b[i]?.[key]} through Slurm`));
  const equal = a.length === b.length && differing.length === 0 && local.done === slurm.table.done && local.failed === 0;
  const files = fs.readdirSync(path.join(libraries.local, 'sweeps', 'tiny')).filter((name) => !fs.existsSync(path.join(libraries.slurm, 'sweeps', 'tiny', name)));
  const shown = ['label', 'knnTop1', 'linearTop1', 'usage', 'perplexity', 'steps'];
  const cell = (value) => (typeof value === 'number' ? String(Number(value.toFixed(6))) : (value ?? ''));
  const lines = [shown.flatMap((key) => (key === 'label' ? ['variant'] : [`${key} here`, 'Slurm'])), ...a.map((row, i) => shown.flatMap((key) => (key === 'label' ? [row.label] : [cell(row[key]), cell(b[i]?.[key])])))];
  const widths = lines[0].map((_, i) => Math.max(...lines.map((line) => line[i].length)));
  for (const line of lines) console.log(line.map((text, i) => (i === 0 ? text.padEnd(widths[i]) : text.padStart(widths[i]))).join('  '));
  console.log(`\n${equal ? `Equal in all ${a.length} rows and ${columns.length} columns` : `Different: ${differing.join('; ')}`}; ${slurm.submissions.length} submissions, ${slurm.lost.join(', ')}; ${seconds.slurm} s through Slurm, ${seconds.local} s here.`);
  if (files.length > 0) console.log(`Not written through Slurm: ${files.join(', ')}`);
  const met = equal && files.length === 0 && slurm.submissions.length >= Math.min(3, quantizers.length * sizes.length + 1);
  if (values.json) fs.writeFileSync(values.json, `${JSON.stringify({ equal, met, differing, rows: b, columns: columns.length, lost: slurm.lost, submissions: slurm.submissions, seconds, slurm: has('sinfo', '--version')?.trim() }, null, 1)}\n`);
  process.exitCode = met ? 0 : 1;
} finally {
  for (const child of children) child.kill('SIGKILL');
  const plan = read(path.join(shared, 'plan.json'));
  if (plan) has('scancel', `--name=${plan.jobName}`); // what an error left behind
  if (values.keep) say(`Kept: ${place}`);
  else fs.rmSync(place, { recursive: true, force: true });
}
