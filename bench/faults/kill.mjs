#!/usr/bin/env node
// Kill -9 of trainer, student, engine and window at moments spread over an import, features, preparing, training, the
// writing of checkpoints, an evaluation and a description. After each: nothing of it runs on, no run is lost, the database
// is whole, a training that was ended can be resumed and loses no checkpoint, and the same work comes to its right end;
// of the trainings a share is resumed to the end, with the same weights as a run that was never stopped.
//   npx node bench/faults/kill.mjs [--moments 50] [--seed 1] [--finish 0.5] [--only import,training] [--targets shell] [--json FILE]
// Linux. Moments of the window need Electron and a display or Xvfb, and are left out, and said to be, without them.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import Database from 'better-sqlite3';
import { build } from '../../scripts/build.mjs';
import { startDisplay } from '../../scripts/display.mjs';
import { findElectron } from '../../scripts/project.mjs';
import { collectionId, phases, referenceName, runByName, sampleName, settled, training, weightsHash } from './phases.mjs';
import { endAll, Glyphscope, killIfThere, pause, until } from './processes.mjs';

const { values } = parseArgs({
  options: { moments: { type: 'string', default: '50' }, seed: { type: 'string', default: '1' }, finish: { type: 'string', default: '0.5' }, only: { type: 'string' }, targets: { type: 'string' }, json: { type: 'string' }, keep: { type: 'boolean' } },
});
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'glyphscope-kill-'));
const library = path.join(folder, 'library');
const display = findElectron().path ? await startDisplay() : null;
if (display?.name) process.env.DISPLAY = display.name;
const random = mulberry32(Number(values.seed));
const busy = new Set(['queued', 'preparing', 'training']);
const trials = [];
const expected = new Set([referenceName]);
let app = null;

function mulberry32(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Every phase in turn with its targets in turn, at random moments; those of the window last, so that it is started once. */
function plan() {
  const targets = (phase) => phases[phase].targets.filter((target) => (target !== 'shell' || display !== null) && (!values.targets || values.targets.split(',').includes(target)));
  const names = (values.only?.split(',') ?? Object.keys(phases)).filter((phase) => targets(phase).length > 0);
  const all = Array.from({ length: Number(values.moments) }, (_, i) => {
    const phase = names[i % names.length];
    const own = targets(phase);
    const target = own[Math.floor(i / names.length) % own.length];
    return { number: i + 1, phase, target, kind: target === 'shell' ? 'shell' : 'engine', fraction: 0.02 + 0.9 * random(), finish: random() < Number(values.finish) };
  });
  return all.sort((a, b) => (a.kind === b.kind ? a.number - b.number : a.kind === 'engine' ? -1 : 1));
}

async function ensure(kind) {
  if (app && (app.kind !== kind || app.ended)) {
    await app.stop();
    app = null;
  }
  return (app ??= await Glyphscope.start({ kind, library, folder }));
}

/** The same work undisturbed: how long it takes, and the weights that a run ends with. */
async function rehearse(names) {
  const took = {};
  const { client } = await ensure('engine');
  await until('The sample is described', async () => (await client.runs.list()).some(({ encoded }) => encoded.includes(sampleName)), 240_000);
  const collection = await collectionId(client, sampleName);
  await settled(client, (await client.features.compute({ collection, views: true })).job);
  const run = await client.runs.start({ name: referenceName, collection, config: training });
  const state = async () => (await client.runs.get({ run: run.id })).state;
  let began = performance.now();
  await until('The reference run trains', async () => !['queued', 'preparing'].includes(await state()));
  took.preparing = performance.now() - began;
  began = performance.now();
  await until('The reference run ends', async () => !busy.has(await state()), 120_000);
  took.training = performance.now() - began;
  if ((await state()) !== 'finished') throw new Error(`The reference run is ${await state()}.`);
  const bits = weightsHash(library, run.id);
  for (const [i, phase] of names.filter((name) => !phases[name].training).entries()) {
    const trial = { folder, library, seed: 1_000_000 + i, name: `undisturbed ${phase}` };
    await phases[phase].prepare(app, trial);
    began = performance.now();
    await settled(client, (await phases[phase].begin(app, trial)).job);
    took[phase] = performance.now() - began;
  }
  return { took, bits };
}

/** One moment: works, kills, looks. Gives what is wrong, in words. */
async function kill(trial, { took, bits }) {
  const phase = phases[trial.phase];
  const wrong = [];
  await ensure(trial.kind);
  Object.assign(trial, { folder, library, bits, took: took[trial.phase] ?? took.training, seed: Number(values.seed) * 10_000 + trial.number, name: `${trial.phase} ${trial.number}` });
  await phase.prepare(app, trial);
  const begun = await phase.begin(app, trial);
  if (phase.training) {
    trial.run = begun.id;
    expected.add(trial.name);
  }
  await (phase.moment ?? (() => pause(trial.fraction * trial.took)))(app, trial, trial.fraction);
  const over = async () => (phase.training ? !busy.has((await app.client.runs.get({ run: trial.run })).state) : (await app.client.jobs.list()).every(({ state }) => state !== 'running'));
  const pid = await until(`The ${trial.target} is there`, async () => app.pidOf(trial.target) ?? ((await over()) && 'gone'), 20_000);
  const before = phase.training ? await app.client.runs.get({ run: trial.run }) : null;
  trial.late = pid === 'gone' || !killIfThere(pid) || before?.state === 'finished';
  trial.state = trial.late ? 'too late, all was done' : before ? `${before.state} at step ${before.step}` : trial.phase;

  if (trial.target === 'engine' || trial.target === 'shell') {
    const left = await app.leftOver();
    if (left.length > 0) wrong.push(`left over: ${left.join('; ')}`);
    app = null;
  } else await until('The work is over', over, 60_000);
  await ensure(trial.kind);

  const runs = await app.client.runs.list();
  const lost = [...expected].filter((name) => !runs.some((run) => run.name === name));
  if (lost.length > 0) wrong.push(`lost: ${lost.join(', ')}`);
  wrong.push(...integrity());
  const run = before && runs.find(({ id }) => id === trial.run);
  if (run && run.state !== 'finished') {
    if ((run.checkpointStep ?? 0) < (before.checkpointStep ?? 0)) wrong.push(`the checkpoint of step ${before.checkpointStep} is not there, but that of ${run.checkpointStep}`);
    if (run.state !== 'interrupted') wrong.push(`not offered to go on: ${run.state} (${run.error?.message ?? ''})`);
  }
  if (phase.training && (run.state === 'finished' || !trial.finish)) return wrong;
  const again = await phase.again(app, trial).catch((error) => error.message);
  trial.again = again === null;
  if (again !== null) wrong.push(`done again: ${again}`);
  return wrong;
}

function integrity() {
  const db = new Database(path.join(library, 'library.sqlite'), { readonly: true });
  try {
    const said = db.pragma('integrity_check').map((row) => row.integrity_check);
    const keys = db.pragma('foreign_key_check');
    return [...(said.length === 1 && said[0] === 'ok' ? [] : [`database: ${said.slice(0, 3).join(', ')}`]), ...(keys.length === 0 ? [] : [`${keys.length} rows refer to nothing`])];
  } finally {
    db.close();
  }
}

function table() {
  const rows = [['', 'target', 'kills', 'right', 'wrong', 'too late', 'done again to the end']];
  for (const phase of Object.keys(phases))
    for (const target of phases[phase].targets) {
      const own = trials.filter((trial) => trial.phase === phase && trial.target === target);
      if (own.length > 0) rows.push([phase, target, own.length, own.filter(({ wrong }) => wrong.length === 0).length, own.filter(({ wrong }) => wrong.length > 0).length, own.filter(({ late }) => late).length, own.filter(({ again }) => again).length].map(String));
    }
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  for (const row of rows) console.log(row.map((cell, i) => (i < 2 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '));
}

/** Leaves nothing behind, also when it is ended itself. */
function clear() {
  endAll();
  display?.stop();
  if (values.keep) console.log(folder);
  else fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => {
    clear();
    process.exit(130);
  });

if (!process.env.GLYPHSCOPE_OUT) await build();
const began = performance.now();
try {
  const planned = plan();
  if (!display) console.log('Left out: the window, because there is no Electron or no display.');
  const reference = await rehearse([...new Set(planned.map(({ phase }) => phase))]);
  console.log(`Undisturbed: ${Object.entries(reference.took).map(([phase, ms]) => `${phase} ${(ms / 1000).toFixed(2)} s`).join(', ')}`);
  for (const trial of planned) {
    trial.wrong = await kill(trial, reference).catch((error) => [`the test itself: ${error.stack}`]);
    trials.push(trial);
    const after = trial.phase === 'checkpoint' ? '' : ` after ${Math.round(trial.fraction * (trial.took ?? 0))} ms`;
    console.log(`${trials.length}/${planned.length} ${trial.target} killed in ${trial.phase}${after} (${trial.state ?? 'not reached'}): ${trial.wrong.length === 0 ? `right${trial.again ? ', done again to the end' : ''}` : trial.wrong.join('; ')}`);
  }
  table();
  const wrong = trials.filter((trial) => trial.wrong.length > 0).length;
  console.log(`${trials.length} moments, ${wrong} wrong, ${Math.round((performance.now() - began) / 1000)} s, seed ${values.seed}`);
  if (values.json) fs.writeFileSync(values.json, `${JSON.stringify({ seed: Number(values.seed), moments: trials.map(({ number, phase, target, fraction, state, late, again, wrong: said }) => ({ number, phase, target, fraction, state, late, again: again ?? null, wrong: said })) }, null, 1)}\n`);
  if (wrong > 0) process.exitCode = 1;
  await app?.stop();
} finally {
  clear();
}
