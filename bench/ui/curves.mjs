#!/usr/bin/env node
// A long run watched while it trains on all cores, as the page itself sees it: how long it takes to open, frames while points are
// appended, how far the page is behind the trainer's steps, and how soon a click is answered.
//   node_modules/.bin/node bench/ui/curves.mjs [--steps 165000] [--seconds 30] [--json FILE] [--chromium FILE] [--library DIR]
// The run has that many told steps with 31 lines each, all of which the page holds: 165,000 are as many points as 100,000 in
// each of 50 lines. They are made; the steps that come then are trained by the preset small on the sample. Needs Chromium.
// A library that is named is kept, and the run in it is used again.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { build as bundle } from 'vite';
import { build } from '../../scripts/build.mjs';
import { engineEntry, engineNode, findChromium, root } from '../../scripts/project.mjs';
import { median, report, row } from '../report.mjs';

const { values } = parseArgs({
  options: { steps: { type: 'string', default: '165000' }, seconds: { type: 'string', default: '30' }, json: { type: 'string' }, chromium: { type: 'string' }, library: { type: 'string' } },
});
const [steps, seconds] = [Number(values.steps), Number(values.seconds)];
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'glyphscope-curves-'));
const library = values.library ?? path.join(folder, 'library');
const entry = process.env.GLYPHSCOPE_OUT ? path.join(process.env.GLYPHSCOPE_OUT, 'engine', 'cli.mjs') : engineEntry;
const name = 'Long run';

const start = (...args) => spawn(engineNode(), [entry, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
const ended = (child) => new Promise((resolve) => child.once('exit', resolve));
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function serve() {
  const engine = start('serve', '--library', library, '--port', '0', '--json');
  const gone = ended(engine);
  const link = await new Promise((resolve, reject) => {
    let said = '';
    engine.stdout.on('data', (text) => {
      const found = /"link": "([^"]+)"/.exec((said += text));
      if (found) resolve(found[1]);
    });
    void gone.then(() => reject(new Error(`The engine ended: ${said}`)));
  });
  return { link, close: () => engine.kill('SIGTERM') && gone };
}

async function command(...args) {
  const child = start(...args, '--library', library, '--json');
  let said = '';
  child.stdout.on('data', (text) => (said += text));
  const code = await ended(child);
  if (code !== 0) throw new Error(`${args[0]} ended with ${code}: ${said}`);
  return JSON.parse(said);
}

/** A library with the sample, and a run on it that was interrupted after its first checkpoint. */
async function beginRun() {
  const engine = await serve();
  while (!(await command('runs')).runs.some(({ encoded }) => encoded.length > 0)) await pause(500);
  await engine.close();
  const training = start('train', '--collection', 'CIFAR-10 sample', '--name', name, '--preset', 'small', '--steps', '1000000', '--checkpoint-every', '5', '--evaluate-every', '200', '--library', library);
  const gone = ended(training);
  training.stdout.resume();
  const checkpoints = () => fs.globSync('runs/*/checkpoints/step-*/manifest.json', { cwd: library }).length;
  let over = false;
  void gone.then(() => (over = true));
  const before = checkpoints();
  while (checkpoints() === before) {
    if (over) throw new Error('The training ended before its first checkpoint.');
    await pause(200);
  }
  training.kill('SIGINT');
  await gone;
}

async function lengthen() {
  const out = path.join(root, 'out/bench/curves');
  await bundle({
    root, configFile: false, publicDir: false, logLevel: 'error',
    build: { ssr: true, outDir: out, emptyOutDir: true, target: 'node22', rolldownOptions: { input: { run: path.join(root, 'bench/ui/long-run.ts') }, preserveEntrySignatures: 'strict', output: { format: 'es', entryFileNames: '[name].mjs' } } },
  });
  return (await import(pathToFileURL(path.join(out, 'run.mjs')).href)).lengthenRun(library, name, steps);
}

/** Notes, at every frame, its time and when a new step was first seen. */
function watchFrames() {
  const seen = new Map();
  const times = [];
  let last = performance.now();
  let going = true;
  const frame = (now) => {
    times.push(now - last);
    last = now;
    const step = Number(/up to step (\d+)\./.exec(document.querySelector('[aria-label^="Loss by prefix:"]')?.getAttribute('aria-label') ?? '')?.[1]);
    // The chart is drawn in the frame after its label changed: that one's end counts.
    if (step && !seen.has(step)) {
      seen.set(step, null);
      requestAnimationFrame(() => setTimeout(() => seen.set(step, Date.now())));
    }
    if (going) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  window.endOfWatch = () => {
    going = false;
    return { times: times.slice(1), seen: [...seen].filter(([, time]) => time !== null) };
  };
}

/** Milliseconds from a real click to the frame that shows its answer. */
async function click(page, button, attribute) {
  await button.evaluate((element, attributeName) => {
    const before = element.getAttribute(attributeName);
    window.answered = new Promise((resolve) => {
      addEventListener('pointerdown', (event) => {
        const look = () => (element.getAttribute(attributeName) === before ? requestAnimationFrame(look) : requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - event.timeStamp))));
        look();
      }, { capture: true, once: true });
    });
  }, attribute);
  await button.click();
  return page.evaluate(() => window.answered);
}

const share = (list, part) => [...list].sort((a, b) => a - b)[Math.floor((list.length - 1) * part)];
const rows = [];
const open = [];
const cores = os.availableParallelism();
try {
  if (!process.env.GLYPHSCOPE_OUT) await build();
  if (!fs.existsSync(path.join(library, 'library.sqlite'))) await beginRun();
  const { id, lines } = await lengthen();
  const engine = await serve();
  open.unshift(() => engine.close());
  const browser = await chromium.launch({ executablePath: values.chromium ?? findChromium() ?? undefined, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
  open.unshift(() => browser.close());
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(engine.link);
  await page.getByRole('link', { name: 'Training' }).click();
  const runs = page.getByRole('navigation', { name: 'Runs of this library' });
  await runs.getByRole('link', { name: /CIFAR-10, GS 128/ }).click();
  await page.getByRole('heading', { name: /CIFAR-10, GS 128/ }).waitFor();
  const chart = page.getByRole('group', { name: new RegExp(`^Loss by prefix: \\d+ points up to step ${steps}\\.`) });
  const begun = performance.now();
  await runs.getByRole('link', { name: new RegExp(name) }).click();
  await chart.waitFor();
  const what = `${steps.toLocaleString('en')} steps of ${lines} lines`;
  rows.push(row({ name: `curves: open a run with ${what}`, ours: performance.now() - begun, unit: 'ms', goal: 2000, cores }));
  await page.locator('article').getByRole('button', { name: 'Resume', exact: true }).click();
  await page.getByRole('group', { name: new RegExp(`^Loss by prefix: \\d+ points up to step (?!${steps}\\.)\\d+\\.`) }).waitFor({ timeout: 300_000 });
  // Saving the values loads every step: from here on the page holds them all.
  await page.getByRole('button', { name: 'Save Loss by prefix' }).click();
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Values as CSV' }).click()]);
  const saved = fs.readFileSync(await file.path(), 'utf8').trimEnd().split('\n').length - 1;
  if (saved < steps) throw new Error(`${saved} of ${steps} steps were saved.`);
  await page.evaluate(watchFrames);
  await pause(seconds * 1000);
  const { times, seen } = await page.evaluate(() => window.endOfWatch());
  const clicks = { log: [], table: [] };
  const [log, table] = [page.getByRole('button', { name: 'Log', exact: true }).first(), page.getByRole('button', { name: 'Learning rate as a table' })];
  for (let round = 0; round < 10; round++) {
    clicks.log.push(await click(page, log, 'aria-pressed'));
    clicks.table.push(await click(page, table, 'aria-pressed'));
  }
  const told = new Map(
    fs.readFileSync(path.join(library, 'runs', String(id), 'log.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line)).filter(({ type }) => type === 'step').map(({ step, time }) => [step, Date.parse(time)]),
  );
  const lags = seen.flatMap(([step, time]) => (told.has(step) && step > steps ? [time - told.get(step)] : []));
  if (lags.length < 5) throw new Error(`Only ${lags.length} steps came in ${seconds} s.`);
  rows.push(row({ name: `curves: 95 of 100 frames within, while ${what} grow`, ours: share(times, 0.95), unit: 'ms', goal: 50, cores, median: median(times), longest: Math.max(...times) }));
  rows.push(row({ name: 'curves: from the trainer’s step to its picture, 95 of 100 within', ours: share(lags, 0.95), unit: 'ms', goal: 1000, cores, median: median(lags), steps: lags.length }));
  rows.push(row({ name: 'curves: longest from the trainer’s step to its picture', ours: Math.max(...lags), unit: 'ms', goal: 1000, cores }));
  rows.push(row({ name: 'curves: a click on Log', ours: median(clicks.log), unit: 'ms', goal: 100, cores, most: Math.max(...clicks.log) }));
  rows.push(row({ name: 'curves: a click on Table', ours: median(clicks.table), unit: 'ms', goal: 100, cores, most: Math.max(...clicks.table) }));
  console.log(`load ${os.loadavg()[0].toFixed(1)}`);
} finally {
  for (const close of open) await close();
  fs.rmSync(folder, { recursive: true, force: true });
}
report(rows, values.json);
