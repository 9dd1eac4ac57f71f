/** Lets timers and messages in between two blocks of work, then throws when the work was cancelled. */
export async function breathe(signal?: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
  signal?.throwIfAborted();
}
