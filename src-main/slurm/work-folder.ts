import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { errorDetail, GlyphscopeError } from '../contract/errors';
import { curves, evaluationEvent, stepEvent } from '../contract/runs';
import { sweepVariant } from '../contract/sweeps';
import { sweepDocument, variantResult } from '../sweep/sweep-document';
import { replaceDurably } from '../training/durable-file';

/** `plan.json`: what the jobs train. The element of the array is a variant's place in the list, from 1. */
export const slurmPlan = sweepDocument.pick({ name: true, kind: true, collection: true, settings: true }).extend({
  format: z.literal(1),
  /** Of all arrays of this sweep: they are found again by it. */
  jobName: z.string(),
  /** Threads of a run that is begun now. */
  threads: z.int().min(1),
  variants: z.array(sweepVariant).min(1),
});
export type SlurmPlan = z.infer<typeof slurmPlan>;

const submission = z.object({
  /** Number of the array's job. */
  job: z.string(),
  tasks: z.array(z.int().min(1)),
  /** Milliseconds since 1970. */
  at: z.int(),
  /** What became of each task's job before, for those that were lost. */
  because: z.record(z.string(), z.string()),
});

/** `ledger.json`: what was submitted since the command was given; ended: a result was shown for every variant. */
export const slurmLedger = z.object({ format: z.literal(1), submissions: z.array(submission), ended: z.boolean() });
export type SlurmLedger = z.infer<typeof slurmLedger>;

/** `claim.json` of a task: the job that trains it. Another that finds itself replaced ends. */
const claim = z.object({ token: z.string(), job: z.string(), node: z.string(), at: z.int() });
export type TaskClaim = z.infer<typeof claim>;

/** `progress.json` of a task: how far its job is. */
const progress = z.object({
  job: z.string(),
  node: z.string(),
  phase: z.string(),
  step: stepEvent.nullable(),
  evaluation: evaluationEvent.nullable(),
  backend: z.string().nullable(),
  /** Why the job ended without a result; null while it is at work. */
  error: errorDetail.nullable(),
  at: z.int(),
});
export type TaskProgress = z.infer<typeof progress>;

/** `outcome.json` of a task: what is known of the variant; it has ended when the result's state is not `waiting`. */
const outcome = z.object({
  format: z.literal(1),
  result: variantResult,
  curves: curves.nullable(),
  /** Number of its run: the name of its folder under `runs`; null before it was begun. */
  run: z.int().nullable(),
});
export type TaskOutcome = z.infer<typeof outcome>;

/** A file as it was read last. */
interface Read {
  /** Changes whenever another file is put in its place. */
  version: string;
  value: unknown;
}

/**
 * The folder that the following process and the jobs share, on a file system that all nodes see. Every file is replaced as
 * a whole, by one writer at a time: the following process writes those of the sweep, a task's job those of the task.
 */
export class WorkFolder {
  /** The batch script, as it was submitted last. */
  readonly script: string;
  /** What the jobs print. */
  readonly logs: string;
  /** Database of the collection alone; every job copies it to its node. */
  readonly database: string;
  /** What each job's library has from here: read by all of them, written by none but `prepared`. */
  readonly shared: Readonly<Record<'features' | 'teachers' | 'prepared', string>>;
  /** Held by the process that follows. */
  readonly guard: string;
  readonly #read = new Map<string, Read>();

  constructor(readonly directory: string) {
    this.script = this.#at('sweep.sbatch');
    this.logs = this.#at('logs');
    this.database = this.#at('collection.sqlite');
    this.shared = { features: this.#at('features'), teachers: this.#at('teachers'), prepared: this.#at('prepared') };
    this.guard = this.#at('follow.guard');
  }

  #at(...names: string[]): string {
    return join(this.directory, ...names);
  }

  /** Makes the folders. */
  make(): void {
    for (const folder of [this.logs, this.shared.prepared, this.#at('tasks')]) mkdirSync(folder, { recursive: true });
  }

  /** The folder that a task's runs lie in. */
  runs(task: number): string {
    return this.#at('tasks', String(task), 'runs');
  }

  log(job: string, task: number): string {
    return join(this.logs, `${job}_${task}.log`);
  }

  /** @throws INVALID_INPUT when there is none, or when it is none */
  plan(): SlurmPlan {
    return required(this.#at('plan.json'), slurmPlan);
  }

  hasPlan(): boolean {
    return existsSync(this.#at('plan.json'));
  }

  async writePlan(plan: SlurmPlan): Promise<void> {
    await replaceDurably(this.#at('plan.json'), json(plan));
  }

  ledger(): SlurmLedger {
    return existsSync(this.#at('ledger.json')) ? required(this.#at('ledger.json'), slurmLedger) : { format: 1, submissions: [], ended: false };
  }

  async writeLedger(ledger: SlurmLedger): Promise<void> {
    await replaceDurably(this.#at('ledger.json'), json(ledger));
  }

  claim(task: number): TaskClaim | null {
    return this.#optional(this.#at('tasks', String(task), 'claim.json'), claim);
  }

  async writeClaim(task: number, content: TaskClaim): Promise<void> {
    mkdirSync(this.runs(task), { recursive: true });
    await replaceDurably(this.#at('tasks', String(task), 'claim.json'), json(content));
  }

  progress(task: number): TaskProgress | null {
    return this.#optional(this.#at('tasks', String(task), 'progress.json'), progress);
  }

  /** Written often and of no use after a power cut: not waited for on the disk. */
  async writeProgress(task: number, content: TaskProgress): Promise<void> {
    const file = this.#at('tasks', String(task), 'progress.json');
    await writeFile(`${file}.part`, json(content));
    await rename(`${file}.part`, file);
  }

  /** What is known of a task's variant; null before its job wrote anything, or where that cannot be read. */
  outcome(task: number): TaskOutcome | null {
    return this.#optional(this.#at('tasks', String(task), 'outcome.json'), outcome);
  }

  async writeOutcome(task: number, content: TaskOutcome): Promise<void> {
    await replaceDurably(this.#at('tasks', String(task), 'outcome.json'), json(content));
  }

  /** Makes a task one that has no result; its run and checkpoints stay. */
  async forgetOutcome(task: number): Promise<void> {
    await rm(this.#at('tasks', String(task), 'outcome.json'), { force: true });
  }

  /** Takes a task's runs and checkpoints away: they are in the library. */
  async forgetRuns(task: number): Promise<void> {
    await rm(this.runs(task), { recursive: true, force: true });
  }

  /** The folder of a task's run with its checkpoints; null when there is none (any more). */
  run(task: number, { run }: Pick<TaskOutcome, 'run'>): string | null {
    const folder = run === null ? null : join(this.runs(task), String(run));
    return folder && existsSync(join(folder, 'run.json')) ? folder : null;
  }

  /**
   * A file of a task, read again when it was replaced; null also when it is damaged, as after a power cut: the job then does
   * its part again.
   */
  #optional<T extends z.ZodType>(file: string, schema: T): z.output<T> | null {
    try {
      const { ino, mtimeMs, size } = statSync(file);
      const version = `${ino} ${mtimeMs} ${size}`;
      let read = this.#read.get(file);
      if (read?.version !== version) this.#read.set(file, (read = { version, value: schema.parse(JSON.parse(readFileSync(file, 'utf8'))) }));
      return read.value as z.output<T>;
    } catch {
      this.#read.delete(file);
      return null;
    }
  }
}

const json = (value: unknown): Buffer => Buffer.from(`${JSON.stringify(value, null, 1)}\n`);

function required<T extends z.ZodType>(file: string, schema: T): z.output<T> {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new GlyphscopeError('INVALID_INPUT', `${file} is not what a sweep writes.`, { subject: file, remedy: 'Move its folder away, or give the sweep another --name.', cause: error });
  }
}
