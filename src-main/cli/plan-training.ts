import { readFileSync } from 'node:fs';
import { readConfigFile } from '../contract/config-file';
import { GlyphscopeError } from '../contract/errors';
import type { Estimate, EstimatePart, Expected, TrainingPlan } from '../contract/estimate';
import { wholeNumber } from './arguments';
import { type Invocation, type Option, text } from './command';
import type { Client } from './engine-connection';
import { findRun } from './known-names';
import type { Output } from './output';
import { count, duration, table } from './wording';

/** Flags that say what a run begins with, beside its fields. */
export const beginningOptions: Record<string, Option> = {
  config: { value: 'FILE', help: 'Settings from a JSON file, as `glyphscope runs --settings RUN` prints them; fields given as flags replace its own.' },
  from: { value: 'RUN', help: 'Begin with the weights of this run: it is tuned on these images. Optimizer and schedules are new. The weights decide the shape of the student.' },
  'from-step': { value: 'N', help: 'The checkpoint of that run to begin with. Default: the newest.' },
};

/**
 * Fields of the file of --config; none without that flag.
 * @throws GlyphscopeError INVALID_INPUT naming the field, or the file
 */
export function configOfFile({ values }: Pick<Invocation, 'values'>): Record<string, unknown> {
  if (values.config === undefined) return {};
  const file = String(values.config);
  try {
    return readConfigFile(readFileSync(file, 'utf8'), file);
  } catch (error) {
    if (error instanceof GlyphscopeError) throw error;
    throw new GlyphscopeError('INVALID_INPUT', `${file} cannot be read: ${(error as Error).message}.`, { subject: '--config', cause: error });
  }
}

/** Where a run begins by --from and --from-step; nothing without them. @throws GlyphscopeError NOT_FOUND, UsageError */
export async function startOfFlags(client: Client, invocation: Invocation): Promise<Pick<TrainingPlan, 'from'>> {
  const { values } = invocation;
  if (values.from === undefined) return {};
  const step = values['from-step'] === undefined ? undefined : wholeNumber('from-step', text(invocation, 'from-step'), 0, 10_000_000);
  return { from: { run: (await findRun(client, text(invocation, 'from'))).id, step } };
}

/** Times what is not known of a plan's cost on this machine, and prints what it would take. */
export async function printEstimate(client: Client, plan: TrainingPlan, out: Output, signal: AbortSignal): Promise<void> {
  for await (const event of await client.runs.estimate({ ...plan, measure: 'missing' }, { signal })) {
    if ('progress' in event) out.progress(event.progress.phase, `${event.progress.phase}${event.progress.done > 0 ? `: ${count(event.progress.done)} ${event.progress.unit}` : ''}`);
    else out.result(event.estimate, estimateText(event.estimate));
  }
}

const partNames: Record<EstimatePart['part'], string> = { features: 'teacher features', start: 'loading', preparation: 'map, codes, readout', steps: 'steps', evaluations: 'k-NN', checkpoints: 'checkpoints' };
const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(bytes < 1e8 ? 3 : 1)} GB`;
const range = ({ low, high }: Expected, words: (value: number) => string) => (words(low) === words(high) ? words(low) : `${words(low)} to ${words(high)}`);

/** The estimate as a table and a few lines. */
export function estimateText({ images, heldOut, rehearsal, parts, seconds, missing, beginning, memory, disk }: Estimate): string {
  const rows = parts.map(({ part, count: times, timed, seconds: taken }) => [partNames[part], count(times), times === 0 ? '–' : count(timed), part === 'preparation' && beginning === 'kept' ? 'kept from an earlier run' : taken ? range(taken, duration) : 'not known']);
  const lines = [table(['part', 'times', 'timed', 'takes'], rows), '', `In all ${seconds ? range(seconds, duration) : 'not known'}, on ${count(images)} images${heldOut > 0 ? ` with ${count(heldOut)} held out` : ''}.`];
  if (missing.images > 0) lines.push(`Not cached yet, by ${missing.teacher}: features of ${count(missing.clean)} images, the views of ${count(missing.views)}${missing.viewTokens > 0 ? `, the tokens of ${count(missing.viewTokens)}` : ''}.`);
  if (memory.training) lines.push(`Memory ${range(memory.training, gigabytes)} of ${gigabytes(memory.total)}.`);
  lines.push(`Disk ${gigabytes(disk.features + (disk.checkpoints ?? 0) + disk.embeddings)} more; ${gigabytes(disk.free)} are free.`);
  if (rehearsal) lines.push(`From ${count(rehearsal.steps)} steps timed in ${duration(rehearsal.seconds)} with ${rehearsal.backend}${rehearsal.beside > 0 ? `, beside ${count(rehearsal.beside)} other trainings` : ''}.`);
  return lines.join('\n');
}
