import type { TrainingConfig } from '../contract/config';
import { GlyphscopeError, toErrorDetail, type ErrorDetail } from '../contract/errors';
import { variantName } from '../contract/presets';
import type { RunState, TrainingEvent } from '../contract/runs';
import { gpuLost, isGpuFailure, usesGpu } from '../model/backend-failures';
import type { StoredRun } from '../database/runs';
import { requireTokens } from '../teacher/tokens';
import { TrainerClient } from '../training/trainer-client';
import { writeChosenImages, type ChosenImages } from './chosen-images';
import { RunHealth } from './run-health';
import { RunNewsroom } from './run-newsroom';
import { studentLane, workingStates } from './runs';
import type { Services } from './services';
import { keepStartingWeights, type StartingWeights } from './starting-weights';
import { nextAttempt, type Attempt, type GpuFailure } from './trainer-attempts';
import { TrainingFeed } from './training-feed';
import { imagesToTrainOn } from './training-images';
import { prepareTraining } from './training-preparation';
import { TrainingQueue } from './training-queue';
import { encodeCollection } from './work/encode';

type TrainingServices = Pick<Services, 'locations' | 'library' | 'compute' | 'jobs' | 'collections' | 'runs' | 'comparison' | 'teachers' | 'students' | 'log'>;

interface LiveTraining {
  /** Ends the preparation. */
  control: AbortController;
  trainer: TrainerClient | null;
  state: RunState;
  /** Why it ends: the user's wish, to keep what was learned or not, or the engine's end. */
  ending: 'stop' | 'discard' | 'close' | null;
  /** Whether it waited its turn, and whether it has begun to train: until then it may wait again. */
  waited: boolean;
  trained: boolean;
  ended: Promise<void>;
}

/** How a run is begun, beside its name, images and config. */
interface StartOptions {
  /** The sweep that it belongs to, if any. */
  sweep?: string | null;
  /** It trains on these images only; excluded ones it never sees. */
  chosen?: ChosenImages | null;
  /** It begins with those of another run. */
  weights?: StartingWeights | null;
  /** Trains it beside those that are trained already; else it waits until they are done. */
  atOnce?: boolean;
}

/** Runs that are being trained, or wait for it: starts, watches and ends the trainer of each. */
export class Trainings {
  readonly #s: TrainingServices;
  readonly #queue: TrainingQueue;
  readonly health: RunHealth;
  readonly news = new RunNewsroom();
  readonly #live = new Map<number, LiveTraining>();
  readonly #feeds = new Map<number, TrainingFeed>();
  readonly #describe: boolean;
  /** Whether runs that wait are begun: by an engine that stays, and by one in which something was queued. */
  #advancing = false;
  #closing = false;

  /** @param o.describe whether a run's collection is described as soon as it has been trained */
  constructor(s: TrainingServices, o: { describe: boolean }) {
    this.#s = s;
    this.#queue = new TrainingQueue(s.library.db);
    this.health = new RunHealth(s.library.db);
    this.#describe = o.describe;
  }

  /** Whether something goes on by itself: a run that is paused, and those that wait for it, do not. */
  get busy(): boolean {
    const live = [...this.#live.values()];
    return live.length > 0 ? live.some(({ state }) => state !== 'paused') : this.#advancing && this.#queue.order.length > 0;
  }

  /** Runs that an earlier engine left in the middle of something. */
  interruptLeftOver(): void {
    for (const run of this.#s.library.db.read.runs.inStates(workingStates)) {
      if (this.#live.has(run)) continue;
      this.#setState(run, 'interrupted', { code: 'PROCESS_DIED', message: 'Glyphscope ended while this run was training.', remedy: 'Resume it: it goes on from its last checkpoint.' });
    }
  }

  /** From now on, the runs that wait are trained one after the other. */
  advanceQueue(): void {
    this.#advancing = true;
    this.#advance();
  }

  /**
   * Registers a run and begins to prepare it, or queues it while another is trained; gives its id.
   * @throws GlyphscopeError NAME_TAKEN, NOT_FOUND, COLLECTION_TOO_SMALL, INVALID_INPUT when the teacher has not as many tokens
   */
  async start(name: string, collectionId: number, config: TrainingConfig, { sweep = null, chosen = null, weights = null, atOnce = false }: StartOptions = {}): Promise<number> {
    const { db } = this.#s.library;
    const collection = this.#s.collections.get(collectionId);
    const teacher = this.#s.teachers.get(config.teacher).info;
    if (config.featureTokens > 0) requireTokens(teacher, config.featureTokens);
    const wanted = chosen && new Set(chosen.ids);
    await imagesToTrainOn(db, collection, config, (slot) => wanted === null || wanted.has(slot + 1));
    const taken = db.read.runs.byName(name);
    if (taken) throw new GlyphscopeError('NAME_TAKEN', `There is a run "${taken.name}" already.`, { subject: name, remedy: 'Choose another name.' });
    const run = this.#s.runs.create({
      name,
      variant: variantName(config),
      sweep,
      startedFrom: weights?.from ?? null,
      state: this.#waits(atOnce) ? 'queued' : 'preparing',
      config,
      collection: collection.id,
      collectionName: collection.name,
      teacher: teacher.name,
      backend: null,
      step: 0,
      checkpointStep: null,
      embedded: false,
      createdAt: Date.now(),
    });
    const folder = this.#s.runs.directory(run);
    try {
      if (chosen) await writeChosenImages(folder, chosen);
      if (weights) await keepStartingWeights(folder, weights);
    } catch (error) {
      this.#s.runs.setState(run, 'failed', null);
      await this.#s.runs.remove(run); // without its list it would train on all images when it is resumed, without the weights on new ones
      throw error;
    }
    if (weights) this.#message(run, `It begins with the weights of "${weights.from.name}" at step ${weights.from.step.toLocaleString('en')}.`);
    if (chosen)
      this.#message(run, `It trains on ${chosen.ids.length.toLocaleString('en')} chosen images of "${collection.name}"${chosen.query ? `, found by ${chosen.query}` : ''}.`);
    this.#enter(run, atOnce, () => this.#begin(run, collection.id, { resume: false }));
    return run;
  }

  /** Halts a run after the step that it is at; it keeps its memory and writes a checkpoint. */
  pause(id: number): void {
    const { trainer } = this.#training(id);
    if (!trainer) throw new GlyphscopeError('RUN_BUSY', 'The run is still being prepared.', { remedy: 'Pause it once it trains, or stop it.' });
    trainer.pause();
  }

  /**
   * Goes on with a paused run, or starts an interrupted, stopped or failed one again from its last checkpoint: at once, or in
   * its turn while another is trained. A run that waits is begun with `atOnce`.
   * @throws GlyphscopeError NOT_FOUND, INVALID_INPUT when it is finished, RUN_BUSY
   */
  async resume(id: number, { atOnce = false }: { atOnce?: boolean } = {}): Promise<void> {
    const run = this.#s.runs.get(id);
    const live = this.#live.get(id);
    if (live?.trainer && run.state === 'paused') return live.trainer.resume();
    if (live || (run.state === 'queued' && !atOnce)) throw new GlyphscopeError('RUN_BUSY', `The run "${run.name}" is ${run.state}.`, { subject: run.name });
    if (run.embedded || run.state === 'finished')
      throw new GlyphscopeError('INVALID_INPUT', `The run "${run.name}" has done all its steps.`, { subject: run.name, remedy: 'Start a new run with more steps.' });
    this.#collectionOf(run);
    this.#enter(id, atOnce, () => this.#beginAgain(id, { waited: false }));
  }

  /** Gives a run that waits another place, from 1 on. @throws GlyphscopeError NOT_FOUND, INVALID_INPUT when it does not wait */
  moveInQueue(id: number, place: number): void {
    const run = this.#s.runs.get(id);
    if (run.state !== 'queued') throw new GlyphscopeError('INVALID_INPUT', `The run "${run.name}" does not wait: it is ${run.state}.`, { subject: run.name });
    this.#queue.move(id, place);
  }

  /**
   * Ends a run with a checkpoint; one that waits does not wait any more. With `discard` nothing is done with what it learned.
   * @throws GlyphscopeError NOT_FOUND, INVALID_INPUT when it neither runs nor waits
   */
  async stop(id: number, { discard = false }: { discard?: boolean } = {}): Promise<void> {
    if (this.#s.runs.get(id).state === 'queued') {
      this.#setState(id, 'stopped', null);
      return this.#queue.take(id);
    }
    const live = this.#training(id);
    live.ending ??= discard ? 'discard' : 'stop';
    live.control.abort();
    await live.trainer?.stop();
    await live.ended;
  }

  /** Stops all that is trained with a checkpoint; what waits goes on waiting, and nothing more is begun here. */
  async stopAll(): Promise<void> {
    this.#closing = true;
    await Promise.all([...this.#live.keys()].map((id) => this.stop(id)));
  }

  /** Stores the events that wait to be stored. */
  flush(id: number): void {
    this.#feeds.get(id)?.flush();
  }

  /** The state it is in, the events after `step`, then events as they happen. */
  watch(id: number, step: number, signal: AbortSignal | undefined): AsyncGenerator<TrainingEvent[], void, void> {
    this.flush(id);
    const run = this.#s.runs.get(id);
    const now = { state: { type: 'state', state: run.state, step: run.step, error: run.error } as const, row: this.#s.library.db.read.trainingEvents.newestState(id) };
    return this.#feed(id).watch(step, now, signal);
  }

  /** Ends every trainer with a checkpoint; the runs are then interrupted and can be resumed. */
  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all(
      [...this.#live.values()].map(async (live) => {
        live.ending ??= 'close';
        live.control.abort();
        await live.trainer?.stop();
        await live.ended;
      }),
    );
    for (const feed of this.#feeds.values()) feed.flush();
  }

  #training(id: number): LiveTraining {
    const run = this.#s.runs.get(id);
    const live = this.#live.get(id);
    if (!live) throw new GlyphscopeError('INVALID_INPUT', `The run "${run.name}" is not training: it is ${run.state}.`, { subject: run.name });
    return live;
  }

  #feed(id: number): TrainingFeed {
    let feed = this.#feeds.get(id);
    if (!feed) {
      const onFailure = (error: unknown) => this.#storeFailed(id, error);
      this.#feeds.set(id, (feed = new TrainingFeed({ db: this.#s.library.db, run: id, onEvent: (event) => this.#notice(id, event), onFailure })));
    }
    return feed;
  }

  /** Looks at an event for what a run suffers from, and tells what is news. */
  #notice(id: number, event: TrainingEvent): void {
    try {
      const run = this.#s.runs.get(id);
      this.news.tell(run, event, this.health.add(run, event));
    } catch (error) {
      this.#s.log(`What run ${id} suffers from could not be told: ${(error as Error).stack ?? String(error)}`); // no reason to halt it
    }
    if (event.type === 'state' && !workingStates.includes(event.state)) this.health.letGo(id);
  }

  /** Events cannot be stored: the run is halted, so that nothing of it is lost, until there is room again. */
  #storeFailed(id: number, error: unknown): void {
    const detail = toErrorDetail(error);
    this.#s.log(`Events of run ${id} could not be stored: ${detail.message}`);
    void this.#live.get(id)?.trainer?.pause();
  }

  #setState(id: number, state: RunState, error: ErrorDetail | null): void {
    this.#s.runs.setState(id, state, error);
    this.#feed(id).add({ type: 'state', state, step: this.#s.runs.get(id).step, error });
  }

  #message(id: number, text: string, level: 'info' | 'warning' = 'info'): void {
    this.#feed(id).add({ type: 'message', step: this.#s.runs.get(id).step, level, text });
  }

  /** Whether a run that enters now has to wait. */
  #waits(atOnce: boolean): boolean {
    return !atOnce && (this.#live.size > 0 || this.#queue.order.length > 0);
  }

  /** Begins a run now, or lets it wait its turn. */
  #enter(id: number, atOnce: boolean, begin: () => void): void {
    if (!this.#waits(atOnce)) {
      this.#queue.take(id);
      return begin();
    }
    this.#setState(id, 'queued', null);
    this.#queue.add(id);
    this.advanceQueue();
  }

  /** Begins the next of the runs that wait, as soon as nothing is trained; one that cannot be begun fails, and the next has its turn. */
  #advance(): void {
    const tried = new Set<number>(); // a failure that cannot be stored leaves a run where it was
    while (this.#advancing && !this.#closing && this.#live.size === 0) {
      const next = this.#queue.order.find((run) => !tried.has(run));
      if (next === undefined) return;
      tried.add(next);
      try {
        this.#beginAgain(next, { waited: true });
      } catch (error) {
        this.#setState(next, 'failed', toErrorDetail(error));
      }
      this.#queue.take(next);
    }
  }

  /** Begins a registered run, from its last checkpoint where it has one. @throws GlyphscopeError NOT_FOUND when what it trains on, or its teacher, has gone */
  #beginAgain(id: number, { waited }: { waited: boolean }): void {
    const run = this.#s.runs.get(id);
    const collection = this.#collectionOf(run);
    this.#s.teachers.get(run.config.teacher);
    this.#setState(id, 'preparing', null);
    this.#begin(id, collection.id, { resume: true, waited });
  }

  /** @throws GlyphscopeError NOT_FOUND */
  #collectionOf(run: StoredRun): { id: number } {
    const { collections } = this.#s.library.db.read;
    const collection = (run.collection !== null && collections.byId(run.collection)) || collections.byName(run.collectionName);
    if (collection) return collection;
    throw new GlyphscopeError('NOT_FOUND', `The collection "${run.collectionName}" that this run trains on is not there.`, {
      subject: run.collectionName,
      remedy: 'Import it again under this name, or start a new run on another collection.',
    });
  }

  #begin(id: number, collection: number, { resume, waited = false }: { resume: boolean; waited?: boolean }): void {
    const live: LiveTraining = { control: new AbortController(), trainer: null, state: 'preparing', ending: null, waited, trained: false, ended: Promise.resolve() };
    this.#live.set(id, live);
    live.ended = this.#train(id, collection, resume, live)
      .catch((error: unknown) => {
        if (live.ending) return this.#setState(id, endedBy(live), null);
        const detail = toErrorDetail(error);
        if (detail.code === 'INTERNAL') this.#s.log(`Run ${id} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
        this.#setState(id, detail.code === 'CANCELLED' ? 'stopped' : 'failed', detail.code === 'CANCELLED' ? null : detail);
      })
      .then(() => {
        this.#live.delete(id);
        if (this.#s.runs.get(id).state === 'queued') this.#queue.move(id, 1); // it had its turn
        if (live.ending !== 'discard') this.#afterwards(id, collection);
        this.#advance();
      })
      .catch((error: unknown) => this.#s.log(`The end of run ${id} could not be stored: ${(error as Error).message}`));
  }

  async #train(id: number, collection: number, resume: boolean, live: LiveTraining): Promise<void> {
    const run = this.#s.runs.get(id);
    const { name } = this.#s.collections.get(collection);
    const start = await prepareTraining(this.#s, { run, collection: { id: collection, name }, resume, signal: live.control.signal, say: (text) => this.#message(id, text) });
    let attempt: Attempt | null = { start: { ...start, resume, backend: await this.#s.compute.plan(run.config.backend) }, news: null };
    while (attempt) {
      const failure = await this.#runTrainer(id, attempt, live);
      if (failure) live.state = 'preparing';
      attempt = failure && (await nextAttempt(failure, attempt.start, this.#s.compute));
    }
  }

  /** Resolves when the trainer is gone, with what the GPU failed by if that is why and it can go on in another way. */
  async #runTrainer(id: number, { start, news }: Attempt, live: LiveTraining): Promise<GpuFailure | null> {
    const trainer = (live.trainer = TrainerClient.start(start));
    if (live.ending) void trainer.stop();
    let phase = '';
    let begun = false;
    let onGpu = false;
    let step = 0;
    const replaceable = start.backend.candidates.some(usesGpu);
    let failure: GpuFailure | null = null;
    trainer.on('progress', (at) => {
      if (at.phase === phase) return;
      phase = at.phase;
      this.#message(id, `${phase.charAt(0).toUpperCase()}${phase.slice(1)} …`);
    });
    trainer.on('event', (event) => {
      if (event.type === 'backend') onGpu = event.name !== undefined && usesGpu(event.name);
      else step = event.step;
      if (event.type === 'state' && event.error && isGpuFailure(event.error.code) && !live.ending && replaceable) {
        failure = { ...event.error, step, trained: begun };
        return; // the run goes on in another way
      }
      if (event.type === 'state') live.state = event.state;
      // After a pause that a full disk asked for, the next step is what says that it goes on.
      else if (event.type === 'step' && live.state === 'paused') this.#setState(id, (live.state = 'training'), null);
      try {
        if (event.type === 'state' && event.state === 'training' && !begun) {
          begun = live.trained = true;
          if (start.resume) this.#goOnFrom(id, event.step);
          if (news) this.#message(id, news, 'warning');
        }
        this.#receive(id, event, live);
      } catch (error) {
        this.#storeFailed(id, error);
      }
    });
    const exit = await new Promise<{ code: number | null; signal: string | null }>((resolve) => trainer.once('exit', resolve));
    if (failure) return failure;
    if (live.state === 'finished' || live.state === 'stopped' || live.state === 'failed') return null;
    // A driver's failure may end the process instead of a computation.
    if (onGpu && !live.ending && ['SIGABRT', 'SIGSEGV', 'SIGBUS'].includes(exit.signal ?? '')) return { ...gpuLost(`the trainer was ended by ${exit.signal}.`).detail, step, trained: begun };
    if (live.ending) this.#setState(id, endedBy(live), null);
    else this.#setState(id, 'interrupted', { code: 'PROCESS_DIED', message: `The trainer ended ${exit.signal ? `by ${exit.signal}` : `with code ${exit.code}`} without being asked.`, remedy: 'Resume the run: it goes on from its last checkpoint.' });
    return null;
  }

  /** The steps after a checkpoint are done again: what was seen of them goes. */
  #goOnFrom(id: number, step: number): void {
    const { db } = this.#s.library;
    this.#feed(id).flush();
    db.write.trainingEvents.forgetAfter(id, step > 0 ? step : -1);
    db.write.runProgress.setStep(id, step);
    if (step > 0) this.#s.runs.setCheckpoint(id, step); // newer ones may have been refused
    this.health.letGo(id);
  }

  #receive(id: number, event: TrainingEvent, live: LiveTraining): void {
    const { db } = this.#s.library;
    if (event.type === 'state') {
      // Stopped because the engine ends is not what the user asked for: it goes on later.
      const state = event.state === 'stopped' && live.ending ? endedBy(live) : event.state;
      this.#feed(id).flush(); // steps that wait to be stored are older than this one
      if (state !== 'preparing') db.write.runProgress.setStep(id, event.step); // before the state, with which the run's card is written
      this.#s.runs.setState(id, state, event.error);
      this.#feed(id).add({ ...event, state });
      this.#feed(id).flush();
      return;
    }
    this.#feed(id).add(event);
    if (event.type === 'backend') db.write.runs.setBackend(id, event.description);
    if (event.type === 'checkpoint') this.#s.runs.setCheckpoint(id, event.step);
  }

  /** What was learned is shown at once: the run's collection is described with it, unless an alarm stopped it. */
  #afterwards(id: number, collection: number): void {
    if (this.#closing) return;
    void this.#s.comparison.catchUp(id).catch((error: Error) => this.#s.log(`What was measured of run ${id} was not taken in: ${error.message}`)); // the next start takes it in
    if (!this.#describe) return;
    const run = this.#s.runs.get(id);
    const found = this.#s.library.db.read.collections.byId(collection);
    if ((run.state !== 'finished' && run.state !== 'stopped') || run.error || run.checkpointStep === null || !found) return;
    this.#s.jobs.start({ kind: 'encode', title: `Describe "${found.name}" with "${run.name}"`, lane: studentLane(run), uses: [`run ${id}`, `collection ${collection}`] }, (job) => encodeCollection(this.#s, id, collection, job));
  }
}

/** The state of a run whose end was asked for. What only waited and was prepared waits again when the engine ends. */
function endedBy({ ending, waited, trained }: LiveTraining): RunState {
  if (ending !== 'close') return 'stopped';
  return waited && !trained ? 'queued' : 'interrupted';
}
