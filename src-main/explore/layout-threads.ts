import { Worker } from 'node:worker_threads';
import { GlyphscopeError } from '../contract/errors';
import { finished, layoutProgress, moveSome, pointsAtOnce, type LayoutState, type RunLayout } from './umap-layout';

/** A layout in shared memory, with the counters that its threads share out the work by. */
export interface SharedLayout {
  state: LayoutState;
  /** Int32 [3]: parts that were taken, parts that are done, and whether to stop. A part is `pointsAtOnce` points in one epoch. */
  counters: Int32Array;
}

const [taken, done, stopped] = [0, 1, 2];
const partsOf = ({ count }: LayoutState) => Math.ceil(count / pointsAtOnce);

/** Milliseconds between two looks at how far the threads are. */
const lookEvery = 50;

export const sharedMemory = (bytes: number) => new SharedArrayBuffer(bytes);

/**
 * A layout by several threads. They take parts of an epoch in turn, and of the next epoch when all parts of the one
 * before are done; as points move by where the others stood before, who moves which does not change the result.
 * @param entry built worker, out/engine/layout.mjs
 */
export function layoutThreads(entry: string, threads: number): RunLayout {
  return async (state, { signal, onProgress }) => {
    signal?.throwIfAborted();
    const counters = new Int32Array(sharedMemory(3 * 4));
    const workers = Array.from({ length: Math.min(threads, partsOf(state)) }, () => new Worker(entry, { workerData: { state, counters } satisfies SharedLayout }));
    const look = setInterval(() => onProgress?.(layoutProgress(Math.floor(Atomics.load(counters, done) / partsOf(state)), state)), lookEvery);
    const stop = () => {
      Atomics.store(counters, stopped, 1);
      Atomics.notify(counters, done);
    };
    signal?.addEventListener('abort', stop);
    try {
      await Promise.all(workers.map(ended));
      signal?.throwIfAborted();
    } finally {
      clearInterval(look);
      signal?.removeEventListener('abort', stop);
      stop(); // one that failed leaves the others waiting
      await Promise.all(workers.map((worker) => worker.terminate()));
    }
    onProgress?.(layoutProgress(state.epochs, state));
    return finished(state);
  };
}

function ended(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once('message', () => resolve());
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new GlyphscopeError('PROCESS_DIED', `A thread of the map's layout ended with code ${code}.`, { remedy: 'Compute the map again.' })));
  });
}

/** What a layout thread does: takes parts until none are left or it is told to stop. */
export function takeParts({ state, counters }: SharedLayout): void {
  const parts = partsOf(state);
  for (;;) {
    const part = Atomics.add(counters, taken, 1);
    const epochsBefore = Math.floor(part / parts);
    if (epochsBefore >= state.epochs) return;
    for (let at = Atomics.load(counters, done); at < epochsBefore * parts; at = Atomics.load(counters, done)) {
      if (Atomics.load(counters, stopped)) return;
      Atomics.wait(counters, done, at, lookEvery);
    }
    if (Atomics.load(counters, stopped)) return;
    const from = (part % parts) * pointsAtOnce;
    moveSome(state, epochsBefore + 1, from, Math.min(state.count, from + pointsAtOnce));
    if ((Atomics.add(counters, done, 1) + 1) % parts === 0) Atomics.notify(counters, done);
  }
}
