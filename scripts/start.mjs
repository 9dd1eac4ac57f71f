#!/usr/bin/env node
// `npm start`: the window, or, where there is no Electron or no display, the same page for a browser.
//   npm start -- [--library DIR] [--browser] [--port N]
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { displayObstacle, engineEntry, engineNode, findElectron, root } from './project.mjs';

const usage = `npm start -- [options]
  --library DIR  the library's folder (default: your user's data folder)
  --browser      serve the page to a browser even if a window can be opened
  --port N       port for the browser's page (default: any free one)`;

/** Chromium's own log lines (D-Bus, GPU probes) say nothing to a user; GLYPHSCOPE_VERBOSE=1 shows them. */
const isChromiumLog = (line) => /^\[\d+:\d{4}\/\d{6}\.\d+:[A-Z]+:/.test(line) || line.trim() === '';

function electronArguments(library) {
  const extra = [];
  if (process.platform === 'linux' && process.getuid?.() === 0) {
    console.error('Running as root, where Chromium has no sandbox: the window opens with --no-sandbox. Use an ordinary user where you can.');
    extra.push('--no-sandbox');
  }
  return [...extra, root, ...(library ? [`--library=${library}`] : [])];
}

/** Opens the window and waits for its end. Returns null, or why it could not be opened. */
function openWindow(electron, library) {
  return new Promise((resolve) => {
    const environment = { ...process.env, GLYPHSCOPE_NODE: engineNode() };
    delete environment.ELECTRON_RUN_AS_NODE;
    const began = Date.now();
    const child = spawn(electron, electronArguments(library), { stdio: ['ignore', 'inherit', 'pipe'], env: environment });
    let kept = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      kept = (kept + text).slice(-16_384);
      for (const line of text.split('\n'))
        if (process.env.GLYPHSCOPE_VERBOSE ? line !== '' : !isChromiumLog(line)) console.error(line);
    });
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
    child.on('error', (error) => resolve(error.message));
    child.on('exit', (code, signal) => {
      const atOnce = Date.now() - began < 10_000;
      if (code === 0 || !atOnce || signal === 'SIGINT' || signal === 'SIGTERM') {
        process.exitCode = code ?? 0;
        resolve(null);
      } else resolve(startFailure(kept, code, signal));
    });
  });
}

/** What Electron's last words mean. */
function startFailure(text, code, signal) {
  const library = /loading shared libraries: ([^:\s]+)/.exec(text)?.[1];
  if (library) return `Electron lacks the system library ${library}`;
  if (/Missing X server|cannot open display|Failed to open Wayland|ozone_platform/i.test(text)) return `the display ${process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY} cannot be opened`;
  if (/sandbox/i.test(text)) return "Chromium's sandbox cannot start here; allow user namespaces, or make chrome-sandbox setuid root";
  return `Electron ended with ${signal ?? code}`;
}

function serve({ library, port }) {
  return new Promise((resolve, reject) => {
    const options = [...(library ? ['--library', library] : []), ...(port ? ['--port', port] : [])];
    const child = spawn(engineNode(), [engineEntry, 'serve', ...options], { stdio: 'inherit' });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? (signal ? 1 : 0)));
  });
}

try {
  const { values } = parseArgs({
    options: { library: { type: 'string' }, browser: { type: 'boolean' }, port: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) console.log(usage);
  else {
    await build({ say: (line) => console.error(line) });
    const electron = findElectron();
    let obstacle = values.browser ? null : (displayObstacle() ?? (electron.path ? null : `no Electron: ${electron.reason}`));
    let inBrowser = Boolean(values.browser || obstacle);
    if (!inBrowser) {
      obstacle = await openWindow(electron.path, values.library);
      inBrowser = obstacle !== null;
    }
    if (inBrowser) {
      if (obstacle) console.log(`No window: ${obstacle}. Open the address below in a browser instead.`);
      process.exitCode = await serve(values);
    }
  }
} catch (error) {
  console.error(error.message);
  if (error.code?.startsWith?.('ERR_PARSE_ARGS')) console.error(usage);
  process.exitCode = error.code?.startsWith?.('ERR_PARSE_ARGS') ? 2 : 1;
}
