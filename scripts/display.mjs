// A display for windows: the one that is there, or an Xvfb of our own.
import { spawn } from 'node:child_process';
import { findProgram } from './programs.mjs';
import { displayObstacle } from './project.mjs';

/** The display to open windows on; `name` is null for the one that is there. Null where there is none and no Xvfb either. */
export async function startDisplay() {
  if (!displayObstacle()) return { name: null, stop() {} };
  return startXvfb();
}

/** A display on the first free number; null where Xvfb is not installed or does not start. */
async function startXvfb() {
  const program = findProgram('Xvfb');
  if (!program) return null;
  const child = spawn(program, ['-displayfd', '3', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const stop = () => child.kill();
  process.once('exit', stop);
  const name = await new Promise((resolve) => {
    let text = '';
    child.stdio[3].setEncoding('utf8').on('data', (part) => {
      text += part;
      if (text.includes('\n')) resolve(`:${text.trim()}`);
    });
    child.on('error', () => resolve(null));
    child.on('exit', () => resolve(null));
    setTimeout(() => resolve(null), 10_000).unref();
  });
  if (!name) stop();
  return name ? { name, stop } : null;
}
