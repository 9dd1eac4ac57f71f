// Programs of a test that is about their sudden end: each is started with a mark in its environment that all it starts
// inherits, so that what is left over of them can be told from anything else on the machine. Linux only (/proc).
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import { WebSocket } from 'ws';
import { engineEntry, engineNode, findElectron, root } from '../../scripts/project.mjs';

const markName = 'GLYPHSCOPE_FAULT_MARK';
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until `look` gives something true. @throws Error naming what was waited for */
export async function until(what, look, limit = 60_000) {
  for (const end = performance.now() + limit; ; await pause(10)) {
    const found = await look();
    if (found) return found;
    if (performance.now() > end) throw new Error(`${what}: not within ${limit / 1000} s.`);
  }
}

/** Processes whose environment has the mark: their numbers and command lines. */
export function marked(mark) {
  return fs.readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const environment = fs.readFileSync(`/proc/${pid}/environ`, 'latin1');
      const state = /^\d+ \(.*\) (\w)/s.exec(fs.readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1];
      if (state === 'Z' || !environment.split('\0').includes(`${markName}=${mark}`)) return [];
      return [{ pid: Number(pid), command: fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim() }];
    } catch {
      return []; // it has ended meanwhile
    }
  });
}

/** Marks of all that this process has started. */
const marks = new Set();

/** Ends all of it at once. */
export function endAll() {
  for (const mark of marks) for (const { pid } of marked(mark)) killIfThere(pid);
}

/** The one process of a program whose command line names `file`; null while there is none. */
export const processOf = (mark, file) => marked(mark).find(({ command }) => command.includes(file))?.pid ?? null;

/** An engine on a library, alone (`engine`) or as the child of a window (`shell`), and a client with the host's rights. */
export class Glyphscope {
  mark = randomUUID();
  ended = false;
  said = '';
  #socket = null;

  /** @param {{ kind: 'engine' | 'shell', library: string, folder: string }} options */
  static async start({ kind, library, folder }) {
    const one = new Glyphscope();
    marks.add(one.mark);
    const env = { ...process.env, [markName]: one.mark, GLYPHSCOPE_NODE: engineNode() };
    const electron = ['--no-sandbox', root, `--user-data-dir=${path.join(folder, 'profile')}`, `--library=${library}`];
    const [program, args] = kind === 'shell' ? [findElectron().path, electron.slice(process.getuid?.() === 0 ? 0 : 1)] : [engineNode(), [engineEntry, 'serve', '--json', '--port', '0', '--library', library]];
    one.kind = kind;
    one.child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    one.child.stderr.setEncoding('utf8').on('data', (text) => (one.said = (one.said + text).slice(-8000)));
    one.child.on('close', () => (one.ended = true));
    one.client = await one.#connect(library);
    return one;
  }

  async #connect(library) {
    return until(`The ${this.kind} answers`, async () => {
      if (this.ended) throw new Error(`The ${this.kind} ended at its start: ${this.said}`);
      const lock = readLock(library);
      if (!lock || !lock.port || !marked(this.mark).some(({ pid }) => pid === lock.pid)) return null; // an older engine's
      this.enginePid = lock.pid;
      const socket = new WebSocket(`ws://127.0.0.1:${lock.port}/rpc`, { headers: { Authorization: `Bearer ${lock.hostToken}` }, perMessageDeflate: false });
      socket.binaryType = 'arraybuffer';
      const open = await new Promise((resolve) => {
        socket.once('open', () => resolve(true));
        socket.on('error', () => resolve(false));
      });
      if (!open) return null;
      this.#socket = socket;
      return createORPCClient(new RPCLink({ websocket: socket }));
    });
  }

  /** The number of the process that is to die: `engine`, `shell`, or a child of the engine by its program. */
  pidOf(target) {
    if (target === 'shell') return this.child.pid;
    return target === 'engine' ? this.enginePid : processOf(this.mark, `${target}.mjs`);
  }

  /** Waits until nothing of it is left; gives the command lines of what still is, and ends those. */
  async leftOver(limit = 30_000) {
    const end = performance.now() + limit;
    while (marked(this.mark).length > 0 && performance.now() < end) await pause(50);
    this.#socket?.terminate();
    const left = marked(this.mark);
    for (const { pid } of left) killIfThere(pid);
    return left.map(({ command }) => command.slice(0, 120));
  }

  /** Ends it in order. */
  async stop() {
    killIfThere(this.child.pid, 'SIGTERM');
    return this.leftOver();
  }
}

export function killIfThere(pid, signal = 'SIGKILL') {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false; // it has ended by itself
  }
}

function readLock(library) {
  try {
    return JSON.parse(fs.readFileSync(path.join(library, 'library.lock'), 'utf8'));
  } catch {
    return null; // not there yet, or being written
  }
}
