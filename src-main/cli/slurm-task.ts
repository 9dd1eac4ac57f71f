import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { GlyphscopeError, toErrorDetail, type ErrorCode, type ErrorDetail } from '../contract/errors';
import { type SlurmPlan, type TaskClaim, type TaskProgress, WorkFolder } from '../slurm/work-folder';
import { findVariantRun, runVariant, variantResult, type VariantProgress, type VariantTask } from '../sweep/run-variant';
import { wholeNumber } from './arguments';
import { type Command, type Invocation, text } from './command';
import { type Client, errorOf, withEngine } from './engine-connection';
import { findCollection } from './known-names';

/** Milliseconds between two writings of how far it is, and of what is known of the variant. */
const tellEvery = 2_000;
const keepEvery = 60_000;

/** What a variant's own settings or data bring about, and would again on any node. */
const ownFault: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['INVALID_INPUT', 'NOT_FOUND', 'NAME_TAKEN', 'COLLECTION_TOO_SMALL', 'LABELS_MISSING', 'LOSS_NOT_FINITE', 'COLLAPSED', 'TEACHER_UNUSABLE']);

/** What a job of `sweep --slurm` runs on its node: one variant, from its last checkpoint if there is one. */
export const slurmTaskCommand: Command = {
  name: 'slurm-task',
  summary: 'Train one variant of a sweep as a job of Slurm.',
  hidden: true,
  options: {
    work: { value: 'DIR', required: true, help: 'The folder that `sweep --slurm` made.' },
    task: { value: 'N', help: 'Number of the variant. Default: the element of the job array.' },
  },

  async run(invocation) {
    const { out, signal, values } = invocation;
    const folder = new WorkFolder(path.resolve(text(invocation, 'work')));
    const plan = folder.plan();
    const element = process.env.SLURM_ARRAY_TASK_ID;
    const task = wholeNumber('task', String(values.task ?? element ?? ''), 1, plan.variants.length);
    const state = folder.outcome(task)?.result.state;
    if (state === 'done' || state === 'failed') {
      out.note(`"${plan.variants[task - 1].label}" has its outcome already.`);
      return true;
    }
    const job = process.env.SLURM_ARRAY_JOB_ID && element ? `${process.env.SLURM_ARRAY_JOB_ID}_${element}` : `process ${process.pid}`;
    const claim: TaskClaim = { token: randomUUID(), job, node: os.hostname(), at: Date.now() };
    await folder.writeClaim(task, claim);
    const library = await localLibrary(folder, plan, task);
    const report = new TaskReport(folder, task, claim, (line) => out.note(line));
    try {
      return await withEngine({ library, out }, (client) => trainTask(client, { folder, plan, task, report }, AbortSignal.any([signal, report.replaced]), invocation));
    } catch (error) {
      await report.tell({ phase: 'ended', latest: {} }, toErrorDetail(errorOf(error)));
      throw error;
    } finally {
      await rm(library, { recursive: true, force: true });
    }
  },
};

/**
 * A library on the node's own disk, so that neither database nor lock is on the shared file system: the collection and
 * what was computed of it, with the runs of the task, which an engine finds and puts back when it starts.
 */
async function localLibrary(folder: WorkFolder, { jobName }: SlurmPlan, task: number): Promise<string> {
  const place = process.env.SLURM_TMPDIR || os.tmpdir();
  const prefix = `${jobName}-${task}-`;
  // A job of this task that was killed on this node could not clear up. Another user's of the same name stays: it is not ours.
  for (const left of await readdir(place)) if (left.startsWith(prefix)) await rm(path.join(place, left), { recursive: true, force: true }).catch(() => undefined);
  const library = await mkdtemp(path.join(place, prefix));
  await mkdir(folder.runs(task), { recursive: true });
  await copyFile(folder.database, path.join(library, 'library.sqlite'));
  for (const [name, target] of Object.entries({ ...folder.shared, runs: folder.runs(task) })) await symlink(target, path.join(library, name));
  return library;
}

interface TaskWork {
  folder: WorkFolder;
  plan: SlurmPlan;
  task: number;
  report: TaskReport;
}

/** Trains, describes and evaluates the variant and writes its outcome; what ends the job before that is thrown. */
async function trainTask(client: Client, { folder, plan, task, report }: TaskWork, signal: AbortSignal, { out }: Invocation): Promise<boolean> {
  const { name: sweep, settings, threads } = plan;
  const variant = plan.variants[task - 1];
  const work: VariantTask = { sweep, variant, settings, threads, collection: await findCollection(client, plan.collection) };
  const write = async (error: ErrorDetail | null) => {
    const { result, curves } = await variantResult(client, work);
    const run = await findVariantRun(client, work);
    await folder.writeOutcome(task, { format: 1, result: error ? { ...result, state: 'failed', error } : result, curves, run: run?.id ?? null });
  };
  let writing: Promise<void> = Promise.resolve();
  const keep = (error: ErrorDetail | null = null) => (writing = writing.catch(() => undefined).then(() => write(error)));
  const keeping = setInterval(() => void keep().catch((error: Error) => out.note(`What is known by now could not be written: ${error.message}`)), keepEvery);
  try {
    await runVariant(client, work, signal, (progress) => void report.tell(progress));
    clearInterval(keeping);
    await keep();
    out.note(`"${variant.label}" is done.`);
    return true;
  } catch (error) {
    clearInterval(keeping);
    const detail = toErrorDetail(errorOf(error));
    if (signal.aborted || !ownFault.has(detail.code)) throw error;
    await keep(detail);
    throw error;
  }
}

/** Tells the following process how far the job is, and looks whether another job has taken its place. */
class TaskReport {
  readonly #folder: WorkFolder;
  readonly #task: number;
  readonly #claim: TaskClaim;
  readonly #note: (line: string) => void;
  readonly #replaced = new AbortController();
  #phase = '';
  #told = -Infinity;
  #latest: VariantProgress['latest'] = {};
  #writing: Promise<void> = Promise.resolve();

  constructor(folder: WorkFolder, task: number, claim: TaskClaim, note: (line: string) => void) {
    this.#folder = folder;
    this.#task = task;
    this.#claim = claim;
    this.#note = note;
  }

  /** Aborts when another job trains this task: Slurm took this one for dead. */
  get replaced(): AbortSignal {
    return this.#replaced.signal;
  }

  /** Writes how far it is, when something new is due. */
  tell({ phase, latest }: VariantProgress, error: ErrorDetail | null = null): Promise<void> {
    this.#latest = { ...this.#latest, ...latest };
    const now = performance.now();
    if (!error && phase === this.#phase && now - this.#told < tellEvery) return this.#writing;
    this.#phase = phase;
    this.#told = now;
    const { step = null, evaluation = null, backend } = this.#latest;
    const content = { job: this.#claim.job, node: this.#claim.node, phase, step, evaluation, backend: backend?.description ?? null, error, at: Date.now() };
    return (this.#writing = this.#writing.then(() => this.#write(content)).catch((failure: Error) => this.#note(`How far it is could not be written: ${failure.message}`)));
  }

  async #write(content: TaskProgress): Promise<void> {
    const holder = this.#folder.claim(this.#task);
    if (holder && holder.token !== this.#claim.token) {
      this.#replaced.abort(new GlyphscopeError('CANCELLED', `The job ${holder.job} on ${holder.node} trains this variant now.`));
      return;
    }
    await this.#folder.writeProgress(this.#task, content);
  }
}
