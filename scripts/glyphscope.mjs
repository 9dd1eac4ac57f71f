#!/usr/bin/env node
// The command line: builds if needed, then runs the engine's own command line on a Node that it can run on.
import { spawn } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { build } from './build.mjs';
import { currentNodeFits, engineEntry, engineNode } from './project.mjs';

try {
  await build({ say: (line) => console.error(line) });
  if (currentNodeFits() && !process.env.GLYPHSCOPE_NODE) {
    process.argv[1] = engineEntry;
    await import(pathToFileURL(engineEntry).href);
  } else process.exitCode = await runOn(engineNode());
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

/** The same terminal, input and output; signals pass on and the exit code comes back. */
function runOn(node) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, [engineEntry, ...process.argv.slice(2)], { stdio: 'inherit' });
    // Ctrl-C reaches both processes; the engine takes the second of two close signals for the same one.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }[signal] ?? 1));
  });
}
