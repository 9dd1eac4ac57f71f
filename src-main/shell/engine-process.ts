import { type ChildProcessByStdio, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { type ErrorDetail, errorDetail } from '../contract/errors';

/** How the shell reaches the engine that it started. */
export interface EngineAddress {
  /** http://127.0.0.1:PORT */
  origin: string;
  hostToken: string;
  pageToken: string;
}

export interface EngineOptions {
  /** The app's folder. */
  root: string;
  library: string | null;
  /** Port of the last start: asking for it again keeps the page's stored preferences, which belong to an address. */
  port: number;
  logFile: string;
}

/** Why no engine is running: shown to the user. */
export type EngineFailure = ErrorDetail;

/** Bytes at the end of the log that say why an engine ended. */
const lastWords = 16_384;
const stopLimit = 20_000;

/**
 * The engine as a child of the shell, or what stands between the shell and one that went on without a window. It ends when
 * its stdin does, unless it was told to go on: then it outlives the shell, which is why it writes its log itself.
 * `onDeath` is called once, when it ended without being asked.
 */
export class EngineProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #logFile: string;
  readonly address: Promise<EngineAddress>;
  #stopping = false;
  #ready = false;

  constructor(options: EngineOptions, onDeath: (failure: EngineFailure) => void) {
    const node = findNode(options.root);
    const args = [path.join(options.root, 'out', 'engine', 'cli.mjs'), 'serve', '--parent', '--json', '--port', String(options.port)];
    if (options.library !== null) args.push('--library', options.library);
    const env = { ...process.env };
    delete env.ELECTRON_RUN_AS_NODE;
    if (node.asNode) env.ELECTRON_RUN_AS_NODE = '1';
    this.#logFile = options.logFile;
    const log = openLog(options.logFile);
    // Of a group of its own: what ends the shell's group does not end a training.
    this.#child = spawn(node.program, args, { env, stdio: ['pipe', 'pipe', log], windowsHide: true, detached: true }) as ChildProcessByStdio<Writable, Readable, null>;
    fs.closeSync(log);
    this.#child.stdin.on('error', () => {}); // it is gone: `exit` tells
    this.address = new Promise((resolve, reject) => {
      createInterface({ input: this.#child.stdout }).on('line', (line) => {
        const address = readAddress(line);
        if (!address) return;
        this.#ready = true;
        resolve(address);
      });
      this.#child.on('error', (error) => reject(asFailure(`The engine could not be started with ${node.program}: ${error.message}`)));
      this.#child.on('close', (code, signal) => {
        const failure = this.#reason(code, signal);
        reject(failure);
        if (this.#ready && !this.#stopping) onDeath(failure);
      });
    });
    this.address.catch(() => {}); // whoever waits for it is told as well
  }

  /** Asks the engine to end in order, and ends it by force when it does not within 20 seconds. */
  stop(): Promise<void> {
    this.#stopping = true;
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#child.kill('SIGKILL'), stopLimit);
      this.#child.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
      this.#child.stdin.end();
    });
  }

  /** Lets go of an engine that was told to go on: the shell ends without it. */
  letGo(): void {
    this.#stopping = true;
    this.#child.stdin.end();
    this.#child.stdout.destroy();
    this.#child.unref();
  }

  /** The engine's own last words where it gave a reason, else how it ended. */
  #reason(code: number | null, signal: string | null): EngineFailure {
    const lines = readEnd(this.#logFile).split('\n');
    for (const line of [...lines].reverse()) {
      const detail = parseJson(line);
      const parsed = errorDetail.safeParse(detail);
      if (parsed.success) return parsed.data;
    }
    const last = lines.filter((line) => line.trim() !== '').slice(-3).join(' ');
    return asFailure(`The engine ended ${signal ? `by ${signal}` : `with code ${code ?? 'unknown'}`}.${last ? ` Its last words: ${last}` : ''}`);
  }
}

/** A fresh log; the one before is kept beside it, into which an engine that went on still writes. */
function openLog(file: string): number {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  try {
    fs.renameSync(file, file.replace(/(\.log)?$/, '.previous.log'));
  } catch {
    // there is none yet
  }
  return fs.openSync(file, 'a');
}

function readEnd(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8').slice(-lastWords);
  } catch {
    return ''; // a log that cannot be read says nothing
  }
}

function readAddress(line: string): EngineAddress | null {
  const value = parseJson(line) as Partial<EngineAddress> | null;
  if (typeof value?.origin !== 'string' || typeof value.hostToken !== 'string' || typeof value.pageToken !== 'string') return null;
  if (!/^http:\/\/127\.0\.0\.1:\d+$/.test(value.origin)) return null;
  return { origin: value.origin, hostToken: value.hostToken, pageToken: value.pageToken };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const asFailure = (message: string): EngineFailure => ({ code: 'PROCESS_DIED', message, remedy: 'Start it again. What was stored is kept; a training goes on from its last checkpoint.' });

/** The Node that runs the engine: the one named, the one that came from npm, else Electron's own. */
function findNode(root: string): { program: string; asNode: boolean } {
  const given = process.env.GLYPHSCOPE_NODE;
  if (given) return { program: given, asNode: false };
  const folder = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const bundled = path.join(root, 'node_modules', folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  return fs.existsSync(bundled) ? { program: bundled, asNode: false } : { program: process.execPath, asNode: true };
}
