import { setTimeout as wait } from 'node:timers/promises';
import { GlyphscopeError } from '../contract/errors';
import type { Engine } from '../engine';
import { readLock } from '../engine/library-lock';
import { connectToRunning, errorOf } from './engine-connection';
import { outliveTerminal } from './outlive-terminal';

/** How long the engine that holds the library may take to answer: it may just be starting, or ending. */
const patience = 5_000;
const tryEvery = 250;

/** What the shell reads to reach an engine. */
interface Reached {
  origin: string;
  hostToken: string;
  pageToken: string;
}

const tellShell = (reached: Reached) => process.stdout.write(`${JSON.stringify({ ready: true, ...reached, pid: process.pid })}\n`);

/** Resolves when the window that started this process has gone. */
const windowGone = (): Promise<void> => new Promise((resolve) => void process.stdin.on('end', resolve).on('error', resolve).resume());

/**
 * Serves a window: an engine of its own, or the one that an earlier window left to go on with its trainings.
 * @param start begins an engine of the library
 * @throws GlyphscopeError LIBRARY_IN_USE by an engine that somebody else uses; PROCESS_DIED when the engine taken over ends
 */
export async function serveWindow(library: string, start: () => Promise<Engine>, signal: AbortSignal): Promise<void> {
  outliveTerminal();
  const engine = await startOrTakeOver(library, start, signal);
  if (!engine) return;
  const { origin, hostToken, pageToken } = engine.address!;
  const gone = engine.lifetime.begin();
  tellShell({ origin, hostToken, pageToken });
  void windowGone().then(gone);
  await Promise.race([engine.ended, new Promise((resolve) => (signal.aborted ? resolve(null) : signal.addEventListener('abort', resolve, { once: true })))]);
  await engine.close();
}

/** Null when an engine was taken over, and let go again. */
async function startOrTakeOver(library: string, start: () => Promise<Engine>, signal: AbortSignal): Promise<Engine | null> {
  for (let waited = 0; ; waited += tryEvery) {
    try {
      return await start();
    } catch (error) {
      if (!(error instanceof GlyphscopeError && error.code === 'LIBRARY_IN_USE')) throw error;
      if (await takeOver(library, error, signal)) return null;
      if (waited >= patience) throw error;
      await wait(tryEvery);
    }
  }
}

/**
 * Stands between the window and an engine that goes on without one, until either has gone.
 * @returns false when no engine answers
 * @throws GlyphscopeError `inUse` when it is used by somebody else; PROCESS_DIED
 */
async function takeOver(library: string, inUse: GlyphscopeError, signal: AbortSignal): Promise<boolean> {
  const lock = readLock(library);
  const connection = await connectToRunning(library);
  if (!lock || !connection) return false;
  const leaving = new AbortController();
  signal.addEventListener('abort', () => leaving.abort(), { once: true });
  try {
    for await (const { origin, pageToken } of await connection.client.host.takeOver(undefined, { signal: leaving.signal })) {
      tellShell({ origin, hostToken: lock.hostToken, pageToken });
      void windowGone().then(() => leaving.abort());
    }
    return true;
  } catch (error) {
    if (leaving.signal.aborted) return true;
    const refused = errorOf(error);
    if (refused instanceof GlyphscopeError) throw refused.code === 'LIBRARY_IN_USE' ? inUse : refused;
    throw new GlyphscopeError('PROCESS_DIED', 'The engine has ended.', { remedy: 'Start it again. What was stored is kept; a training goes on from its last checkpoint.', cause: error });
  } finally {
    await connection.close();
  }
}
