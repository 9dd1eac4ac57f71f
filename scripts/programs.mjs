// Finding and running outside programs, with a time limit and nothing left behind. Node built-ins only, Node 20 or newer.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

/** Full path of a program on PATH (or of a path that is executable); null when there is none. */
export function findProgram(name, environment = process.env) {
  const endings = process.platform === 'win32' ? ['', '.exe', '.cmd'] : [''];
  const folders = name.includes('/') || name.includes(path.sep) ? [''] : (environment.PATH ?? '').split(path.delimiter).filter(Boolean);
  for (const folder of folders)
    for (const ending of endings) {
      const file = folder === '' ? path.resolve(name + ending) : path.join(folder, name + ending);
      try {
        fs.accessSync(file, fs.constants.X_OK);
        if (fs.statSync(file).isFile()) return file;
      } catch {
        // not here
      }
    }
  return null;
}

/**
 * Runs a program to its end with no input, keeping the last 64 kB of each stream. Never throws.
 * `say` receives the lines of stdout and stderr as they come. The whole process group ends with a time-out.
 * @returns {Promise<{ ok: boolean, status: number | null, signal: string | null, stdout: string, stderr: string, timedOut: boolean }>}
 */
export function runProgram(command, args, { timeoutMs = 60_000, say, ...options } = {}) {
  return new Promise((resolve) => {
    const detached = process.platform !== 'win32';
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], detached, ...options });
    const kept = { stdout: '', stderr: '' };
    let timedOut = false;
    const kill = () => {
      try {
        if (detached) process.kill(-child.pid, 'SIGKILL');
        else child.kill('SIGKILL');
      } catch {
        // gone already
      }
    };
    const timer = setTimeout(() => {
      timedOut = true;
      kill();
    }, timeoutMs);
    const interrupted = () => {
      kill();
      process.exit(130);
    };
    process.once('SIGINT', interrupted);
    process.once('SIGTERM', interrupted);
    for (const name of ['stdout', 'stderr'])
      child[name]?.setEncoding('utf8').on('data', (text) => {
        kept[name] = (kept[name] + text).slice(-65_536);
        if (say) for (const line of text.split('\n')) if (line.trim() !== '') say(line);
      });
    const end = (status, signal, error) => {
      clearTimeout(timer);
      process.off('SIGINT', interrupted);
      process.off('SIGTERM', interrupted);
      if (error) kept.stderr += error.message;
      resolve({ ok: status === 0, status, signal, ...kept, timedOut });
    };
    child.on('error', (error) => end(null, null, error));
    child.on('close', (status, signal) => end(status, signal));
  });
}
