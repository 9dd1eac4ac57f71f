import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GlyphscopeError, toErrorDetail, type ErrorDetail } from '../contract/errors';
import { resolveConfig } from '../contract/presets';
import { embeddedTeacherName, type Teacher } from '../contract/teachers';
import { holdFile } from '../database/hold-file';
import { findLocations } from '../engine/locations';
import { ArrayFollower, type TaskView } from '../slurm/array-follower';
import { batchArguments, batchScript } from '../slurm/batch-script';
import { slurm } from '../slurm/programs';
import { shareFeatures } from '../slurm/shared-features';
import { type SlurmPlan, WorkFolder } from '../slurm/work-folder';
import { findVariantRun, runVariant, type KnownVariant } from '../sweep/run-variant';
import type { SweepDocument } from '../sweep/sweep-document';
import { readSweepFolder, writeSweepFolder } from '../sweep/sweep-folder';
import { runName, sweepVariants } from '../sweep/variants';
import { type Invocation, text } from './command';
import { type Client, withEngine } from './engine-connection';
import { followJob, noteFailures } from './follow-job';
import { findCollection } from './known-names';
import { report, type SweepCommand, sweepFolder } from './run-sweep';
import type { SlurmRequest } from './slurm-flags';
import { boardRow, drawnCurves, unknownVariant } from './slurm-rows';
import { SweepBoard } from './sweep-board';
import { count } from './wording';

/** Milliseconds between two writings of the folder while the jobs train. */
const writeEvery = 60_000;
/** What each job sets as it was here, besides what Slurm gives it. */
const kept = ['GLYPHSCOPE_OUT', 'GLYPHSCOPE_RESOURCES', 'LD_LIBRARY_PATH'];

/**
 * Trains every variant as an element of a Slurm job array, follows them, takes each run into the library when it is done, and
 * writes table and figures as they come. The library is held only while something is taken from it or into it.
 * @returns whether all are done
 * @throws GlyphscopeError SLURM_UNAVAILABLE, CANCELLED after Ctrl-C (the jobs go on), RUN_BUSY when another process follows it,
 * NAME_TAKEN and INVALID_INPUT for names, folders and other settings than it was begun with
 */
export async function runSlurmSweep(invocation: Invocation, { name, grid, settings }: SweepCommand, request: SlurmRequest): Promise<boolean> {
  const sweep: Sweep = { name, kind: grid.kind, settings: { ...settings }, variants: sweepVariants(grid, settings) };
  for (const variant of sweep.variants) runName(name, variant); // every name is looked at before anything is begun
  const out = sweepFolder(invocation, sweep.name);
  const before = readSweepFolder(out, sweep.name);
  const folder = new WorkFolder(path.resolve(request.work ?? path.join(out, 'slurm')));
  folder.make();
  const letGo = holdFile(folder.guard);
  if (!letGo) throw new GlyphscopeError('RUN_BUSY', `Another process follows the sweep "${sweep.name}".`, { subject: folder.directory, remedy: 'Look there, or end it first: its jobs go on.' });
  try {
    return await new SlurmSitting(invocation, sweep, request, { out, folder, secondsBefore: before?.seconds ?? 0 }).run();
  } finally {
    letGo();
  }
}

type Sweep = Pick<SlurmPlan, 'name' | 'kind' | 'settings' | 'variants'>;

/** One sitting of following a sweep. */
class SlurmSitting {
  readonly #invocation: Invocation;
  readonly #sweep: Sweep;
  readonly #request: SlurmRequest;
  readonly #place: { out: string; folder: WorkFolder; secondsBefore: number };
  readonly #board: SweepBoard;
  readonly #started = performance.now();
  /** What is known by task: from the library once its run is there, else from what its job wrote. */
  readonly #known = new Map<number, KnownVariant>();
  /** Tasks of which nothing more is to come. */
  readonly #ended = new Set<number>();
  /** What a task is at, where that is not what Slurm says. */
  readonly #phases = new Map<number, string>();
  #written = -Infinity;

  constructor(invocation: Invocation, sweep: Sweep, request: SlurmRequest, place: { out: string; folder: WorkFolder; secondsBefore: number }) {
    this.#invocation = invocation;
    this.#sweep = sweep;
    this.#request = request;
    this.#place = place;
    this.#board = new SweepBoard(invocation.out);
  }

  async run(): Promise<boolean> {
    const { out: say, signal } = this.#invocation;
    const { folder, out } = this.#place;
    const { options, resubmit, poll } = this.#request;
    const plan = this.#plan();
    // Whether there is a Slurm at all is known before anything is computed.
    const version = await slurm.version(signal);
    await slurm.queue(plan.jobName, signal);
    const finished = await this.#prepare(plan);
    const wishes = this.#writeScript(plan);
    const follower = await ArrayFollower.begin({ folder, plan, slurm, wishes, atOnce: options.atOnce, resubmit, finished, say: (line) => say.note(line) });
    say.note(`${count(plan.variants.length)} variants as jobs of Slurm (${version}) named ${plan.jobName}; script, logs and progress are in ${folder.directory}, table and figures go to ${out}`);
    for (let over = false; !over; ) {
      if (signal.aborted) throw interrupted(plan);
      const views = await follower.look(signal).catch((error: unknown) => Promise.reject(signal.aborted ? interrupted(plan) : error));
      this.#show(views);
      for (const view of views) if (!this.#ended.has(view.task)) await this.#take(view, views);
      over = this.#ended.size === plan.variants.length;
      if (over) await withEngine(this.#invocation, async (client) => this.#keep(client, (await findCollection(client, plan.collection)).id)).catch((error: Error) => say.note(`The library could not be told how the sweep ended: ${error.message}`));
      if (over || performance.now() - this.#written > writeEvery) this.#write(plan);
      if (!over) await sleep(poll, undefined, { signal }).catch(() => undefined);
    }
    await follower.end();
    return report(this.#document(plan), out, { parallel: this.#atOnce(), threads: plan.threads }, say);
  }

  /** What the folder plans already, or a new plan. @throws INVALID_INPUT when it was begun otherwise */
  #plan(): SlurmPlan {
    const { folder } = this.#place;
    const wanted = { ...this.#sweep, collection: this.#collection() };
    const threads = this.#request.options.cpusPerTask;
    if (!folder.hasPlan()) return { format: 1, jobName: jobName(wanted.name), threads, ...wanted };
    const known = folder.plan();
    const changed = (Object.keys(wanted) as (keyof typeof wanted)[]).find((key) => JSON.stringify(known[key]) !== JSON.stringify(wanted[key]));
    if (changed) {
      const what = typeof known[changed] === 'string' ? `the ${changed} "${known[changed]}"` : `other ${changed}`;
      throw new GlyphscopeError('INVALID_INPUT', `The sweep "${known.name}" in ${folder.directory} was begun with ${what}.`, { subject: changed, remedy: 'Give the same flags as then, or another --name.' });
    }
    return { ...known, threads };
  }

  #collection(): string {
    return text(this.#invocation, 'collection').trim();
  }

  /** Features, the collection's database and the plan, for the jobs. Gives the tasks whose runs are in the library already. */
  async #prepare(plan: SlurmPlan): Promise<Set<number>> {
    const { folder } = this.#place;
    return withEngine(this.#invocation, async (client) => {
      const collection = await findCollection(client, plan.collection);
      const finished = new Set<number>();
      for (const [i, variant] of plan.variants.entries()) {
        const run = await findVariantRun(client, { sweep: plan.name, variant });
        if (run?.state === 'finished') finished.add(i + 1);
        else if (run) throw new GlyphscopeError('NAME_TAKEN', `"${run.name}" was begun on this machine and is ${run.state}.`, { subject: run.name, remedy: 'Finish the sweep here without --slurm, delete that run, or give another --name.' });
      }
      const teachers = await this.#computeFeatures(client, collection.id, plan);
      if (!folder.hasPlan()) {
        await shareFeatures(this.#invocation.library, folder, teachers);
        await client.host.copyCollection({ collection: collection.id, path: folder.database });
      }
      await this.#keep(client, collection.id);
      await folder.writePlan(plan); // last: a folder with a plan is whole
      return finished;
    });
  }

  /** Of every teacher and number of tokens that a variant asks for: the jobs only read. Gives these teachers. */
  async #computeFeatures(client: Client, collection: number, { settings, variants }: SlurmPlan): Promise<Teacher[]> {
    const { out, signal } = this.#invocation;
    const configs = variants.flatMap(({ change }) => usableConfig({ ...settings, ...change }) ?? []);
    const wanted = new Map(configs.map(({ teacher, featureTokens: tokens }) => [`${teacher} ${tokens}`, { teacher, tokens }]));
    for (const which of wanted.values()) {
      const { job } = await client.features.compute({ collection, views: true, ...which });
      noteFailures(await followJob(client, job, out, signal), out);
    }
    const names = new Set(configs.map(({ teacher }) => teacher));
    return (await client.teachers.list()).filter(({ name, embedded }) => names.has(embedded ? embeddedTeacherName : name));
  }

  /** Has the library know of the sweep and how its variants stand, for the window to show. */
  async #keep(client: Client, collection: number): Promise<void> {
    const { name, kind, settings, variants } = this.#sweep;
    const outcomes = variants.map((variant, i) => {
      const { state, error } = this.#variant(i + 1).result;
      return { ...variant, outcome: this.#ended.has(i + 1) && state !== 'waiting' ? { state, error } : null };
    });
    await client.host.keepSweep({ name, kind, settings, collection, variants: outcomes });
  }

  /** Writes the batch script anew and gives sbatch's arguments. */
  #writeScript({ jobName, name }: SlurmPlan): string[] {
    const { folder } = this.#place;
    const { node, entries } = findLocations();
    const environment = Object.fromEntries(kept.flatMap((key) => (process.env[key] ? [[key, process.env[key]]] : [])));
    const request = { sweep: name, jobName, work: folder.directory, script: folder.script, logs: folder.logs, options: this.#request.options, node, cli: entries.cli, environment };
    writeFileSync(folder.script, batchScript(request), { mode: 0o755 });
    return batchArguments(request).map(([argument, value]) => (value === undefined ? argument : `${argument}=${value}`));
  }

  /** Takes up what a job wrote; a variant that has ended is brought to its end. */
  async #take({ task, state, outcome, progress, error }: TaskView, views: readonly TaskView[]): Promise<void> {
    if (outcome) this.#known.set(task, outcome);
    if (state === 'failed' && error) this.#fail(task, error, progress?.step?.step);
    if (state === 'done') await this.#collect(task, views);
    this.#show(views);
  }

  /** Takes the run of a task into the library and describes the collection with it, as a run trained here. */
  async #collect(task: number, views: readonly TaskView[]): Promise<void> {
    const { folder } = this.#place;
    const { signal } = this.#invocation;
    const { name: sweep, settings, variants } = this.#sweep;
    const variant = variants[task - 1];
    try {
      await withEngine(this.#invocation, async (client) => {
        const collection = await findCollection(client, this.#collection());
        const work = { sweep, variant, collection, settings, threads: this.#request.options.cpusPerTask };
        const outcome = folder.outcome(task);
        const folderOfRun = outcome && folder.run(task, outcome);
        if (folderOfRun && !(await findVariantRun(client, work))) await client.host.adoptRun({ folder: folderOfRun, collection: collection.id, evaluation: outcome.result.evaluation });
        this.#known.set(
          task,
          await runVariant(client, work, signal, ({ phase }) => {
            this.#phases.set(task, phase);
            this.#show(views);
          }),
        );
        this.#ended.add(task);
        await this.#keep(client, collection.id);
      });
      await folder.forgetRuns(task);
    } catch (error) {
      if (signal.aborted) return;
      const detail = toErrorDetail(error);
      if (detail.code === 'LIBRARY_IN_USE') this.#phases.set(task, 'trained; the library is in use'); // looked at again
      else this.#fail(task, detail);
    }
  }

  #fail(task: number, error: ErrorDetail, step = 0): void {
    const known = this.#variant(task);
    this.#known.set(task, { ...known, result: { ...known.result, state: 'failed', error, step: Math.max(step, known.result.step) } });
    this.#ended.add(task);
  }

  #show(views: readonly TaskView[]): void {
    this.#board.show({ variants: views.map((view) => boardRow(this.#variant(view.task), { ...view, phase: this.#phases.get(view.task) ?? view.phase }, this.#ended.has(view.task))) });
  }

  #variant(task: number): KnownVariant {
    return this.#known.get(task) ?? unknownVariant(this.#sweep.name, this.#sweep.variants[task - 1]);
  }

  #atOnce(): number {
    return this.#request.options.atOnce ?? this.#sweep.variants.length;
  }

  #document({ name, kind, collection, settings, variants, threads }: SlurmPlan): SweepDocument {
    const parallel = this.#atOnce();
    const seconds = this.#place.secondsBefore + (performance.now() - this.#started) / 1000;
    return { format: 1, name, kind, collection, settings, parallel, cores: parallel * threads, seconds, variants: variants.map((_, i) => this.#variant(i + 1).result) };
  }

  #write(plan: SlurmPlan): void {
    writeSweepFolder(this.#place.out, this.#document(plan), plan.variants.map((_, i) => drawnCurves(this.#variant(i + 1))));
    this.#written = performance.now();
  }
}

/** Names the jobs of a sweep: what a reader of squeue knows it by, and what no other sweep has. */
function jobName(sweep: string): string {
  const words = sweep.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '').slice(0, 24);
  return ['glyphscope', words, randomBytes(4).toString('hex')].filter(Boolean).join('-');
}

const interrupted = ({ name, jobName }: SlurmPlan) =>
  new GlyphscopeError('CANCELLED', `No longer following the sweep "${name}"; its jobs go on in Slurm.`, { subject: name, remedy: `The same command follows them again; \`scancel --name=${jobName}\` ends them.` });

/** The whole config of a variant; null when it is refused, which its own job will say. */
function usableConfig(given: Record<string, unknown>): ReturnType<typeof resolveConfig> | null {
  try {
    return resolveConfig(given);
  } catch (error) {
    if (error instanceof GlyphscopeError) return null;
    throw error;
  }
}
