#!/usr/bin/env node
// Pan and zoom of the map with real wheel and drag input, in milliseconds a frame as the page sees them: 60,000 points
// with pictures and 1,000,000 points, beside regl-scatterplot with the same points on a canvas of the same size in the
// same browser, in turn; then the same with every point drawn at every distance. And the lasso of 1,000,000 points, from the release of the pointer to the picture of it.
//   node_modules/.bin/node bench/ui/map.mjs [--rounds 3] [--json FILE] [--chromium FILE] [--only NAME]
// Needs Chromium; fetches regl-scatterplot into a temporary folder. Without a graphics processor both draw in software.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { build as bundle } from 'vite';
import { build } from '../../scripts/build.mjs';
import { engineEntry, engineNode, root } from '../../scripts/project.mjs';
import { median, report, row } from '../report.mjs';
import { fillMap, scatter } from './map-library.mjs';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '3' }, json: { type: 'string' }, chromium: { type: 'string', default: process.env.GLYPHSCOPE_CHROMIUM }, only: { type: 'string' } },
});
const rounds = Number(values.rounds);
const cores = os.availableParallelism();
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'glyphscope-map-'));
const peerVersion = 'regl-scatterplot@1.16.0';
const entry = process.env.GLYPHSCOPE_OUT ? path.join(process.env.GLYPHSCOPE_OUT, 'engine', 'cli.mjs') : engineEntry;

const command = (...args) => execFileSync(engineNode(), [entry, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

/** An engine on a library, and the link that opens it. */
async function serve(library) {
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

/** A library with the sample, its run and a map. */
async function firstLibrary() {
  const library = path.join(folder, 'library');
  const engine = await serve(library);
  for (;;) {
    const { runs } = JSON.parse(command('runs', '--json', '--library', library));
    const run = runs.find(({ encoded }) => encoded.length > 0);
    if (run) {
      command('map', '--run', run.name, '--collection', run.encoded[0], '--library', library);
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  await engine.close();
  return library;
}

/** The peer's page with its points, as files to be served. */
async function peerPage() {
  const page = path.join(folder, 'peer');
  fs.mkdirSync(page);
  fs.writeFileSync(path.join(page, 'package.json'), '{"private": true, "type": "module"}');
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel', 'error', peerVersion], { cwd: page, stdio: ['ignore', 'ignore', 'inherit'] });
  fs.copyFileSync(path.join(root, 'bench/ui/peer-page.mjs'), path.join(page, 'main.mjs'));
  fs.writeFileSync(path.join(page, 'index.html'), '<!doctype html><style>html,body{margin:0;overflow:hidden}canvas{display:block}</style><body><canvas></canvas><script type="module" src="./main.mjs"></script>');
  await bundle({ root: page, configFile: false, base: './', logLevel: 'error', build: { outDir: 'out', target: 'chrome108' } });
  return path.join(page, 'out');
}

const types = { '.html': 'text/html', '.js': 'text/javascript', '.bin': 'application/octet-stream' };
async function serveFiles(directory) {
  const server = http.createServer((request, response) => {
    const file = path.join(directory, path.normalize(new URL(request.url, 'http://x').pathname).replace(/\/$/, '/index.html'));
    if (!fs.existsSync(file)) return void response.writeHead(404).end();
    response.writeHead(200, { 'Content-Type': types[path.extname(file)] ?? 'application/octet-stream' });
    fs.createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { origin: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

/** Times of frames while `act` moves the pointer; a frame counts when it comes more than a millisecond after the one before. */
async function frames(page, act) {
  await page.evaluate(() => {
    window.frameTimes = [];
    let last = performance.now();
    window.timing = true;
    const next = () => {
      const now = performance.now();
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

/** Wheel towards the map and back, a step each 16 ms or as fast as the page takes them. */
const zooming = (page, box, steps, wheel) => async () => {
  await page.mouse.move(box.x + box.width * 0.52, box.y + box.height * 0.48);
  for (const way of [-1, 1]) for (let i = 0; i < steps; i++) await page.mouse.wheel(0, way * wheel);
};
/** Drags to and fro. */
const panning = (page, box, steps) => async () => {
  const at = (t) => [box.x + box.width * (0.5 + 0.3 * Math.sin(t)), box.y + box.height * (0.5 + 0.2 * Math.sin(1.7 * t))];
  await page.mouse.move(...at(0));
  await page.mouse.down();
  for (let i = 1; i <= steps; i++) await page.mouse.move(...at((i / steps) * 6.28));
  await page.mouse.up();
};

async function measure(page, box, { nearer, steps }) {
  await page.waitForTimeout(700);
  const pan = await frames(page, panning(page, box, steps));
  const zoom = await frames(page, zooming(page, box, steps / 3, 60));
  if (!nearer) return { pan, zoom };
  await page.mouse.move(box.x + box.width * 0.52, box.y + box.height * 0.48);
  for (let i = 0; i < nearer; i++) await page.mouse.wheel(0, -60);
  await page.waitForTimeout(4000);
  return { pan, zoom, near: await frames(page, panning(page, box, steps)) };
}

/** Opens our page on its map; gives the box of its canvas. */
async function openOurs(browser, link, layers) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.goto(link);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.evaluate((hash) => (location.hash = hash), `#/map${layers && `?layers=${layers}`}`);
  const map = page.getByRole('application', { name: /^Map of/ });
  await map.waitFor({ timeout: 120_000 });
  await page.waitForTimeout(2500);
  return { page, map, box: await map.boundingBox(), close: () => context.close() };
}

async function openPeer(browser, origin, { width, height }, size) {
  const context = await browser.newContext({ viewport: { width: Math.round(width), height: Math.round(height) } });
  const page = await context.newPage();
  await page.addInitScript(([w, h]) => addEventListener('DOMContentLoaded', () => Object.assign(document.querySelector('canvas').style, { width: `${w}px`, height: `${h}px` })), [Math.round(width), Math.round(height)]);
  await page.goto(`${origin}/?size=${size}`);
  await page.locator('body[data-ready]').waitFor({ timeout: 120_000 });
  await page.waitForTimeout(2500);
  return { page, box: await page.locator('canvas').boundingBox(), close: () => context.close() };
}

/** Milliseconds from the release of the pointer to the frame that shows the count, and the count. */
async function lasso({ page, map, box }) {
  await map.focus();
  await map.press('l');
  await page.evaluate(() => {
    window.lassoed = new Promise((resolve) => {
      addEventListener('pointerup', () => {
        const released = performance.now();
        const look = () => (document.querySelector('[data-selected-count]') ? requestAnimationFrame(() => resolve(performance.now() - released)) : requestAnimationFrame(look));
        look();
      }, { capture: true, once: true });
    });
  });
  const at = (t) => [box.x + box.width * (0.5 + 0.48 * Math.cos(t)), box.y + box.height * (0.5 + 0.48 * Math.sin(t))];
  await page.mouse.move(...at(0));
  await page.mouse.down();
  for (let i = 1; i <= 200; i++) await page.mouse.move(...at((i / 200) * 6.28));
  await page.mouse.up();
  const milliseconds = await page.evaluate(() => window.lassoed);
  const count = Number(await page.locator('[data-selected-count]').getAttribute('data-selected-count'));
  await map.press('Escape');
  await page.waitForTimeout(500);
  return { milliseconds, count };
}

const rows = [];
/** Not the median: a page that keeps the graphics process waiting gets its frames in pairs, a long one and one of 3 ms. */
const mean = (list) => list.reduce((sum, one) => sum + one, 0) / list.length;
const percentile = (list, share) => [...list].sort((a, b) => a - b)[Math.floor((list.length - 1) * share)];
try {
  if (!process.env.GLYPHSCOPE_OUT) await build();
  const library = await firstLibrary();
  const peerFiles = await peerPage();
  for (const setting of [
    { points: 60_000, name: '60,000 points', size: 3, nearer: 24, steps: 120, layers: '' },
    { points: 1_000_000, name: '1,000,000 points', size: 2, nearer: 0, steps: 60, layers: '' },
    { points: 1_000_000, name: '1,000,000 points without density', size: 2, nearer: 0, steps: 24, layers: 'points' },
  ]) {
    const { points, name, size, nearer, layers } = setting;
    if (values.only && !name.startsWith(values.only)) continue;
    const data = scatter(points);
    fillMap(library, data);
    for (const [file, array] of Object.entries(data)) fs.writeFileSync(path.join(peerFiles, `${file}.bin`), Buffer.from(array.buffer));
    const engine = await serve(library);
    const files = await serveFiles(peerFiles);
    const browser = await chromium.launch({ executablePath: values.chromium, args: ['--ignore-gpu-blocklist', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])] });
    const found = { pan: [[], []], zoom: [[], []], near: [[], []], lasso: [] };
    let count = 0;
    for (let round = 0; round < rounds; round++) {
      const ours = await openOurs(browser, engine.link, layers);
      const mine = await measure(ours.page, ours.box, setting);
      if (nearer) await ours.page.locator('canvas[data-pictures]:not([data-pictures="0"])').waitFor({ timeout: 5000 });
      else if (!layers) {
        await ours.map.press('0');
        const one = await lasso(ours);
        count = one.count;
        found.lasso.push(one.milliseconds);
      }
      const { box } = ours;
      await ours.close();
      const peer = await openPeer(browser, files.origin, box, size);
      const theirs = await measure(peer.page, peer.box, setting);
      await peer.close();
      for (const key of ['pan', 'zoom', 'near']) {
        found[key][0].push(...(mine[key] ?? []));
        found[key][1].push(...(theirs[key] ?? []));
      }
    }
    const say = { pan: `pan, ${name}`, zoom: `zoom, ${name}`, near: `pan among pictures, ${name}` };
    for (const key of ['pan', 'zoom', 'near']) {
      const [ours, peer] = found[key];
      if (ours.length === 0) continue;
      rows.push(row({ name: say[key], ours: mean(ours), peer: mean(peer), unit: 'ms a frame', goal: 1, cores }));
      rows.push(row({ name: `${say[key]}: 95 of 100 within`, ours: percentile(ours, 0.95), peer: percentile(peer, 0.95), unit: 'ms', goal: 1, cores }));
    }
    if (found.lasso.length > 0) rows.push(row({ name: `lasso of ${count.toLocaleString('en')} among ${name}`, ours: median(found.lasso), unit: 'ms', goal: 200, cores }));
    await browser.close();
    files.close();
    await engine.close();
  }
  console.log(`load ${os.loadavg()[0].toFixed(1)}`);
  report(rows, values.json);
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}
