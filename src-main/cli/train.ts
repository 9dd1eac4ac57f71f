import { GlyphscopeError } from '../contract/errors';
import type { Collection } from '../contract/images';
import type { TrainingPlan } from '../contract/estimate';
import type { Run } from '../contract/runs';
import { type Command, text } from './command';
import { type Client, withEngine } from './engine-connection';
import { followTraining, type Latest, refuseChanges, resumable } from '../sweep/follow-training';
import { findCollection, findRun } from './known-names';
import type { Output } from './output';
import { beginningOptions, configOfFile, printEstimate, startOfFlags } from './plan-training';
import { givenConfig, trainingOptions } from './training-flags';
import { alarmLine, count, duration, jobLine, percent } from './wording';

export const trainCommand: Command = {
  name: 'train',
  summary: "Train a student on a collection: it learns the vocabulary that carries the teacher's features.",
  options: {
    collection: { value: 'NAME', required: true, help: 'The collection to learn from.' },
    name: { value: 'RUN', required: true, help: "The run's name. An interrupted run of that name goes on from its last checkpoint." },
    query: { value: 'QUERY', help: 'Train on the images that this query finds. Default: all that are not excluded. A run that goes on keeps its images.' },
    'query-run': { value: 'RUN', help: 'The run whose symbols the query asks for.' },
    queue: { help: 'Wait until the runs that are trained now, and those that wait already, are done. Default: train beside them.' },
    estimate: { help: 'Print what it would take, timing a few steps where that is not known on this machine, and do not start it.' },
    ...beginningOptions,
    ...trainingOptions(),
  },
  notes: [
    'Fields that are not given come from the preset. Features that are missing are computed first.',
    'Ctrl-C writes a checkpoint and ends; the same command goes on from it.',
  ],

  async run(invocation) {
    const { out, signal, values } = invocation;
    const config = { ...configOfFile(invocation), ...givenConfig(values) };
    return withEngine(invocation, async (client) => {
      const collection = await findCollection(client, text(invocation, 'collection'));
      const beginning = {
        ...(values['query-run'] !== undefined && { run: (await findRun(client, text(invocation, 'query-run'))).id }),
        ...(values.query !== undefined && { selection: { query: text(invocation, 'query') } }),
        ...(await startOfFlags(client, invocation)),
      };
      if (values.estimate) {
        await printEstimate(client, { collection: collection.id, config, ...beginning }, out, signal);
        return true;
      }
      const begun = await beginOrResume(client, { name: text(invocation, 'name').trim(), collection, config, beginning, atOnce: values.queue !== true }, out);
      const { queuePlace } = await client.runs.get({ run: begun.id });
      if (queuePlace !== null) out.note(`"${begun.name}" waits its turn: it is number ${queuePlace} of those that wait.`);
      const latest = await showTraining(client, begun, out, signal);
      const run = await client.runs.get({ run: begun.id });
      out.result({ ...run, lastStep: latest.step ?? null, lastEvaluation: latest.evaluation ?? null }, summary(run, latest));
      if (run.state === 'finished') return true;
      if (run.error) throw new GlyphscopeError(run.error.code, run.error.message, { subject: run.error.subject, remedy: run.error.remedy });
      throw new GlyphscopeError('CANCELLED', `"${run.name}" is ${run.state} at step ${count(run.step)} of ${count(run.config.steps)}.`, { remedy: 'Run the same command again to go on.' });
    });
  },
};

interface Wanted {
  name: string;
  collection: Collection;
  config: Record<string, unknown>;
  /** Without a selection all of the collection; without a run to start from new weights. */
  beginning: Pick<TrainingPlan, 'run' | 'selection' | 'from'>;
  /** Beside what is trained already. */
  atOnce: boolean;
}

async function beginOrResume(client: Client, { name, collection, config, beginning, atOnce }: Wanted, out: Output): Promise<Run> {
  const known = (await client.runs.list()).find((run) => run.name === name);
  if (!known) return client.runs.start({ name, collection: collection.id, config, ...beginning, atOnce });
  if (known.state === 'preparing' || known.state === 'training')
    throw new GlyphscopeError('RUN_BUSY', `"${name}" is training already.`, { subject: name, remedy: 'Wait for its end, or stop it in the window.' });
  if ((known.state !== 'queued' && !resumable.has(known.state)) || known.step >= known.config.steps)
    throw new GlyphscopeError('NAME_TAKEN', `There is a finished run "${name}".`, { subject: name, remedy: 'Choose another name.' });
  await refuseChanges(client, known, collection, config);
  if (beginning.from && known.startedFrom?.run !== beginning.from.run)
    throw new GlyphscopeError('INVALID_INPUT', `"${name}" began with ${known.startedFrom ? `the weights of "${known.startedFrom.name}"` : 'new weights'}.`, { subject: '--from', remedy: 'Leave it as it was, or choose another name.' });
  if (known.state === 'queued' && !atOnce) return known;
  out.note(`Going on with "${name}" from step ${count(known.step)} of ${count(known.config.steps)}.`);
  await client.runs.resume({ run: known.id, atOnce });
  return known;
}

/** Shows a training until it ends, pauses or fails. */
async function showTraining(client: Client, run: Run, out: Output, signal: AbortSignal): Promise<Latest> {
  const jobs = new AbortController();
  const preparing = showPreparation(client, out, jobs.signal);
  const saving = () => out.note('Writing a checkpoint.');
  signal.addEventListener('abort', saving, { once: true });
  try {
    return await followTraining(client, run, signal, (events, latest) => {
      for (const event of events) {
        if (event.type === 'backend') out.note(`Training with ${event.description}.`);
        if (event.type === 'message') out.note(`step ${count(event.step)}: ${event.text}`);
        if (event.type === 'alarm') out.note(alarmLine(event));
        if (event.type === 'step') jobs.abort();
      }
      if (latest.step) out.progress('training', trainingLine(latest, run.config.steps));
    });
  } finally {
    signal.removeEventListener('abort', saving);
    jobs.abort();
    await preparing;
  }
}

/** Until the first step: the features that the training waits for. */
async function showPreparation(client: Client, out: Output, signal: AbortSignal): Promise<void> {
  try {
    for await (const list of await client.jobs.watch(undefined, { signal })) {
      const job = list.find((one) => one.kind === 'features' && one.state === 'running');
      if (signal.aborted) return;
      if (job) out.progress(job.phase, jobLine(job));
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** "step 120 of 1,000, loss 4.213, k-NN 61.2% (teacher 78.0%), 92% of symbols in use, 12.1 steps a second, 1 min 12 s left". */
function trainingLine({ step, evaluation }: Latest, steps: number): string {
  if (!step) return 'preparing';
  const best = evaluation ? Object.entries(evaluation.knnTop1).sort(([a], [b]) => Number(b) - Number(a))[0] : undefined;
  const knn = best && evaluation ? `, k-NN ${percent(best[1])} (teacher ${percent(evaluation.teacher)})` : '';
  const usage = step.usage.reduce((sum, share) => sum + share, 0) / Math.max(1, step.usage.length);
  return `step ${count(step.step)} of ${count(steps)}, loss ${step.loss.toFixed(4)}${knn}, ${Math.round(100 * usage)}% of symbols in use${step.stepsPerSecond > 0 ? `, ${step.stepsPerSecond.toFixed(1)} steps a second, ${duration(step.etaSeconds)} left` : ''}`;
}

function summary(run: Run, { step, evaluation }: Latest): string {
  const lines = [`"${run.name}" (${run.variant}) is ${run.state} at step ${count(run.step)} of ${count(run.config.steps)}${run.backend ? `, with ${run.backend}` : ''}.`];
  if (step) lines.push(`Loss ${step.loss.toFixed(4)}, KL ${step.kl.toFixed(4)}, ${duration(step.seconds)} of training.`);
  if (evaluation)
    lines.push(
      `k-NN on the held-out sample: ${Object.entries(evaluation.knnTop1)
        .map(([length, top1]) => `prefix ${length} ${percent(top1)}`)
        .join(', ')}; teacher ${percent(evaluation.teacher)}.`,
    );
  return lines.join('\n');
}
