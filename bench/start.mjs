#!/usr/bin/env node
// Start after the first: from `npm start`'s first line to a window that shows described images, in seconds.
//   npx node bench/start.mjs [--times 5] [--library DIR]
// Needs Electron and a display (or Xvfb). Without --library a new library is made first, whose start is not counted.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { _electron } from '@playwright/test';
import { build } from '../scripts/build.mjs';
import { engineNode, findElectron, root } from '../scripts/project.mjs';

const { values } = parseArgs({ options: { times: { type: 'string', default: '5' }, library: { type: 'string' } } });
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'glyphscope-start-'));
const library = values.library ?? path.join(folder, 'library');
const electron = findElectron();
if (!electron.path) throw new Error(`No Electron: ${electron.reason}`);

/** Seconds until the window is there, until its page answers, and until it shows an image with its symbols. */
async function start(patience) {
  const began = performance.now();
  const since = () => (performance.now() - began) / 1000;
  await build();
  const app = await _electron.launch({
    executablePath: electron.path,
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), root, `--user-data-dir=${path.join(folder, 'profile')}`, `--library=${library}`],
    env: { ...process.env, GLYPHSCOPE_NODE: engineNode() },
  });
  const page = await app.firstWindow();
  const window = since();
  await page.getByRole('heading', { level: 1 }).waitFor({ timeout: patience });
  const frame = since();
  await page.getByText(/images described$/).waitFor({ timeout: patience });
  await page.waitForFunction(() => [...document.querySelectorAll('main img')].some((image) => image.complete && image.naturalWidth > 0), undefined, { timeout: patience });
  const images = since();
  await app.close();
  return { window, frame, images };
}

try {
  if (!values.library) await start(300_000);
  const runs = [];
  for (let i = 0; i < Number(values.times); i++) {
    const run = await start(60_000);
    runs.push(run);
    console.log(`window ${run.window.toFixed(2)} s, page ${run.frame.toFixed(2)} s, described images ${run.images.toFixed(2)} s`);
  }
  const sorted = runs.map((run) => run.images).sort((a, b) => a - b);
  console.log(`median ${sorted[Math.floor(sorted.length / 2)].toFixed(2)} s of ${sorted.length} (${os.availableParallelism()} cores, load ${os.loadavg()[0].toFixed(1)})`);
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}
