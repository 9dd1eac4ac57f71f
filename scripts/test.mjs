#!/usr/bin/env node
// `npm test`: build, types, unit and integration tests, then the windows: Playwright in Electron and in Chromium.
// What cannot run here is left out and said in one line. The last line is `N passed, N failed`.
//   node scripts/test.mjs [--e2e] [--unit] [names of test files]
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { startDisplay } from './display.mjs';
import { runProgram } from './programs.mjs';
import { engineNode, findChromium, findElectron, packageFile, root } from './project.mjs';

const minutes = 60_000;
const reports = fs.mkdtempSync(path.join(os.tmpdir(), 'glyphscope-test-'));
const total = { passed: 0, failed: 0, skipped: 0 };
const leftOut = [];
const heading = (text) => console.log(`\n── ${text}`);

function count(name, { passed, failed, skipped = 0 }) {
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
  console.log(`${name}: ${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`);
}

/** Runs a program of node_modules with its output shown; gives its exit status. */
function show(args, environment = {}) {
  return new Promise((resolve) => {
    const child = spawn(engineNode(), args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...environment } });
    const stop = () => child.kill('SIGTERM');
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop);
    child.on('error', () => resolve(1));
    child.on('close', (code) => {
      for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, stop);
      resolve(code ?? 1);
    });
  });
}

/** One check counts as one test. */
async function check(name, args) {
  const result = await runProgram(engineNode(), args, { cwd: root, timeoutMs: 10 * minutes });
  if (!result.ok) console.log((result.stdout + result.stderr).trim());
  count(name, result.ok ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });
}

async function builds() {
  heading('Build');
  try {
    await build({ say: (line) => console.log(line) });
    count('build', { passed: 1, failed: 0 });
    return true;
  } catch (error) {
    console.log(error.message);
    count('build', { passed: 0, failed: 1 });
    return false;
  }
}

async function types() {
  heading('Types');
  await Promise.all([
    check('tsc', [packageFile('typescript', 'bin/tsc'), '--noEmit']),
    check('svelte-check', [packageFile('svelte-check', 'bin/svelte-check'), '--tsconfig', './tsconfig.json', '--threshold', 'error']),
  ]);
}

async function unit(names) {
  heading('Unit and integration tests');
  const file = path.join(reports, 'vitest.json');
  const status = await show([packageFile('vitest', 'vitest.mjs'), 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...names]);
  const report = readJson(file);
  if (!report) return count('vitest', { passed: 0, failed: 1 });
  const brokenFiles = report.testResults.filter((one) => one.status === 'failed' && one.assertionResults.length === 0).length;
  const failed = report.numFailedTests + brokenFiles;
  count('vitest', { passed: report.numPassedTests, failed: failed === 0 && status !== 0 ? 1 : failed, skipped: report.numPendingTests + report.numTodoTests });
}

/** The windows' tests that can run here, and why the others cannot. */
async function windows(names) {
  heading('Windows');
  const projects = [];
  const environment = {};
  let display = null;
  const electron = findElectron();
  if (!electron.path) leftOut.push(`Electron's windows: ${electron.reason}. Run \`npm run setup\`, or set GLYPHSCOPE_ELECTRON to an Electron binary.`);
  else {
    display = await startDisplay();
    if (display) {
      projects.push('--project=electron');
      environment.GLYPHSCOPE_ELECTRON = electron.path;
      if (display.name) environment.DISPLAY = display.name;
    } else leftOut.push("Electron's windows: no display and no Xvfb. Install it (Debian: apt-get install xvfb) or run on a desktop.");
  }
  const chromium = findChromium();
  if (chromium) {
    projects.push('--project=chromium');
    environment.GLYPHSCOPE_CHROMIUM = chromium;
  } else leftOut.push('The page in a browser: no Chromium or Chrome. Install one (Debian: apt-get install chromium) or set GLYPHSCOPE_CHROMIUM.');
  if (projects.length === 0) return;
  const file = path.join(reports, 'playwright.json');
  try {
    const status = await show([packageFile('@playwright/test', 'cli.js'), 'test', '--reporter=list,json', ...projects, ...names], { ...environment, PLAYWRIGHT_JSON_OUTPUT_NAME: file });
    const stats = readJson(file)?.stats;
    if (!stats) return count('Playwright', { passed: 0, failed: 1 });
    const failed = stats.unexpected;
    if (stats.flaky > 0) console.log(`Passed at the second try only: ${stats.flaky}`);
    count('Playwright', { passed: stats.expected + stats.flaky, failed: failed === 0 && status !== 0 ? 1 : failed, skipped: stats.skipped });
  } finally {
    display?.stop();
  }
}

function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

const { values, positionals } = parseArgs({ options: { e2e: { type: 'boolean' }, unit: { type: 'boolean' } }, allowPositionals: true });
const all = !values.e2e && !values.unit;
try {
  const built = await builds();
  if (all && positionals.length === 0) await types();
  if (built) {
    if (all || values.unit) await unit(positionals);
    if (all || values.e2e) await windows(positionals);
  }
} finally {
  fs.rmSync(reports, { recursive: true, force: true });
}
console.log('');
for (const line of leftOut) console.log(`Left out: ${line}`);
if (total.skipped > 0) console.log(`${total.skipped} skipped`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 ? 1 : 0;
