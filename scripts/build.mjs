#!/usr/bin/env node
// Builds engine, page and shell into out/, in parallel, each only when what it is made from has changed.
//   node scripts/build.mjs [--force]
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { runProgram } from './programs.mjs';
import { engineNode, isMain, packageFile, readOrNull, root } from './project.mjs';

/** What each part is made from and by which configurations. A change anywhere else does not build it again. */
const parts = {
  engine: { configurations: ['engine'], sources: ['src-main'], except: ['src-main/shell'], files: ['vite.engine.config.ts', 'package.json', 'tsconfig.json'] },
  page: { configurations: ['page'], sources: ['src-renderer', 'src-main/contract'], except: [], files: ['vite.page.config.ts', 'svelte.config.js', 'package.json', 'tsconfig.json'] },
  shell: { configurations: ['shell', 'preload'], sources: ['src-main/shell', 'src-main/contract'], except: [], files: ['vite.shell.config.ts', 'vite.preload.config.ts', 'package.json', 'tsconfig.json'] },
};

function* filesUnder(folder, except) {
  if (except.includes(folder)) return;
  const entries = fs.readdirSync(path.join(root, folder), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const name = `${folder}/${entry.name}`;
    if (entry.isDirectory()) yield* filesUnder(name, except);
    else yield name;
  }
}

/** SHA-256 over names and contents of everything that a part is made from. */
function fingerprint({ sources, except, files }) {
  const hash = createHash('sha256');
  const names = [...sources.flatMap((folder) => [...filesUnder(folder, except)]), ...files];
  for (const name of names) hash.update(`${name}\n`).update(fs.readFileSync(path.join(root, name))).update('\0');
  return hash.digest('hex');
}

/** One part: built beside the old one, which stays in use until the new one takes its place. */
async function buildPart(name, stamp) {
  const vite = packageFile('vite', 'bin/vite.js');
  if (!vite) return `the build tools are not installed: run \`npm ci\` with development dependencies`;
  const target = path.join(root, 'out', name);
  const fresh = `${target}.new-${process.pid}`;
  for (const configuration of parts[name].configurations) {
    const args = [vite, 'build', '-c', `vite.${configuration}.config.ts`, '--logLevel', 'warn', '--outDir', fresh, '--emptyOutDir', 'false'];
    const result = await runProgram(engineNode(), args, { cwd: root, timeoutMs: 5 * 60_000, env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' } });
    if (result.ok) continue;
    fs.rmSync(fresh, { recursive: true, force: true });
    return (result.stderr + result.stdout).trim() || `vite ended with ${result.signal ?? result.status}`;
  }
  fs.writeFileSync(path.join(fresh, '.built-from'), stamp);
  const old = `${target}.old-${process.pid}`;
  if (fs.existsSync(target)) fs.renameSync(target, old);
  fs.renameSync(fresh, target);
  fs.rmSync(old, { recursive: true, force: true });
  return null;
}

/** Waits for a build that another process has begun; its result is then simply found up to date. */
async function lock() {
  const file = path.join(root, 'out', '.building');
  fs.mkdirSync(path.dirname(file), { recursive: true });
  for (const until = Date.now() + 5 * 60_000; Date.now() < until; await new Promise((resolve) => setTimeout(resolve, 100))) {
    try {
      fs.writeFileSync(file, String(process.pid), { flag: 'wx' });
      return () => fs.rmSync(file, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      const owner = Number(readOrNull(file));
      if (owner > 0 && !isAlive(owner)) fs.rmSync(file, { force: true });
    }
  }
  throw new Error(`another build has not ended for five minutes: if none is running, delete ${file}`);
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

const outdated = () =>
  Object.keys(parts)
    .map((name) => ({ name, stamp: fingerprint(parts[name]) }))
    .filter(({ name, stamp }) => readOrNull(path.join(root, 'out', name, '.built-from')) !== stamp);

/**
 * Builds what is out of date and returns the names of what was built. Throws an Error with the build tool's own words.
 * A packaged or production copy without sources is taken as it is.
 */
export async function build({ force = false, say = () => {} } = {}) {
  if (!fs.existsSync(path.join(root, 'src-main'))) return [];
  if (!force && outdated().length === 0) return [];
  const unlock = await lock();
  try {
    const wanted = force ? Object.keys(parts).map((name) => ({ name, stamp: fingerprint(parts[name]) })) : outdated();
    if (wanted.length > 0) say(`Building ${wanted.map(({ name }) => name).join(', ')}`);
    const failures = await Promise.all(wanted.map(async ({ name, stamp }) => ({ name, message: await buildPart(name, stamp) })));
    const failed = failures.filter(({ message }) => message !== null);
    if (failed.length > 0) throw new Error(failed.map(({ name, message }) => `The ${name} could not be built.\n${message}`).join('\n'));
    return wanted.map(({ name }) => name);
  } finally {
    unlock();
  }
}

if (isMain(import.meta.url)) {
  try {
    const built = await build({ force: process.argv.includes('--force'), say: (line) => console.error(line) });
    if (built.length === 0) console.error('Everything is built.');
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
