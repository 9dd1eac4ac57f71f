import { breathe } from '../evaluation/breathe';

/** Most milliseconds that long work keeps its thread before queries and a cancel come in between. */
const atOnce = 10;

/** A function to await often: it lets others in when it is time, and throws when the work was cancelled. */
export function pauses(signal?: AbortSignal): () => Promise<void> | undefined {
  let last = performance.now();
  signal?.throwIfAborted();
  return () => {
    if (performance.now() - last < atOnce) return undefined;
    return breathe(signal).then(() => {
      last = performance.now();
    });
  };
}
