import { existsSync } from 'node:fs';
import { GlyphscopeError, toErrorDetail, type ErrorDetail } from '../contract/errors';
import { howItEnded, isActive, whatItDoes } from './job-states';
import type { QueuedTask, slurm } from './programs';
import type { SlurmLedger, SlurmPlan, TaskOutcome, TaskProgress, WorkFolder } from './work-folder';

/** Where a variant stands. `waiting`: no job of it is in Slurm at this moment. */
export interface TaskView {
  /** From 1: the element of the array. */
  task: number;
  state: 'waiting' | 'queued' | 'running' | 'done' | 'failed';
  /** What its job does, in words. */
  phase: string;
  progress: TaskProgress | null;
  outcome: TaskOutcome | null;
  /** Why it failed. */
  error: ErrorDetail | null;
}

export interface ArrayFollowerOptions {
  folder: WorkFolder;
  plan: SlurmPlan;
  slurm: typeof slurm;
  /** Arguments of sbatch besides the array. */
  wishes: readonly string[];
  atOnce: number | null;
  /** How often a lost job is submitted again. */
  resubmit: number;
  /** Tasks that need no job. */
  finished: ReadonlySet<number>;
  /** A line for the reader. */
  say: (line: string) => void;
}

/**
 * Keeps a sweep's jobs in Slurm until each has its outcome. All that it knows is in files and in Slurm's queue, so a
 * follower that begins later goes on where one ended.
 */
export class ArrayFollower {
  readonly #o: ArrayFollowerOptions;
  readonly #label: (task: number) => string;
  #ledger: SlurmLedger;
  /** Tasks without a trace in Slurm at the last look: a queue that is being renewed is believed at the second. */
  #missed = new Set<number>();
  /** Tasks whose jobs were lost too often. */
  readonly #givenUp = new Map<number, ErrorDetail>();
  /** Whether squeue is without an answer, and what sbatch refused last, so that each is told once. */
  #silent = false;
  #refusal: string | null = null;

  private constructor(o: ArrayFollowerOptions, ledger: SlurmLedger) {
    this.#o = o;
    this.#ledger = ledger;
    this.#label = (task) => o.plan.variants[task - 1].label;
  }

  /**
   * Begins, or goes on. After a sweep that ended, what failed in it is tried again with as many jobs as at first, and what
   * has an outcome without the run that belongs to it is trained anew.
   */
  static async begin(o: ArrayFollowerOptions): Promise<ArrayFollower> {
    const { folder } = o;
    let ledger = folder.ledger();
    if (ledger.ended) await folder.writeLedger((ledger = { format: 1, submissions: [], ended: false }));
    for (let task = 1; task <= o.plan.variants.length; task++) {
      const outcome = o.finished.has(task) ? null : folder.outcome(task);
      if (!outcome || outcome.result.state === 'waiting') continue;
      const again = outcome.result.state === 'failed' ? ledger.submissions.length === 0 : folder.run(task, outcome) === null;
      if (again) await folder.forgetOutcome(task);
    }
    return new ArrayFollower(o, ledger);
  }

  /**
   * Looks once at files and queue, submits what has no job, and says where each variant stands.
   * @throws SLURM_UNAVAILABLE when nothing could be submitted yet; later failures of Slurm are told and waited out
   */
  async look(signal?: AbortSignal): Promise<TaskView[]> {
    const queue = await this.#askQueue(signal);
    if (queue) {
      await this.#noteStrangers(queue);
      await this.#submitMissing(queue, signal);
    }
    return this.#o.plan.variants.map((_, i) => this.#view(i + 1, queue ?? []));
  }

  /** Notes that the sweep has ended: the next time is a new beginning for what failed. */
  async end(): Promise<void> {
    await this.#o.folder.writeLedger((this.#ledger = { ...this.#ledger, ended: true }));
  }

  async #askQueue(signal?: AbortSignal): Promise<QueuedTask[] | null> {
    try {
      const queue = await this.#o.slurm.queue(this.#o.plan.jobName, signal);
      if (this.#silent) this.#o.say('Slurm answers again.');
      this.#silent = false;
      return queue;
    } catch (error) {
      const message = this.#excuse(error, signal);
      if (!this.#silent) this.#o.say(`${message} It is asked again until it answers; the jobs go on meanwhile.`);
      this.#silent = true;
      return null;
    }
  }

  /** Once jobs are in Slurm, it may be away for a while: they go on without us. Gives what it said; throws what else went wrong. */
  #excuse(error: unknown, signal?: AbortSignal): string {
    if (signal?.aborted || this.#ledger.submissions.length === 0 || !(error instanceof GlyphscopeError) || error.code !== 'SLURM_UNAVAILABLE') throw error;
    return error.message;
  }

  /** Jobs of this sweep that the ledger does not know: a follower was ended between submitting them and writing them down. */
  async #noteStrangers(queue: readonly QueuedTask[]): Promise<void> {
    const known = new Set(this.#ledger.submissions.map(({ job }) => job));
    const strangers = [...new Set(queue.filter(({ job, state }) => isActive(state) && !known.has(job)).map(({ job }) => job))];
    for (const job of strangers) await this.#note(job, queue.filter((one) => one.job === job).map(({ task }) => task), {});
  }

  async #note(job: string, tasks: number[], because: Record<string, string>): Promise<void> {
    const { submissions } = this.#ledger;
    await this.#o.folder.writeLedger((this.#ledger = { ...this.#ledger, submissions: [...submissions, { job, tasks, at: Date.now(), because }] }));
  }

  /** Submits every task that has neither outcome nor job, all of them as one array. */
  async #submitMissing(queue: readonly QueuedTask[], signal?: AbortSignal): Promise<void> {
    const idle = this.#tasks().filter((task) => !this.#ended(task) && !queue.some((one) => one.task === task && isActive(one.state)));
    const missed = new Set<number>();
    const lost = new Map<number, string>();
    const wanted: number[] = [];
    const past = await this.#o.slurm.past([...new Set(idle.flatMap((task) => (this.#lastState(task, queue) === null ? this.#jobs(task).slice(-1) : [])))], signal);
    for (const task of idle) {
      const jobs = this.#jobs(task);
      const last = jobs.at(-1);
      if (last === undefined) {
        wanted.push(task);
        continue;
      }
      const state = this.#lastState(task, queue) ?? past.get(`${last}_${task}`) ?? null;
      // Its outcome may be on its way through the file system, or the queue be incomplete for a moment.
      if ((state === null || state === 'COMPLETED') && !this.#missed.has(task)) {
        missed.add(task);
        continue;
      }
      const how = howItEnded(state);
      if (jobs.length > this.#o.resubmit) this.#giveUp(task, last, how);
      else {
        lost.set(task, how);
        wanted.push(task);
      }
    }
    this.#missed = missed;
    if (wanted.length > 0) await this.#submit(wanted, lost);
  }

  async #submit(tasks: number[], lost: ReadonlyMap<number, string>): Promise<void> {
    const { folder, wishes, atOnce, say } = this.#o;
    try {
      const job = await this.#o.slurm.submit(folder.script, wishes, { tasks, atOnce });
      this.#refusal = null;
      await this.#note(job, tasks, Object.fromEntries([...lost].map(([task, how]) => [String(task), how])));
      for (const [task, how] of lost) say(`${this.#label(task)}: its job ${how}; submitted again as ${job}_${task}${this.#from(task)}.`);
      const first = tasks.length - lost.size;
      if (first > 0) say(`Submitted ${first} ${first === 1 ? 'variant' : 'variants'} to Slurm: job ${job}.`);
    } catch (error) {
      const message = this.#excuse(error);
      if (message !== this.#refusal) this.#o.say(`${message} It is tried again at every look.`);
      this.#refusal = message;
    }
  }

  #from(task: number): string {
    const step = this.#o.folder.progress(task)?.step?.step;
    return step === undefined ? '' : `, to go on from its last checkpoint (it was seen at step ${step.toLocaleString('en')})`;
  }

  #giveUp(task: number, job: string, how: string): void {
    const { folder, resubmit } = this.#o;
    const log = folder.log(job, task);
    const told = folder.progress(task);
    const last = told?.job === `${job}_${task}` ? told.error : null;
    const error: ErrorDetail = {
      code: 'JOB_LOST',
      message: `The job of "${this.#label(task)}" was lost ${resubmit === 0 ? 'once' : `${resubmit + 1} times`}; the last one (${job}_${task}) ${how}.${last && last.code !== 'CANCELLED' ? ` It said: ${last.message}` : ''}`,
      subject: `${job}_${task}`,
      remedy: `${existsSync(log) ? `Its output is in ${log}. ` : ''}The same command tries it again from its last checkpoint; ask for more with --time or --mem if that was it.`,
    };
    this.#givenUp.set(task, error);
  }

  #tasks(): number[] {
    return this.#o.plan.variants.map((_, i) => i + 1);
  }

  /** The array jobs that a task was submitted in, the newest last. */
  #jobs(task: number): string[] {
    return this.#ledger.submissions.filter(({ tasks }) => tasks.includes(task)).map(({ job }) => job);
  }

  /** Slurm's word for the newest job of a task; null when it does not know it. */
  #lastState(task: number, queue: readonly QueuedTask[]): string | null {
    const job = this.#jobs(task).at(-1);
    return queue.find((one) => one.task === task && one.job === job)?.state ?? null;
  }

  #ended(task: number): boolean {
    if (this.#o.finished.has(task) || this.#givenUp.has(task)) return true;
    const outcome = this.#o.folder.outcome(task);
    return outcome !== null && outcome.result.state !== 'waiting';
  }

  #view(task: number, queue: readonly QueuedTask[]): TaskView {
    const { folder, finished } = this.#o;
    const [outcome, progress] = [folder.outcome(task), folder.progress(task)];
    const view = (state: TaskView['state'], phase: string, error: ErrorDetail | null = null): TaskView => ({ task, state, phase, progress, outcome, error });
    if (finished.has(task)) return view('done', 'in the library');
    if (outcome?.result.state === 'done') return view('done', 'trained');
    if (outcome?.result.state === 'failed') return view('failed', 'failed', outcome.result.error ?? toErrorDetail(new Error('its job gave no reason')));
    const lost = this.#givenUp.get(task);
    if (lost) return view('failed', 'lost', lost);
    const active = queue.find((one) => one.task === task && isActive(one.state));
    if (!active) return view('waiting', this.#silent ? 'Slurm does not answer' : 'waiting');
    if (active.state !== 'RUNNING') return view('queued', whatItDoes(active));
    return view('running', progress?.job === `${active.job}_${task}` ? progress.phase : whatItDoes(active));
  }
}
