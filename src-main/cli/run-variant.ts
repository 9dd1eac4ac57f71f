import { GlyphscopeError } from '../contract/errors';
import type { Collection } from '../contract/images';
import type { Curves, Run } from '../contract/runs';
import { runName, type Variant } from '../sweep/variants';
import type { VariantResult } from '../sweep/sweep-document';
import type { Client } from './engine-connection';
import { followJob } from './follow-job';
import { followTraining, type Latest, refuseChanges, resumable } from './follow-training';

/** What a sweep's variant is trained on and with. */
export interface VariantTask {
  sweep: string;
  collection: Collection;
  variant: Variant;
  /** Fields that all variants of the sweep share, as given by the user. */
  settings: Readonly<Record<string, unknown>>;
  /** Threads of a run that is begun now; one that goes on keeps its own. */
  threads: number;
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
 * interrupted goes on from its checkpoint, one that trains already is followed.
 * @throws GlyphscopeError whatever keeps it from its end; CANCELLED when `signal` aborts
 */
export async function runVariant(client: Client, task: VariantTask, signal: AbortSignal, tell: (progress: VariantProgress) => void): Promise<{ result: VariantResult; curves: Curves }> {
  const latest: Latest = {};
  const trained = await trainVariant(client, task, signal, (phase, newest) => tell({ phase, latest: Object.assign(latest, newest) }));
  const both = { run: trained.run.id, collection: task.collection.id };
  const follow = async (phase: string, { job }: { job: string }) => {
    tell({ phase, latest });
    await followJob(client, job, { progress: (part) => tell({ phase: `${phase}: ${part}`, latest }) }, signal);
  };
  const known = await client.runs.evaluation(both);
  if (trained.now || !trained.run.encoded.includes(task.collection.name)) await follow('describing', await client.runs.encode(both));
  if (trained.now || !known?.residualKMeans) await follow('evaluating', await client.runs.evaluate(both));
  const { usage, perplexity } = await client.explore.vocabulary({ ...both, exemplars: 0 });
  const { result, curves } = await variantResult(client, task);
  tell({ phase: 'done', latest });
  return { result: { ...result, state: 'done', usage, perplexity, evaluation: await client.runs.evaluation(both) }, curves: curves! };
}

/** Trains as far as is left; `now` says whether anything was left. A trainer that dies is started again as long as it gets further. */
async function trainVariant(client: Client, task: VariantTask, signal: AbortSignal, tell: (phase: string, latest: Latest) => void): Promise<{ run: Run; now: boolean }> {
  const given = { ...task.settings, ...task.variant.change };
  let run = await findVariantRun(client, task);
  if (run) await refuseChanges(client, run, task.collection, given);
  if (run?.state === 'finished') return { run, now: false };
  tell('preparing', {});
  if (!run) run = await client.runs.start({ name: runName(task.sweep, task.variant), collection: task.collection.id, config: { threads: task.threads, ...given }, sweep: task.sweep });
  else if (resumable.has(run.state)) await client.runs.resume({ run: run.id });
  for (;;) {
    signal.throwIfAborted();
    const from: number = run.step;
    await followTraining(client, run, signal, (_, latest) => tell(latest.step ? 'training' : 'preparing', latest));
    run = await client.runs.get({ run: run.id });
    if (run.state === 'finished') return { run, now: true };
    signal.throwIfAborted();
    const died = run.state === 'interrupted' && run.error?.code === 'PROCESS_DIED';
    if (!died || run.step <= from) throw endedEarly(run);
    await client.runs.resume({ run: run.id });
  }
}

function endedEarly({ name, state, step, config, error }: Run): GlyphscopeError {
  if (error) return new GlyphscopeError(error.code, error.message, { subject: error.subject, remedy: error.remedy });
  return new GlyphscopeError('CANCELLED', `"${name}" was ${state} at step ${step} of ${config.steps}.`, { subject: name, remedy: 'Run the same command again to go on.' });
}

/** The run of a variant; null before it was begun. @throws GlyphscopeError NAME_TAKEN by a run outside the sweep */
export async function findVariantRun(client: Client, { sweep, variant }: Pick<VariantTask, 'sweep' | 'variant'>): Promise<Run | null> {
  const name = runName(sweep, variant);
  const run = (await client.runs.list()).find((one) => one.name === name) ?? null;
  if (run && run.sweep !== sweep) throw new GlyphscopeError('NAME_TAKEN', `The run "${name}" does not belong to the sweep "${sweep}".`, { subject: name, remedy: 'Give the sweep another --name.' });
  return run;
}

/** What is known of a variant that is not done: its run and curves as far as they go. */
export async function variantResult(client: Client, task: Pick<VariantTask, 'sweep' | 'variant'>): Promise<{ result: VariantResult; curves: Curves | null }> {
  const { label, group, change } = task.variant;
  const run = await findVariantRun(client, task);
  const curves = run && (await client.runs.curves({ run: run.id, points: curvePoints }));
  const last = curves?.steps[curves.steps.length - 1];
  return {
    result: {
      label,
      group,
      change,
      run: runName(task.sweep, task.variant),
      variant: run?.variant ?? null,
      config: run?.config ?? null,
      state: 'waiting',
      error: null,
      step: run?.step ?? 0,
      seconds: last?.seconds ?? null,
      backend: run?.backend ?? null,
      alarms: curves ? standing(curves) : [],
      usage: null,
      perplexity: null,
      evaluation: null,
    },
    curves,
  };
}

/** Alarms that were raised and not taken back, in words. */
function standing({ alarms }: Curves): string[] {
  const raised = new Map<string, string>();
  for (const { cause, raised: now, text } of alarms) now ? raised.set(cause, text) : raised.delete(cause);
  return [...raised].map(([cause, text]) => `${cause}: ${text}`);
}
