import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '..', '..');
export const engineEntry = path.join(root, 'out', 'engine', 'cli.mjs');

export interface Finished {
  status: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  child: ChildProcess;
  /** What it has said so far. */
  said: { stdout: string; stderr: string };
  finished: Promise<Finished>;
}

/** Starts the built command line with this Node. */
export function startCommand(args: readonly string[], environment: Record<string, string> = {}): Running {
  const child = spawn(process.execPath, [engineEntry, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...environment } });
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => resolve({ status, signal, ...said }));
  });
  return { child, said, finished };
}

export const runCommand = (args: readonly string[], environment?: Record<string, string>): Promise<Finished> => startCommand(args, environment).finished;

/** Waits until what a command said matches. @throws Error with all it said when it ends before */
export async function until(running: Running, stream: 'stdout' | 'stderr', pattern: RegExp, limit = 60_000): Promise<RegExpExecArray> {
  let over = false;
  void running.finished.then(() => (over = true));
  for (const end = Date.now() + limit; ; await new Promise((resolve) => setTimeout(resolve, 20))) {
    const found = pattern.exec(running.said[stream]);
    if (found) return found;
    if (over || Date.now() > end) throw new Error(`${pattern} was not said.\nstdout: ${running.said.stdout}\nstderr: ${running.said.stderr}`);
  }
}
