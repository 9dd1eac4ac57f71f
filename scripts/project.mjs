// What the scripts know about the project and this machine. Node built-ins only, Node 20 or newer.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findProgram } from './programs.mjs';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
export const modules = path.join(root, 'node_modules');
export const engineEntry = path.join(root, 'out', 'engine', 'cli.mjs');

/** The Node that the engine needs; better-sqlite3 ends the process on an older one. */
export const oldestNode = [22, 12];

const recentEnough = (version) => {
  const [major, minor] = version.split('.').map(Number);
  return major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
};

/** True when this very process may run the engine's code. */
export const currentNodeFits = () => recentEnough(process.versions.node);

/**
 * Path of a Node that runs the engine: GLYPHSCOPE_NODE, then the one installed with the project from npm, then the one
 * that runs this script. Throws when none is recent enough.
 */
export function engineNode() {
  if (process.env.GLYPHSCOPE_NODE) return process.env.GLYPHSCOPE_NODE;
  const folder = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const bundled = path.join(modules, folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (fs.existsSync(bundled)) return bundled;
  if (currentNodeFits()) return process.execPath;
  throw new Error(`Glyphscope needs Node ${oldestNode.join('.')} or newer, this is ${process.versions.node}: install a newer Node, or run \`npm ci\`, which brings one for Linux and Windows`);
}

/** Electron's executable and where it was found; null path with the reason when there is none. */
export function findElectron() {
  const given = process.env.GLYPHSCOPE_ELECTRON;
  if (given) {
    const file = findProgram(given);
    return file ? { path: file, source: 'GLYPHSCOPE_ELECTRON' } : { path: null, reason: `GLYPHSCOPE_ELECTRON names ${given}, which is not a program` };
  }
  const directory = path.join(modules, 'electron');
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  const named = readOrNull(path.join(directory, 'path.txt')) ?? { win32: 'electron.exe', darwin: 'Electron.app/Contents/MacOS/Electron' }[process.platform] ?? 'electron';
  const file = path.join(override ?? path.join(directory, 'dist'), named);
  if (fs.existsSync(file)) return { path: file, source: override ? 'ELECTRON_OVERRIDE_DIST_PATH' : 'node_modules/electron' };
  if (override) return { path: null, reason: `ELECTRON_OVERRIDE_DIST_PATH has no ${named}` };
  if (!fs.existsSync(directory)) return { path: null, reason: 'the electron package is not installed' };
  return { path: null, reason: 'its binary was not downloaded; `npm run setup` tries again' };
}

/** Why no window can be opened here; null when there is a display. */
export function displayObstacle() {
  if (process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY) return null;
  return 'no display (neither DISPLAY nor WAYLAND_DISPLAY is set)';
}

/** Chromium or Chrome for the tests in a browser; null when none is installed. */
export function findChromium() {
  const names = [process.env.GLYPHSCOPE_CHROMIUM, 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
  for (const name of names) {
    const file = name ? findProgram(name) : null;
    if (file) return file;
  }
  return null;
}

/** Programs inside node_modules are started by path, so that they run on the Node chosen here. */
export function packageFile(name, file) {
  const found = path.join(modules, ...name.split('/'), file);
  return fs.existsSync(found) ? found : null;
}

export function readOrNull(file) {
  try {
    return fs.readFileSync(file, 'utf8').trim();
  } catch {
    return null;
  }
}

export const isMain = (url) => Boolean(process.argv[1]) && fs.realpathSync(process.argv[1]) === fileURLToPath(url);
