#!/usr/bin/env node
// After `npm ci`: Electron's binary, the compute backends and the first build. Each is a help and none is a must, so this
// always succeeds and says in one plain line each what is there and what to do about what is not. `npm run setup` is the same.
//   ELECTRON_SKIP_BINARY_DOWNLOAD=1, GLYPHSCOPE_SKIP_TENSORFLOW=1  leave that one out
//   GLYPHSCOPE_SKIP_GPU=1  only what computes on the processor
import fs from 'node:fs';
import path from 'node:path';
import { build } from './build.mjs';
import { nvidiaDriver } from './compute-places.mjs';
import { runProgram } from './programs.mjs';
import { engineNode, findElectron, modules, packageFile, root } from './project.mjs';
import { setupCompute } from './setup-compute.mjs';

const minutes = 60_000;

/** The dependencies' own scripts are denied, so that Electron's is called here, on a Node that it runs on. */
async function electron() {
  const without = (reason) => `Electron: its binary could not be downloaded (${reason}); \`npm start\` will serve the page to a browser. Try again with \`npm run setup\`.`;
  const installer = packageFile('electron', 'install.js');
  if (process.env.GLYPHSCOPE_ELECTRON) {
    const { path: file, reason } = findElectron();
    return file ? `Electron: ${file} is used (GLYPHSCOPE_ELECTRON).` : without(reason);
  }
  if (!installer) return 'Electron: not installed, because development dependencies were left out; `npm start` will serve the page to a browser.';
  const { version } = JSON.parse(fs.readFileSync(path.join(modules, 'electron', 'package.json'), 'utf8'));
  if (findElectron().path) return `Electron ${version}: ready.`;
  if (process.env.ELECTRON_SKIP_BINARY_DOWNLOAD) return without('ELECTRON_SKIP_BINARY_DOWNLOAD is set');
  const result = await runProgram(engineNode(), [installer], { cwd: root, timeoutMs: 5 * minutes });
  if (result.timedOut) return without('it took more than five minutes');
  if (!result.ok || !findElectron().path) return without(networkReason(result.stderr));
  return `Electron ${version}: downloaded.`;
}

/** The telling part of a failed download. */
function networkReason(text) {
  const known = /(?:getaddrinfo|connect|read|write) E[A-Z]+[^\n,]*|Response code \d+[^\n]*|certificate[^\n]*|ENOSPC[^\n]*/i.exec(text);
  if (/fetch failed/.test(text)) return 'its server cannot be reached';
  const line = known?.[0] ?? text.split('\n').find((part) => /error/i.test(part)) ?? text.split('\n')[0] ?? '';
  return line.trim().replace(/\s+/g, ' ').slice(0, 120) || 'no reason was given';
}

/** Backends for this machine: what a driver or a card is seen for, and native TensorFlow. */
async function compute() {
  if (process.env.GLYPHSCOPE_SKIP_TENSORFLOW) return 'Compute: left out (GLYPHSCOPE_SKIP_TENSORFLOW is set); training uses WASM, which is slower, until `npm run setup`.';
  const outcomes = await setupCompute({ timeoutMs: 8 * minutes });
  const hint = outcomes.some(({ ok }) => !ok) ? ['Training uses the best of the rest. Try again with `npx glyphscope setup-compute`.'] : [];
  return [...outcomes.map(({ line }) => line), ...hint].join('\n');
}

/** Which backend is used is found out now, so that the first start does not wait for it. */
async function check() {
  const cli = path.join(root, 'out', 'engine', 'cli.mjs');
  if (process.env.GLYPHSCOPE_SKIP_TENSORFLOW || !fs.existsSync(cli)) return 'Backends: checked at the first start.';
  const result = await runProgram(engineNode(), [cli, 'setup-compute', '--check', '--json'], { timeoutMs: 2 * minutes });
  try {
    return `Backends: ${JSON.parse(result.stdout).backendReason}`;
  } catch {
    return 'Backends: checked at the first start.';
  }
}

async function firstBuild() {
  if (!packageFile('vite', 'package.json')) return 'Build: left out, because development dependencies were left out.';
  try {
    await build();
    return 'Build: ready.';
  } catch (error) {
    return `Build: failed; \`npm run build\` says why (${error.message.split('\n')[0]})`;
  }
}

const guarded = async (name, work) => {
  try {
    return await work();
  } catch (error) {
    return `${name}: could not be prepared (${error.message.split('\n')[0]}).`;
  }
};

/** npm 10 does not link a program called `node`; with the link, `npm run` and `npx` use the project's own Node. */
function linkNode() {
  const link = path.join(modules, '.bin', 'node');
  const node = engineNode();
  if (process.platform === 'win32' || fs.existsSync(link) || !node.startsWith(modules)) return;
  fs.symlinkSync(path.relative(path.dirname(link), node), link);
}

const gpu = nvidiaDriver() && !process.env.GLYPHSCOPE_SKIP_GPU ? ' and 3 GB for the GPU' : '';
console.log(`Preparing Electron, TensorFlow (262 MB to download${gpu}, once) and the first build.`);
await guarded('Node', linkNode);
const lines = [guarded('Electron', electron), guarded('Compute', compute), guarded('Build', firstBuild)];
for (const line of lines) console.log(await line);
console.log(await guarded('Backends', check));
