#!/usr/bin/env node
// How long a tile of the grid stays blank while 60,000 images are scrolled through with a real wheel, and how long the
// window takes from a key to another page on screen, both as the page itself sees them.
//   node_modules/.bin/node bench/ui/grid.mjs [--images 60000] [--rounds 3] [--json FILE] [--chromium FILE]
//   … --library DIR --collection NAME    a library of yours; nothing in it is changed
// Without --library, pictures of 32 × 32 are made and imported, and described with random symbols. Needs Chromium.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import sharp from 'sharp';
import { build as bundle } from 'vite';
import { build } from '../../scripts/build.mjs';
import { engineEntry, engineNode, findChromium, root } from '../../scripts/project.mjs';
import { median, report, row } from '../report.mjs';

const { values } = parseArgs({
  options: { images: { type: 'string', default: '60000' }, rounds: { type: 'string', default: '3' }, json: { type: 'string' }, chromium: { type: 'string' }, library: { type: 'string' }, collection: { type: 'string' } },
});
const rounds = Number(values.rounds);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'glyphscope-grid-'));

/** A library with so many different small pictures, described. */
async function makeLibrary(count) {
  const pictures = path.join(folder, 'pictures');
  const library = path.join(folder, 'library');
  for (let i = 0; i < count; i++) {
    if (i % 1000 === 0) fs.mkdirSync(path.join(pictures, `kind-${Math.floor(i / 1000) % 10}`, String(Math.floor(i / 1000))), { recursive: true });
    const pixels = Buffer.from(Array.from({ length: 64 * 3 }, (_, at) => (i * 7919 + at * 104_729 + ((i >> 8) * at) ** 2) % 256));
    await sharp(pixels, { raw: { width: 8, height: 8, channels: 3 } }).resize(32, 32).png({ compressionLevel: 1 }).toFile(path.join(pictures, `kind-${Math.floor(i / 1000) % 10}`, String(Math.floor(i / 1000)), `${i}.png`));
  }
  execFileSync(engineNode(), [engineEntry, 'import', pictures, '--collection', 'Pictures', '--library', library], { stdio: ['ignore', 'ignore', 'inherit'] });
  const out = path.join(root, 'out/bench/grid');
  await bundle({
    root, configFile: false, publicDir: false, logLevel: 'error',
    build: { ssr: true, outDir: out, emptyOutDir: true, target: 'node22', rolldownOptions: { input: { library: path.join(root, 'bench/query/library.ts') }, preserveEntrySignatures: 'strict', output: { format: 'es', entryFileNames: '[name].mjs' } } },
  });
  (await import(pathToFileURL(path.join(out, 'library.mjs')).href)).describeRandomly(library, 'Pictures');
  return library;
}

async function serve(library) {
  const engine = spawn(engineNode(), [engineEntry, 'serve', '--library', library, '--json'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const link = await new Promise((resolve, reject) => {
    let said = '';
    engine.stdout.on('data', (text) => {
      const found = /"link": "([^"]+)"/.exec((said += text));
      if (found) resolve(found[1]);
    });
    engine.once('exit', () => reject(new Error(`The engine ended: ${said}`)));
  });
  engine.removeAllListeners('exit');
  const ended = new Promise((resolve) => engine.once('exit', resolve));
  return { link, close: () => engine.kill('SIGTERM') && ended };
}

/** Watches, at every frame, since when each tile in view has been without its picture. */
function watchTiles() {
  const scroller = document.querySelector('[role=grid]');
  const blankSince = new Map();
  const times = [];
  let seen = 0;
  let going = true;
  const known = new Set();
  const frame = (now) => {
    const view = scroller.getBoundingClientRect();
    const inView = new Set();
    for (const cell of scroller.querySelectorAll('[data-index]')) {
      const box = cell.getBoundingClientRect();
      if (box.bottom <= view.top || box.top >= view.bottom) continue;
      const place = cell.dataset.index;
      inView.add(place);
      if (!known.has(place)) {
        known.add(place);
        seen++;
      }
      const picture = cell.querySelector('img');
      if (picture?.complete && picture.naturalWidth > 0) {
        if (blankSince.has(place)) times.push(now - blankSince.get(place));
        blankSince.delete(place);
      } else if (!blankSince.has(place)) blankSince.set(place, now);
    }
    for (const [place, since] of blankSince)
      if (!inView.has(place)) {
        times.push(now - since);
        blankSince.delete(place);
      }
    if (going) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  window.endOfWatch = () => {
    going = false;
    const now = performance.now();
    for (const since of blankSince.values()) times.push(now - since);
    times.sort((a, b) => a - b);
    return { seen, blank: times.length, longest: times.at(-1) ?? 0, p99: times[Math.floor(times.length * 0.99)] ?? 0, over: times.filter((time) => time > 200).length };
  };
}

/** Turns the wheel by `step` pixels about sixty times a second until `until` milliseconds have gone or the end is reached. */
async function scroll(page, step, until) {
  const begun = performance.now();
  for (;;) {
    const tick = performance.now();
    await page.mouse.wheel(0, step);
    const at = await page.evaluate(() => {
      const { scrollTop, scrollHeight, clientHeight } = document.querySelector('[role=grid]');
      return { scrollTop, left: scrollHeight - clientHeight - scrollTop };
    });
    if (performance.now() - begun > until || (step > 0 ? at.left < 2 : at.scrollTop < 2)) return;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, 16 - (performance.now() - tick))));
  }
}

/** Milliseconds from the key to the picture of another page. */
async function switchPages(page, key, title) {
  await page.evaluate((wanted) => {
    document.activeElement?.blur(); // a field that has the focus would take the key
    window.switched = new Promise((resolve, reject) => {
      setTimeout(() => reject(new Error(`no page ${wanted} after a key, but ${document.querySelector('h1')?.textContent}`)), 10_000);
      addEventListener('keydown', () => {
        const begun = performance.now();
        const look = () => (document.querySelector('h1')?.textContent === wanted ? requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - begun))) : requestAnimationFrame(look));
        look();
      }, { once: true, capture: true });
    });
  }, title);
  await page.keyboard.press(key);
  return page.evaluate(() => window.switched);
}

await build();
const rows = [];
/** What to close at the end, whatever happens, the last first. */
const open = [];
const common = { cores: os.availableParallelism() };
try {
  const library = values.library ?? (await makeLibrary(Number(values.images)));
  const engine = await serve(library);
  open.unshift(() => engine.close());
  const browser = await chromium.launch({ executablePath: values.chromium ?? findChromium() ?? undefined, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
  open.unshift(() => browser.close());
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(engine.link);
  await page.getByRole('grid', { name: 'Images' }).waitFor();
  const collection = values.collection ?? (values.library ? null : 'Pictures');
  if (collection) await page.getByRole('combobox', { name: 'Collection', exact: true }).selectOption({ value: collection });
  if (!values.library) await page.getByRole('combobox', { name: 'Run', exact: true }).selectOption({ value: 'Random symbols' });
  await page.getByText(/[\d,]+ images( described)?$/).first().waitFor();
  await page.waitForFunction(() => [...document.querySelectorAll('[role=grid] img')].some((image) => image.complete));
  await page.waitForTimeout(3000);
  const box = await page.getByRole('grid', { name: 'Images' }).boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);

  for (const [name, step, until] of [['wheel at 6,000 pixels a second', 100, 10_000], ['wheel at 30,000 pixels a second', 500, 10_000], ['through all to the end', 4000, 60_000], ['back at 30,000 pixels a second', -500, 10_000]]) {
    await page.evaluate(watchTiles);
    await scroll(page, step, until);
    await page.waitForTimeout(500);
    const { seen, longest, p99, over, blank } = await page.evaluate(() => window.endOfWatch());
    rows.push(row({ name: `grid: longest blank tile, ${name}`, ours: longest, unit: 'ms', goal: 200, ...common, tiles: seen, blank, p99, over200: over }));
  }

  const titles = (await page.getByRole('navigation').getByRole('link').allTextContents()).map((text) => text.replace(/\d$/, '').trim()); // without its key
  const times = titles.map(() => []);
  for (let round = 0; round < rounds; round++)
    for (const [index, title] of titles.entries()) {
      times[index].push(await switchPages(page, String(index + 1), title));
      await page.waitForTimeout(1500);
    }
  for (const [index, title] of titles.entries()) rows.push(row({ name: `page switch to ${title}`, ours: median(times[index]), unit: 'ms', goal: 100, ...common, most: Math.max(...times[index]) }));
} finally {
  for (const close of open) await close();
  fs.rmSync(folder, { recursive: true, force: true });
}
report(rows, values.json);
