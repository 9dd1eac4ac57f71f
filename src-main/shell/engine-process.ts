import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
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

const keptLines = 40;
const stopLimit = 20_000;

/**
 * The engine as a child of the shell. It ends when its stdin does, so that it never outlives the shell.
 * `onDeath` is called once, when it ended without being asked.
 */
export class EngineProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lastLines: string[] = [];
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
    this.#child = spawn(node.program, args, { env, stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true });
    this.#child.stdin.on('error', () => {}); // it is gone: `exit` tells
    this.#keepLog(options.logFile);
    this.address = new Promise((resolve, reject) => {
      createInterface({ input: this.#child.stdout }).on('line', (line) => {
        const address = readAddress(line);
        if (!address) return;
        this.#ready = true;
        resolve(address);
      });
      this.#child.on('error', (error) => reject(asFailure(`The engine could not be started with ${node.program}: ${error.message}`)));
      // `close` comes after the last line of stderr was read.
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

  #keepLog(file: string): void {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    const log = fs.createWriteStream(file, { flags: 'w' });
    log.on('error', () => {}); // a log that cannot be written stops nothing
    createInterface({ input: this.#child.stderr }).on('line', (line) => {
      this.#lastLines.push(line);
      if (this.#lastLines.length > keptLines) this.#lastLines.shift();
      log.write(`${line}\n`);
      process.stderr.write(`${line}\n`);
    });
  }

  /** The engine's own last words where it gave a reason, else how it ended. */
  #reason(code: number | null, signal: string | null): EngineFailure {
    for (const line of [...this.#lastLines].reverse()) {
      const detail = parseJson(line);
      const parsed = errorDetail.safeParse(detail);
      if (parsed.success) return parsed.data;
    }
    const last = this.#lastLines.filter((line) => line.trim() !== '').slice(-3).join(' ');
    return asFailure(`The engine ended ${signal ? `by ${signal}` : `with code ${code ?? 'unknown'}`}.${last ? ` Its last words: ${last}` : ''}`);
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
