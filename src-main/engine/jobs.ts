import { randomUUID } from 'node:crypto';
import { GlyphscopeError, toErrorDetail } from '../contract/errors';
import type { FileFailure } from '../contract/images';
import type { Job, JobKind } from '../contract/jobs';
import { shownFailures } from '../database/jobs';
import type { LibraryDatabase } from '../database/library-database';
import { ChangeFeed } from './change-feed';
import { JobRate } from './job-rate';

/** What a job's work is given. */
export interface JobHandle {
  readonly id: string;
  /** Aborts when the user cancels or the engine closes. */
  readonly signal: AbortSignal;
  progress(at: { phase: string; done: number; total: number | null; unit: string }): void;
  /** One file that failed; the job goes on. */
  fail(failure: FileFailure): void;
  /** Says that it works with something ("run 3", "collection 2"), which then cannot be removed under it. */
  uses(subject: string): void;
}

/** One line about what was done, and the same in numbers for scripts. */
export interface JobOutcome {
  summary: string;
  counts?: Record<string, number>;
}
export type JobWork = (job: JobHandle) => Promise<JobOutcome>;

interface LiveJob {
  job: Job;
  rate: JobRate;
  control: AbortController;
  ended: Promise<Job>;
  subjects: Set<string>;
}

const closing = Symbol('the engine closes');
/** Ended jobs kept on the list. */
const keptEnded = 30;
/** Whether a job runs or is to run. */
export const isUnderWay = (job: Pick<Job, 'state'>): boolean => job.state === 'waiting' || job.state === 'running';
const ended = (job: Job) => !isUnderWay(job);

/**
 * Long work: each job runs in a lane, one at a time in each, and is kept in the database, where the next engine finds
 * what this one left unfinished and shows it as interrupted.
 */
export class JobBoard {
  readonly #db: LibraryDatabase;
  readonly #log: (line: string) => void;
  readonly #feed = new ChangeFeed();
  readonly #live = new Map<string, LiveJob>();
  readonly #lanes = new Map<string, Promise<unknown>>();
  readonly #pendingFailures: { job: string; failure: FileFailure }[] = [];
  #past: Job[];
  #flushTimer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(db: LibraryDatabase, log: (line: string) => void) {
    this.#db = db;
    this.#log = log;
    this.#past = db.read.jobs.list();
    db.transaction(() => {
      for (const job of this.#past) {
        if (ended(job)) continue;
        Object.assign(job, { state: 'interrupted', endedAt: Date.now() } satisfies Partial<Job>);
        db.write.jobs.put(job);
      }
    });
  }

  /** Starts a job, or lets it wait for the one before it in its lane; gives its id. */
  start(o: { kind: JobKind; title: string; lane: string; uses?: readonly string[] }, work: JobWork): string {
    if (this.#closed) throw new GlyphscopeError('CANCELLED', 'The engine is closing.');
    const job: Job = {
      id: randomUUID(),
      kind: o.kind,
      title: o.title,
      state: 'waiting',
      phase: 'waiting',
      done: 0,
      total: null,
      unit: '',
      rate: null,
      etaSeconds: null,
      failures: [],
      failureCount: 0,
      error: null,
      summary: null,
      startedAt: Date.now(),
      endedAt: null,
    };
    const control = new AbortController();
    const live: LiveJob = { job, rate: new JobRate(), control, ended: Promise.resolve(job), subjects: new Set(o.uses) };
    this.#live.set(job.id, live);
    this.#db.write.jobs.put(job);
    const before = this.#lanes.get(o.lane) ?? Promise.resolve();
    live.ended = before.then(() => this.#run(live, work));
    this.#lanes.set(o.lane, live.ended);
    this.#feed.changed();
    return job.id;
  }

  async #run(live: LiveJob, work: JobWork): Promise<Job> {
    const { job, control, rate } = live;
    if (ended(job)) return job; // cancelled while it waited
    try {
      control.signal.throwIfAborted();
      Object.assign(job, { state: 'running', phase: 'starting', startedAt: Date.now() } satisfies Partial<Job>);
      this.#db.write.jobs.put(job);
      this.#feed.changed();
      const outcome = await work({
        id: job.id,
        signal: control.signal,
        progress: ({ phase, done, total, unit }) => {
          rate.note(phase, done, performance.now());
          Object.assign(job, { phase, done: Math.floor(done), total: total === null ? null : Math.floor(total), unit } satisfies Partial<Job>);
          this.#feed.changed();
        },
        fail: (failure) => this.#fail(job, failure),
        uses: (subject) => void live.subjects.add(subject),
      });
      Object.assign(job, { state: 'done', summary: outcome.summary, counts: outcome.counts } satisfies Partial<Job>);
    } catch (error) {
      if (control.signal.reason === closing) job.state = 'interrupted';
      else if (control.signal.aborted) job.state = 'cancelled';
      else {
        job.state = 'failed';
        job.error = toErrorDetail(error);
        if (job.error.code === 'INTERNAL') this.#log(`Job "${job.title}" failed: ${(error as Error)?.stack ?? String(error)}`);
      }
    }
    this.#settle(job);
    return job;
  }

  #settle(job: Job): void {
    job.endedAt = Date.now();
    this.#live.delete(job.id);
    this.#past.push(job);
    try {
      this.#flushFailures();
      this.#db.write.jobs.put(job);
      this.#forgetOld();
    } catch (error) {
      this.#log(`The end of job "${job.title}" could not be stored: ${(error as Error).message}`);
    }
    this.#feed.changed();
  }

  #fail(job: Job, failure: FileFailure): void {
    job.failureCount++;
    if (job.failures.length < shownFailures) job.failures = [...job.failures, failure];
    this.#pendingFailures.push({ job: job.id, failure });
    this.#flushTimer ??= setTimeout(() => {
      try {
        this.#flushFailures();
      } catch (error) {
        this.#log(`Failures of "${job.title}" could not be stored: ${(error as Error).message}`);
      }
    }, 250);
    this.#feed.changed();
  }

  #flushFailures(): void {
    if (this.#flushTimer) clearTimeout(this.#flushTimer);
    this.#flushTimer = null;
    const batch = this.#pendingFailures.splice(0);
    if (batch.length) this.#db.transaction(() => batch.forEach(({ job, failure }) => this.#db.write.jobs.fail(job, failure)));
  }

  #forgetOld(): void {
    while (this.#past.length > keptEnded) this.#db.write.jobs.remove(this.#past.shift()!.id);
  }

  /** The oldest first. */
  list(): Job[] {
    const live = [...this.#live.values()].map(({ job, rate }) => ({ ...job, rate: rate.perSecond, etaSeconds: rate.secondsLeft(job.done, job.total) }));
    return [...this.#past, ...live].sort((a, b) => a.startedAt - b.startedAt);
  }

  /** @throws GlyphscopeError RUN_BUSY while a job works with the subject ("run 3", "collection 2") */
  assertUnused(subject: string, name: string): void {
    const user = [...this.#live.values()].find(({ subjects }) => subjects.has(subject));
    if (user) throw new GlyphscopeError('RUN_BUSY', `"${name}" is in use: ${user.job.title}.`, { subject: name, remedy: 'Wait until that is done, or cancel it first.' });
  }

  watch(signal: AbortSignal | undefined): AsyncGenerator<Job[], void, void> {
    return this.#feed.follow(() => this.list(), 250, signal);
  }

  /** @throws GlyphscopeError NOT_FOUND */
  cancel(id: string): void {
    const live = this.#live.get(id);
    if (live) {
      live.control.abort(new GlyphscopeError('CANCELLED', 'Cancelled.'));
      if (live.job.state !== 'waiting') return;
      live.job.state = 'cancelled';
      return this.#settle(live.job);
    }
    if (!this.#past.some((job) => job.id === id)) throw noSuchJob(id);
  }

  /** Takes an ended job off the list. @throws GlyphscopeError NOT_FOUND, INVALID_INPUT while it runs */
  dismiss(id: string): void {
    if (this.#live.has(id)) throw new GlyphscopeError('INVALID_INPUT', 'The job is still running.', { remedy: 'Cancel it first.' });
    const index = this.#past.findIndex((job) => job.id === id);
    if (index < 0) throw noSuchJob(id);
    this.#past.splice(index, 1);
    this.#db.write.jobs.remove(id);
    this.#feed.changed();
  }

  /** The job once it has ended. */
  async settled(id: string): Promise<Job> {
    const live = this.#live.get(id);
    if (live) return live.ended;
    const past = this.#past.find((job) => job.id === id);
    if (!past) throw noSuchJob(id);
    return past;
  }

  /** Interrupts everything and waits until it has let go. */
  async close(): Promise<void> {
    this.#closed = true;
    const running = [...this.#live.values()];
    for (const live of running) live.control.abort(closing);
    await Promise.all(running.map((live) => live.ended));
  }
}

const noSuchJob = (id: string) => new GlyphscopeError('NOT_FOUND', `There is no job ${id}.`, { subject: id });
