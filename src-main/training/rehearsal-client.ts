import { GlyphscopeError } from '../contract/errors';
import type { Progress } from '../contract/progress';
import { describeExit, startChild } from './child';
import { fromRehearsal, type RehearsalMeasures, type RehearsalStart } from './messages';

export interface RehearsalOptions extends Omit<RehearsalStart, 'type'> {
  /** Built file out/engine/rehearsal.mjs, and the Node that runs it. */
  entry: string;
  node: string;
}

/**
 * Rehearses a training in a process of its own (training/rehearsal.ts).
 * @throws GlyphscopeError CANCELLED at once when the signal aborts, PROCESS_DIED, and what keeps the training from its start
 */
export function runRehearsal({ entry, node, ...start }: RehearsalOptions, { signal, onProgress }: { signal: AbortSignal; onProgress: Progress }): Promise<RehearsalMeasures> {
  const child = startChild(entry, node);
  const cancel = () => child.kill('SIGKILL');
  return new Promise<RehearsalMeasures>((resolve, reject) => {
    const fail = (how: string) => reject(signal.aborted ? new GlyphscopeError('CANCELLED', 'Cancelled.') : new GlyphscopeError('PROCESS_DIED', `The process that times a few steps ${how}.`, { remedy: 'Try again; a smaller batch or micro-batch needs less memory.' }));
    child.on('message', (raw: unknown) => {
      const message = fromRehearsal.safeParse(raw);
      if (!message.success) fail(`sent what is not understood: ${message.error.message}`);
      else if (message.data.type === 'progress') onProgress(message.data.progress);
      else if (message.data.type === 'measures') resolve(message.data.measures);
      else reject(new GlyphscopeError(message.data.error.code, message.data.error.message, message.data.error));
    });
    child.once('error', (error) => fail(`did not start: ${error.message}`));
    child.once('exit', (code, by) => fail(describeExit(code, by)));
    signal.addEventListener('abort', cancel, { once: true });
    if (signal.aborted) cancel();
    child.send({ type: 'start', ...start } satisfies RehearsalStart, () => undefined); // a child that is gone says so by `exit`
  }).finally(() => signal.removeEventListener('abort', cancel));
}
