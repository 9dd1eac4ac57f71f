import { GlyphscopeError } from '../contract/errors';
import type { Collection } from '../contract/images';
import type { Curves, Run } from '../contract/runs';
import type { SweepVariant } from '../contract/sweeps';
import type { SweepClient } from './client';
import { watchJob } from './follow-job';
import { followTraining, type Latest, refuseChanges, resumable } from './follow-training';
import type { VariantResult } from './sweep-document';
import { runName } from './variants';

/** What a sweep's variant is trained on and with. */
export interface VariantTask {
  sweep: string;
  collection: Collection;
  variant: SweepVariant;
  /** Fields that all variants of the sweep share, as given by the user. */
  settings: Readonly<Record<string, unknown>>;
  /** Threads of a run that is begun now; one that goes on keeps its own. */
  threads: number;
  /** Ids of the images that it trains on; absent: all of the collection. */
  images?: number[];
  /** Trains it beside what is trained already; else it waits its turn. */
  atOnce?: boolean;
}

/** How far a variant is, for the live table. */
export interface VariantProgress {
  phase: string;
  latest: Latest;
}

/** Points of a curve kept for the figures. */
const curvePoints = 2000;

/**
 * Trains one variant, describes its collection and evaluates it, as far as that is not done: a run of its name that was
 * interrupted goes on from its checkpoint, one that trains already is followed. Images without labels are described only.
 * @throws GlyphscopeError whatever keeps it from its end; CANCELLED when `signal` aborts
 */
export async function runVariant(client: SweepClient, task: VariantTask, signal: AbortSignal, tell: (progress: VariantProgress) => void): Promise<KnownVariant> {
  const latest: Latest = {};
  const trained = await trainVariant(client, task, signal, (phase, newest) => tell({ phase, latest: Object.assign(latest, newest) }));
  const both = { run: trained.run.id, collection: task.collection.id };
  const follow = async (phase: string, { job }: { job: string }) => {
    tell({ phase, latest });
    await watchJob(client, job, signal, (at) => tell({ phase: `${phase}: ${at.phase}`, latest }));
  };
  const known = await client.runs.evaluation(both);
  if (trained.now || !trained.run.encoded.includes(task.collection.name)) await follow('describing', await client.runs.encode(both));
  if (task.collection.labels.length > 0 && (trained.now || !known?.residualKMeans)) await follow('evaluating', await client.runs.evaluate(both));
  tell({ phase: 'done', latest });
  return variantResult(client, task);
}

/** Trains as far as is left; `now` says whether anything was left. A trainer that dies is started again as long as it gets further. */
async function trainVariant(client: SweepClient, task: VariantTask, signal: AbortSignal, tell: (phase: string, latest: Latest) => void): Promise<{ run: Run; now: boolean }> {
  const given = { ...task.settings, ...task.variant.change };
  let run = await findVariantRun(client, task);
  if (run) await refuseChanges(client, run, task.collection, given);
  if (run?.state === 'finished') return { run, now: false };
  tell('preparing', {});
  if (!run) run = await client.runs.start({ name: runName(task.sweep, task.variant), collection: task.collection.id, config: { threads: task.threads, ...given }, sweep: task.sweep, ...(task.images && { selection: { ids: task.images } }), atOnce: task.atOnce });
  else if (resumable.has(run.state)) await client.runs.resume({ run: run.id, atOnce: task.atOnce });
  for (;;) {
    signal.throwIfAborted();
    const from: number = run.step;
    await followTraining(client, run, signal, (_, latest) => tell(latest.step ? 'training' : 'preparing', latest));
    run = await client.runs.get({ run: run.id });
    if (run.state === 'finished') return { run, now: true };
    signal.throwIfAborted();
    const died = run.state === 'interrupted' && run.error?.code === 'PROCESS_DIED';
    if (!died || run.step <= from) throw endedEarly(run);
    await client.runs.resume({ run: run.id, atOnce: task.atOnce });
  }
}

function endedEarly({ name, state, step, config, error }: Run): GlyphscopeError {
  if (error) return new GlyphscopeError(error.code, error.message, { subject: error.subject, remedy: error.remedy });
  return new GlyphscopeError('CANCELLED', `"${name}" was ${state} at step ${step} of ${config.steps}.`, { subject: name, remedy: 'Run the same command again to go on.' });
}

/** The run of a variant; null before it was begun. @throws GlyphscopeError NAME_TAKEN by a run outside the sweep */
export async function findVariantRun(client: SweepClient, { sweep, variant }: Pick<VariantTask, 'sweep' | 'variant'>): Promise<Run | null> {
  const run = await runNamed(client, runName(sweep, variant));
  if (run && run.sweep !== sweep) throw new GlyphscopeError('NAME_TAKEN', `The run "${run.name}" does not belong to the sweep "${sweep}".`, { subject: run.name, remedy: 'Give the sweep another name.' });
  return run;
}

const runNamed = async (client: SweepClient, name: string): Promise<Run | null> => (await client.runs.list()).find((one) => one.name === name) ?? null;

/** What is known of a variant: its result, and its curves when it was begun. */
export interface KnownVariant {
  result: VariantResult;
  curves: Curves | null;
}

/** What is known of a variant, `done` once it is trained, described and, on images with labels, evaluated; `waiting` before. */
export async function variantResult(client: SweepClient, task: Pick<VariantTask, 'sweep' | 'variant' | 'collection'>): Promise<KnownVariant> {
  const { collection, variant, sweep } = task;
  const named = await runNamed(client, runName(sweep, variant));
  const run = named?.sweep === sweep ? named : null;
  const curves = run && (await client.runs.curves({ run: run.id, points: curvePoints }));
  const trained = run?.state === 'finished' && run.encoded.includes(collection.name) ? { run: run.id, collection: collection.id } : null;
  const evaluation = trained && (await client.runs.evaluation(trained));
  const done = trained && (evaluation || collection.labels.length === 0) ? trained : null;
  const written = done && (await client.explore.vocabulary({ ...done, exemplars: 0 }));
  const result: VariantResult = {
    ...variant,
    run: runName(sweep, variant),
    variant: run?.variant ?? null,
    config: run?.config ?? null,
    state: done ? 'done' : 'waiting',
    error: null,
    step: run?.step ?? 0,
    seconds: curves?.steps.at(-1)?.seconds ?? null,
    backend: run?.backend ?? null,
    alarms: standingAlarms(curves?.alarms ?? []),
    usage: written?.usage ?? null,
    perplexity: written?.perplexity ?? null,
    evaluation: done && evaluation,
  };
  return { result, curves };
}

/** Alarms that were raised and not taken back, in words. */
function standingAlarms(alarms: Curves['alarms']): string[] {
  const raised = new Map<string, string>();
  for (const { cause, raised: now, text } of alarms) now ? raised.set(cause, text) : raised.delete(cause);
  return [...raised].map(([cause, text]) => `${cause}: ${text}`);
}
