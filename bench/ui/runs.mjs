#!/usr/bin/env node
// Hundreds of long runs in the window: milliseconds from a click to a list of runs that can be used, and to the curves of all
// runs over each other, in a library of 100 runs of 10,000 steps; and frame times of both while one more run trains.
//   node_modules/.bin/node bench/ui/runs.mjs [--runs 100] [--steps 10000] [--rounds 5] [--json FILE] [--chromium FILE] [--library DIR]
// Needs Chromium. --library takes one that an earlier call filled (it is changed: a run is trained in it); else one is made, of about 1 GB.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { build } from '../../scripts/build.mjs';
import { engineEntry, engineNode } from '../../scripts/project.mjs';
import { median, report, row } from '../report.mjs';
import { addRuns } from './runs-library.mjs';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '100' },
    steps: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'string' },
    chromium: { type: 'string', default: process.env.GLYPHSCOPE_CHROMIUM },
    library: { type: 'string' },
  },
});
const [runs, steps, rounds] = [values.runs, values.steps, values.rounds].map(Number);
const cores = os.availableParallelism();
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'glyphscope-runs-'));
const library = values.library ?? path.join(folder, 'library');
const entry = process.env.GLYPHSCOPE_OUT ? path.join(process.env.GLYPHSCOPE_OUT, 'engine', 'cli.mjs') : engineEntry;

const command = (...args) => execFileSync(engineNode(), [entry, ...args, '--library', library], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
const listed = () => JSON.parse(command('runs', '--json')).runs;
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** An engine on the library, and the link that opens it. */
async function serve() {
  const engine = spawn(engineNode(), [entry, 'serve', '--library', library, '--json'], { stdio: ['pipe', 'pipe', 'inherit'] });
  let said = '';
  const link = await new Promise((resolve, reject) => {
    engine.stdout.on('data', (text) => {
      said += text;
      const found = /"link": "([^"]+)"/.exec(said);
      if (found) resolve(found[1]);
    });
    engine.on('exit', () => reject(new Error(`The engine ended: ${said}`)));
  });
  return { link, close: () => new Promise((resolve) => { engine.removeAllListeners('exit'); engine.on('exit', resolve); engine.kill('SIGTERM'); }) };
}

/** The sample, described by the run that comes with the app, and the runs. */
async function fill() {
  const engine = await serve();
  while (!listed().some(({ encoded }) => encoded.length > 0)) await pause(500);
  await engine.close();
  addRuns(library, { runs, steps });
}

/** Milliseconds from a change of the address to the frame after `ready` is there. */
const opening = (page, hash, ready) =>
  page.evaluate(
    ([to, wanted]) =>
      new Promise((resolve) => {
        const began = performance.now();
        location.hash = to;
        const look = () => requestAnimationFrame(() => (document.querySelector(wanted) ? requestAnimationFrame(() => resolve(performance.now() - began)) : look()));
        look();
      }),
    [hash, ready],
  );

/** Milliseconds between frames while `act` goes on. */
async function frames(page, act) {
  await page.evaluate(() => {
    window.frameTimes = [];
    window.timing = true;
    let last = performance.now();
    const next = (now) => {
      window.frameTimes.push(now - last);
      last = now;
      if (window.timing) requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  });
  await act();
  return page.evaluate(() => {
    window.timing = false;
    return window.frameTimes.slice(1);
  });
}
const percentile = (list, share) => [...list].sort((a, b) => a - b)[Math.floor((list.length - 1) * share)];

const rows = [];
const what = `${runs} runs of ${steps.toLocaleString('en')} steps`;
let training = null;
let engine = null;
let browser = null;
try {
  if (!process.env.GLYPHSCOPE_OUT) await build();
  if (!values.library) await fill();
  engine = await serve();
  browser = await chromium.launch({ executablePath: values.chromium, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
  await page.goto(engine.link);
  await page.getByRole('heading', { level: 1 }).waitFor();
  const ids = listed().filter(({ sweep }) => sweep === 'grid').map(({ id }) => id);
  const list = ['#/training', '[aria-label="Runs"] a[data-row]'];
  const comparison = [`#/training/compare?runs=${ids.join(',')}`, '[data-ready="true"] canvas'];
  const away = async () => {
    await page.evaluate(() => (location.hash = '#/describe'));
    await page.waitForTimeout(700);
  };
  // The first comparison after the runs came from elsewhere reads every event once.
  await away();
  rows.push(row({ name: `comparison of ${what}, the first time of all`, ours: await opening(page, ...comparison), unit: 'ms', goal: undefined, cores, met: undefined }));
  const found = { list: [], comparison: [] };
  for (let round = 0; round < rounds; round++) {
    await away();
    found.list.push(await opening(page, ...list));
    await page.waitForTimeout(1500);
    await away();
    found.comparison.push(await opening(page, ...comparison));
    await page.waitForTimeout(1000);
  }
  rows.push(row({ name: `run list with ${what}`, ours: median(found.list), unit: 'ms', goal: 1000, cores }));
  rows.push(row({ name: `comparison of ${what}`, ours: median(found.comparison), unit: 'ms', goal: 1000, cores }));

  const collection = JSON.parse(command('collections', '--json')).collections[0].name;
  training = spawn(engineNode(), [entry, 'train', '--collection', collection, '--preset', 'tiny', '--steps', '200000', '--name', `live ${Date.now()}`, '--library', library], { stdio: 'ignore' });
  while (!listed().some(({ state, step }) => state === 'training' && step > 10)) await pause(500);
  const live = listed().find(({ state }) => state === 'training');
  await page.waitForTimeout(3000);
  for (const [name, hash] of [['run list', '#/training/1'], ['page of the live run', `#/training/${live.id}`], ['comparison with the live run', `#/training/compare?runs=${[live.id, ...ids].join(',')}`]]) {
    await page.evaluate((to) => (location.hash = to), hash);
    await page.waitForTimeout(3000);
    const times = await frames(page, async () => {
      const box = await page.getByRole('list', { name: 'Runs' }).boundingBox();
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      for (let i = 0; i < 60; i++) {
        await page.mouse.wheel(0, i < 30 ? 240 : -240);
        await page.waitForTimeout(100);
      }
    });
    rows.push(row({ name: `${name} scrolled while a run trains: 95 of 100 frames within`, ours: percentile(times, 0.95), unit: 'ms', goal: 50, cores }));
    rows.push(row({ name: `${name} scrolled while a run trains: longest frame`, ours: Math.max(...times), unit: 'ms', goal: 250, cores }));
  }
  console.log(`load ${os.loadavg()[0].toFixed(1)}`);
  report(rows, values.json);
} finally {
  await browser?.close();
  training?.kill('SIGINT');
  await engine?.close();
  fs.rmSync(folder, { recursive: true, force: true });
}
