import { GlyphscopeError } from '../contract/errors';
import type { Collection } from '../contract/images';
import type { Run, TrainingEvent } from '../contract/runs';
import type { SweepClient } from './client';

/** States in which a run goes on instead of a new one beginning. */
export const resumable: ReadonlySet<Run['state']> = new Set<Run['state']>(['interrupted', 'paused', 'stopped', 'failed']);
/** The newest event of each type. */
export type Latest = { [T in TrainingEvent['type']]?: Extract<TrainingEvent, { type: T }> };

/**
 * A run keeps what it was begun with: a field that says otherwise is refused, not passed over.
 * @param given the fields that the user gave
 * @throws GlyphscopeError INVALID_INPUT naming the field
 */
export async function refuseChanges(client: SweepClient, known: Run, collection: Collection, given: Record<string, unknown>): Promise<void> {
  const remedy = 'Leave it as it was, or choose another name.';
  if (known.collection !== collection.name)
    throw new GlyphscopeError('INVALID_INPUT', `"${known.name}" was begun on the collection "${known.collection}", not "${collection.name}".`, { subject: '--collection', remedy });
  const wanted = await client.runs.configure(given);
  for (const key of Object.keys(given) as (keyof Run['config'])[])
    if (known.config[key] !== wanted[key])
      throw new GlyphscopeError('INVALID_INPUT', `"${known.name}" was begun with ${key} ${String(known.config[key])}, not ${String(wanted[key])}.`, { subject: key, remedy });
}

/**
 * Follows a training until it ends, pauses because it was asked to, or fails; gives the newest event of each type. When
 * `signal` aborts, the training is paused, which writes a checkpoint.
 */
export async function followTraining(client: SweepClient, run: Run, signal: AbortSignal, onEvents: (events: readonly TrainingEvent[], latest: Latest) => void): Promise<Latest> {
  const latest: Latest = {};
  const pause = () => void client.runs.pause({ run: run.id }).catch(() => client.runs.stop({ run: run.id }).catch(() => {}));
  signal.addEventListener('abort', pause, { once: true });
  if (signal.aborted) pause();
  try {
    for await (const events of await client.runs.watch({ run: run.id, step: run.step })) {
      for (const event of events) Object.assign(latest, { [event.type]: event });
      onEvents(events, latest);
      if (events.some((event) => event.type === 'state' && ended(event.state, signal.aborted))) return latest;
    }
    return latest;
  } finally {
    signal.removeEventListener('abort', pause);
  }
}

const ended = (state: Run['state'], asked: boolean) => state === 'finished' || state === 'stopped' || state === 'failed' || state === 'interrupted' || (state === 'paused' && asked);
