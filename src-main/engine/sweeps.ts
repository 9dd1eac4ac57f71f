import { GlyphscopeError, toErrorDetail, type ErrorDetail } from '../contract/errors';
import type { SweepElsewhere, SweepPlanEvent, SweepRequest, SweepStatus, SweepSummary } from '../contract/sweeps';
import type { StoredSweep, StoredVariant, VariantOutcome } from '../database/sweeps';
import type { SweepClient } from '../sweep/client';
import { runVariant, type VariantProgress } from '../sweep/run-variant';
import { runName, sweepVariants } from '../sweep/variants';
import { fromRanges, toRanges } from './changes/image-ranges';
import { ChangeFeed } from './change-feed';
import { activeStates } from './runs';
import { idsOf } from './selected-images';
import type { Services } from './services';
import { adoptedSweep, adoptedVariants } from './sweep-adoption';
import { planParallelism, planSweep } from './sweep-plan';
import { refuseOtherSettings } from './sweep-settings';
import { KnownAccuracies, sweepRun, sweepStatus, type Parallelism } from './sweep-status';

export type SweepServices = Pick<Services, 'library' | 'collections' | 'runs' | 'teachers' | 'compute' | 'log'>;

/** A sweep whose variants are begun as there is room. */
interface ActiveSweep {
  plan: Parallelism;
  /** Since when its time counts that is not stored yet. */
  since: number;
}

/** A variant that is being trained, described or evaluated. */
interface LiveVariant {
  sweep: number;
  control: AbortController;
  /** Whether it has had its turn, if it waited behind other trainings. */
  begun: boolean;
  progress: VariantProgress;
  ended: Promise<void>;
}

/** Milliseconds between two looks at what trains. */
const lookEvery = 500;
const closing = Symbol('the engine closes');
const key = (sweep: number, label: string) => `${sweep}/${label}`;

/**
 * Sweeps: keeps what each is to train, begins its variants as there is room, several at a time, and goes on after a
 * restart. A variant that fails does not keep the others.
 */
export class Sweeps {
  readonly #s: SweepServices;
  readonly #client: () => SweepClient;
  readonly #feed = new ChangeFeed();
  readonly #accuracies: KnownAccuracies;
  readonly #active = new Map<number, ActiveSweep>();
  readonly #live = new Map<string, LiveVariant>();
  #looking: NodeJS.Timeout | null = null;
  #closed = false;

  /** @param client asks this engine what a variant needs; called once the engine answers */
  constructor(s: SweepServices, client: () => SweepClient) {
    this.#s = s;
    this.#accuracies = new KnownAccuracies(s.library.db);
    this.#client = client;
  }

  /** Takes up runs of sweeps that the registry does not know: trained elsewhere, put back from their folders, or of an earlier version. */
  adopt(): void {
    const { read, write } = this.#s.library.db;
    const runs = read.sweeps.unknown().flatMap((id) => read.runs.byId(id) ?? []);
    for (const name of new Set(runs.map(({ sweep }) => sweep!))) {
      const mine = runs.filter(({ sweep }) => sweep === name);
      const known = read.sweeps.byName(name);
      this.#s.library.db.durableTransaction(() => {
        if (known) write.sweeps.addVariants(known.id, adoptedVariants(name, mine, known.settings));
        else write.sweeps.add(adoptedSweep(name, mine));
      });
    }
  }

  /** Goes on with the sweeps that an earlier engine was at. */
  goOn(): void {
    for (const sweep of this.#s.library.db.read.sweeps.list().reverse())
      if (sweep.state === 'running') void this.#activate(sweep).catch((error: Error) => this.#s.log(`The sweep "${sweep.name}" could not go on: ${error.message}`));
  }

  /** The newest first. */
  list(): SweepSummary[] {
    this.adopt();
    return this.#s.library.db.read.sweeps.list().map(({ name, kind, collectionName, state, createdAt, variants }) => {
      const ended = (state: VariantOutcome['state']) => variants.filter(({ outcome }) => outcome?.state === state).length;
      return { name, kind, collection: collectionName, state, createdAt, variants: variants.length, done: ended('done'), failed: ended('failed') };
    });
  }

  /** What a sweep would train and what that takes. @throws GlyphscopeError NOT_FOUND, INVALID_INPUT */
  plan(request: SweepRequest, o: { measure: boolean; signal: AbortSignal | undefined }): AsyncGenerator<SweepPlanEvent, void, void> {
    return planSweep(this.#s, this.#client(), request, this.#variants(request), o);
  }

  /**
   * Keeps a sweep and begins it; with `goOn` one of this name goes on, with the variants that are new in the request.
   * @throws GlyphscopeError NAME_TAKEN without `goOn`, NOT_FOUND, INVALID_INPUT
   */
  async start(request: SweepRequest, { goOn }: { goOn: boolean }): Promise<SweepStatus> {
    const { db } = this.#s.library;
    const { name, settings, parallel, grid, collection: id, selection, run } = request;
    const variants = this.#variants(request).map((variant): StoredVariant => ({ ...variant, outcome: null }));
    const collection = this.#s.collections.get(id);
    const chosen = selection ? { ranges: toRanges(await idsOf(this.#s, { collection: id, run, selection })), query: 'query' in selection ? selection.query : null } : null;
    const known = db.read.sweeps.byName(name);
    if (known && !goOn) throw new GlyphscopeError('NAME_TAKEN', `There is a sweep "${known.name}" already.`, { subject: name, remedy: 'Choose another name, or go on with that one.' });
    if (known && known.collectionName !== collection.name)
      throw new GlyphscopeError('INVALID_INPUT', `"${known.name}" was begun on the collection "${known.collectionName}", not "${collection.name}".`, { subject: collection.name, remedy: 'Choose another name.' });
    if (known) {
      refuseOtherSettings(known, settings);
      if (chosen && JSON.stringify(chosen.ranges) !== JSON.stringify(known.chosen?.ranges))
        throw new GlyphscopeError('INVALID_INPUT', `"${known.name}" was begun on other images of "${collection.name}".`, { subject: known.name, remedy: 'Choose another name.' });
      await this.stop(known.name);
    }
    db.durableTransaction(() => {
      if (known) {
        const labels = new Set(known.variants.map(({ label }) => label));
        db.write.sweeps.setParallel(known.id, parallel);
        db.write.sweeps.addVariants(known.id, variants.filter(({ label }) => !labels.has(label)));
      } else
        db.write.sweeps.add({ name, kind: grid.kind, collection: id, collectionName: collection.name, settings, chosen, parallel, state: 'running', seconds: 0, createdAt: Date.now(), variants });
    });
    return this.resume(known?.name ?? name);
  }

  /** Goes on with all that is not done, also with what failed or was stopped. @throws GlyphscopeError NOT_FOUND */
  async resume(name: string): Promise<SweepStatus> {
    const { db } = this.#s.library;
    const sweep = this.#get(name);
    db.durableTransaction(() => {
      for (const variant of sweep.variants)
        if (variant.outcome && (variant.outcome.state !== 'done' || sweepRun(this.#s, sweep, variant) === null)) db.write.sweeps.setOutcome(sweep.id, variant.label, null);
      db.write.sweeps.setState(sweep.id, 'running');
    });
    await this.#activate(this.#get(name));
    return this.status(name);
  }

  /** Goes on with one variant that failed or was stopped. @throws GlyphscopeError NOT_FOUND, INVALID_INPUT when it is not over */
  async retry(name: string, label: string): Promise<SweepStatus> {
    const { db } = this.#s.library;
    const sweep = this.#get(name);
    const variant = sweep.variants.find((one) => one.label === label);
    if (!variant) throw new GlyphscopeError('NOT_FOUND', `The sweep "${name}" has no variant "${label}".`, { subject: label });
    if (!variant.outcome || this.#live.has(key(sweep.id, label)))
      throw new GlyphscopeError('INVALID_INPUT', `"${label}" has not ended.`, { subject: label, remedy: 'Wait for its end, or stop it first.' });
    db.durableTransaction(() => {
      db.write.sweeps.setOutcome(sweep.id, label, null);
      db.write.sweeps.setState(sweep.id, 'running');
    });
    await this.#activate(this.#get(name));
    return this.status(name);
  }

  /** Ends what trains with checkpoints and begins nothing more, until the sweep goes on. @throws GlyphscopeError NOT_FOUND */
  async stop(name: string): Promise<SweepStatus> {
    const sweep = this.#get(name);
    this.#deactivate(sweep.id);
    if (sweep.state === 'running') this.#s.library.db.write.sweeps.setState(sweep.id, 'stopped');
    const live = [...this.#live.values()].filter((one) => one.sweep === sweep.id);
    for (const { control } of live) control.abort(new GlyphscopeError('CANCELLED', 'The sweep was stopped.'));
    await Promise.all(live.map(({ ended }) => ended));
    this.#pump();
    return this.status(name);
  }

  /**
   * Keeps a sweep that is trained elsewhere as it stands; nothing of it is begun here.
   * @throws GlyphscopeError NOT_FOUND, RUN_BUSY when it is trained here
   */
  keep({ name, kind, collection: id, settings, variants }: SweepElsewhere): void {
    const { db } = this.#s.library;
    const { name: collectionName } = this.#s.collections.get(id);
    const known = db.read.sweeps.byName(name);
    if (known && this.#active.has(known.id)) throw new GlyphscopeError('RUN_BUSY', `The sweep "${name}" is being trained on this machine.`, { subject: name, remedy: 'Stop it first, or give this one another name.' });
    const state = variants.every(({ outcome }) => outcome?.state === 'done') ? 'done' : variants.some(({ outcome }) => outcome === null) ? 'elsewhere' : 'stopped';
    db.durableTransaction(() => {
      if (!known) db.write.sweeps.add({ name, kind, collection: id, collectionName, settings, chosen: null, parallel: null, state, seconds: 0, createdAt: Date.now(), variants });
      else {
        db.write.sweeps.addVariants(known.id, variants.filter(({ label }) => !known.variants.some((one) => one.label === label)));
        for (const { label, outcome } of variants) db.write.sweeps.setOutcome(known.id, label, outcome);
        db.write.sweeps.setState(known.id, state);
      }
    });
    this.#feed.changed();
  }

  /** Takes a sweep off the list of which no run is left. @throws GlyphscopeError NOT_FOUND, INVALID_INPUT while it has runs */
  remove(name: string): void {
    const sweep = this.#get(name);
    const runs = sweep.variants.filter((variant) => sweepRun(this.#s, sweep, variant) !== null).length;
    if (this.#active.has(sweep.id)) throw new GlyphscopeError('INVALID_INPUT', `The sweep "${name}" is running.`, { subject: name, remedy: 'Stop it first.' });
    if (runs > 0) throw new GlyphscopeError('INVALID_INPUT', `The sweep "${name}" has ${runs} ${runs === 1 ? 'run' : 'runs'}.`, { subject: name, remedy: 'Delete its runs first; the sweep then has nothing to show.' });
    this.#s.library.db.write.sweeps.remove(sweep.id);
    this.#feed.changed();
  }

  /** @throws GlyphscopeError NOT_FOUND */
  status(name: string): SweepStatus {
    const sweep = this.#get(name);
    const active = this.#active.get(sweep.id);
    return sweepStatus(this.#s, sweep, {
      accuracies: this.#accuracies,
      plan: active?.plan ?? null,
      seconds: active ? (performance.now() - active.since) / 1000 : 0,
      live: (label) => this.#live.get(key(sweep.id, label))?.progress ?? null,
    });
  }

  /** How a sweep stands, whenever that has changed. @throws GlyphscopeError NOT_FOUND */
  watch(name: string, signal: AbortSignal | undefined): AsyncGenerator<SweepStatus, void, void> {
    this.#get(name);
    return this.#feed.follow(() => this.status(name), lookEvery, signal);
  }

  /** Whether a sweep goes on by itself. */
  get busy(): boolean {
    return this.#active.size > 0;
  }

  /** Leaves everything as it is, for the next engine; the trainings are ended by their own. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const id of [...this.#active.keys()]) this.#deactivate(id);
    const live = [...this.#live.values()];
    for (const { control } of live) control.abort(closing);
    await Promise.all(live.map(({ ended }) => ended));
  }

  #variants({ name, grid, settings }: SweepRequest): ReturnType<typeof sweepVariants> {
    const variants = sweepVariants(grid, settings);
    for (const variant of variants) runName(name, variant); // every name is looked at before anything is begun
    return variants;
  }

  #get(name: string): StoredSweep {
    const sweep = this.#s.library.db.read.sweeps.byName(name);
    if (!sweep) throw new GlyphscopeError('NOT_FOUND', `There is no sweep "${name}".`, { subject: name });
    return sweep;
  }

  async #activate(sweep: StoredSweep): Promise<void> {
    const left = sweep.variants.filter(({ outcome }) => outcome === null);
    const plan = await planParallelism(this.#s, left.map(({ change }) => ({ ...sweep.settings, ...change })), sweep.parallel);
    if (this.#closed || this.#get(sweep.name).state !== 'running') return;
    this.#active.set(sweep.id, { plan, since: this.#active.get(sweep.id)?.since ?? performance.now() });
    // What a step, a queue or the user does to a run is not told: it is looked at.
    this.#looking ??= setInterval(() => this.#feed.changed(), lookEvery).unref();
    this.#pump();
  }

  #deactivate(sweep: number): void {
    const active = this.#active.get(sweep);
    if (!active) return;
    this.#active.delete(sweep);
    this.#s.library.db.write.sweeps.addSeconds(sweep, (performance.now() - active.since) / 1000);
    if (this.#active.size > 0 || !this.#looking) return;
    clearInterval(this.#looking);
    this.#looking = null;
  }

  /** Begins as many variants as there is room for, the sweep begun first before the others. */
  #pump(): void {
    if (this.#closed) return;
    for (const [id, { plan }] of [...this.#active]) {
      // The first waits in the queue for what trains already; the others stand beside it.
      const mine = [...this.#live.values()].filter((one) => one.sweep === id);
      if (mine.length > 0 && !mine.some(({ begun }) => begun)) break;
      const sweep = this.#s.library.db.read.sweeps.byId(id)!;
      const waiting = sweep.variants.filter(({ label, outcome }) => outcome === null && !this.#live.has(key(id, label)));
      const atOnce = mine.length > 0;
      const room = Math.min(plan.parallel - this.#live.size, atOnce ? plan.parallel : 1);
      for (const variant of waiting.slice(0, Math.max(0, room))) this.#begin(sweep, variant, { threads: plan.threads, atOnce });
      if (waiting.length > 0) break;
      if (atOnce) continue;
      this.#deactivate(id);
      this.#s.library.db.write.sweeps.setState(id, sweep.variants.every(({ outcome }) => outcome?.state === 'done') ? 'done' : 'stopped');
    }
    this.#feed.changed();
  }

  #begin(sweep: StoredSweep, variant: StoredVariant, how: { threads: number; atOnce: boolean }): void {
    const control = new AbortController();
    const live: LiveVariant = { sweep: sweep.id, control, begun: how.atOnce, progress: { phase: 'preparing', latest: {} }, ended: Promise.resolve() };
    this.#live.set(key(sweep.id, variant.label), live);
    live.ended = this.#run(sweep, variant, how, live)
      .then((): VariantOutcome => ({ state: 'done', error: null }))
      .catch((error: unknown) => this.#outcomeOf(error, sweep, variant))
      .then(async (outcome) => {
        if (control.signal.aborted) await this.#letGo(sweep, variant, control.signal.reason);
        else this.#s.library.db.write.sweeps.setOutcome(sweep.id, variant.label, outcome);
      })
      .catch((error: Error) => {
        this.#active.delete(sweep.id); // else it would be begun again and again
        this.#s.log(`The end of "${variant.label}" of the sweep "${sweep.name}" could not be stored, and the sweep halts: ${error.message}`);
      })
      .then(() => {
        this.#live.delete(key(sweep.id, variant.label));
        this.#pump();
      });
  }

  async #run(sweep: StoredSweep, { label, group, change }: StoredVariant, how: { threads: number; atOnce: boolean }, live: LiveVariant): Promise<void> {
    const { collections } = this.#s.library.db.read;
    const found = (sweep.collection !== null && collections.byId(sweep.collection)) || collections.byName(sweep.collectionName);
    if (!found)
      throw new GlyphscopeError('NOT_FOUND', `The collection "${sweep.collectionName}" that the sweep trains on is not there.`, { subject: sweep.collectionName, remedy: 'Import it again under this name, then go on.' });
    const { name, settings, chosen } = sweep;
    const task = { sweep: name, collection: this.#s.collections.show(found.id), variant: { label, group, change }, settings, ...how, ...(chosen && { images: fromRanges(chosen.ranges) }) };
    await runVariant(this.#client(), task, live.control.signal, (progress) => {
      live.progress = { phase: progress.phase, latest: { ...progress.latest } };
      this.#feed.changed();
      if (live.begun || sweepRun(this.#s, sweep, { label })?.state === 'queued') return;
      live.begun = true;
      this.#pump();
    });
  }

  /** A variant whose run the user stopped is stopped; whatever else keeps it from its end is a failure. */
  #outcomeOf(thrown: unknown, sweep: StoredSweep, variant: StoredVariant): VariantOutcome {
    const error: ErrorDetail = toErrorDetail((thrown as { data?: unknown } | null)?.data ?? thrown);
    if (error.code === 'INTERNAL') this.#s.log(`"${variant.label}" of the sweep "${sweep.name}" failed: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`);
    return error.code === 'CANCELLED' ? { state: 'stopped', error: null } : { state: 'failed', error };
  }

  /** A training that was asked to end keeps no memory: what is paused with a checkpoint is stopped. */
  async #letGo(sweep: StoredSweep, variant: StoredVariant, why: unknown): Promise<void> {
    const run = sweepRun(this.#s, sweep, variant);
    if (why !== closing && run && activeStates.includes(run.state)) await this.#client().runs.stop({ run: run.id });
  }
}
