import { statfs } from 'node:fs/promises';
import { freemem, totalmem } from 'node:os';
import type { Estimate, EstimateEvent, Measuring, TrainingPlan } from '../contract/estimate';
import type { Progress, ProgressState } from '../contract/progress';
import { GlyphscopeError } from '../contract/errors';
import { usesGpu } from '../model/backend-failures';
import { studentShape } from '../model/shapes';
import { requireTokens } from '../teacher/tokens';
import { stampOf } from '../training/batches';
import { codeSample, hasPrepared, keepsPrepared } from '../training/prepared-start';
import { ChangeFeed } from './change-feed';
import { FeatureRates } from './feature-rates';
import { missingFeatures } from './missing-features';
import { Rehearsals, type Rehearsal, type RehearsalPlan } from './rehearsals';
import type { Services } from './services';
import { storedViews } from './teacher-features';
import { checkpointBytes, estimateParts, memoryOf, totalOf, type PlannedTraining } from './training-estimate';
import { imagesToTrainOn, type TrainingImages } from './training-images';
import { resolvePlan, type ResolvedPlan } from './training-plan';

type EstimateServices = Pick<Services, 'collections' | 'compute' | 'library' | 'locations' | 'runs' | 'teachers'>;

/** Images of a rehearsal times K at most: its k-means is to take seconds. */
const rehearsedCodes = 50_000 * 128;
const leastRehearsed = 4096;
/** Milliseconds between two words on the progress. */
const tellEvery = 200;

/** What trainings would take. */
export class Estimates {
  readonly #s: EstimateServices;
  readonly #rehearsals: Rehearsals;
  readonly #rates: FeatureRates;
  /** One measurement at a time, so that none slows another. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(s: EstimateServices) {
    this.#s = s;
    this.#rehearsals = new Rehearsals(s);
    this.#rates = new FeatureRates({ db: s.library.db, library: s.library.directory, entry: s.locations.entries.images });
  }

  /** The estimate, with how far its measuring is before it. Whoever ends the stream ends the measuring. */
  async *watch(plan: TrainingPlan, { measure, signal }: { measure: Measuring; signal?: AbortSignal }): AsyncGenerator<EstimateEvent, void, void> {
    const stop = new AbortController();
    const signals = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
    const feed = new ChangeFeed();
    const over = new AbortController();
    let at: ProgressState = { phase: 'looking', done: 0, total: null, unit: '' };
    const found = this.of(plan, { measure, signal: signals, onProgress: (state) => ((at = state), feed.changed()) }).finally(() => over.abort());
    found.catch(() => undefined); // told below
    try {
      if (measure !== 'no') for await (const progress of feed.follow(() => at, tellEvery, AbortSignal.any([signals, over.signal]))) yield { progress };
      yield { estimate: await found };
    } finally {
      stop.abort();
    }
  }

  /**
   * What a run of this plan would take, as far as that is known or `measure` lets it be timed.
   * @throws GlyphscopeError as resolvePlan and runRehearsal; COLLECTION_TOO_SMALL, CANCELLED
   */
  async of(plan: TrainingPlan, { measure, signal, onProgress }: { measure: Measuring; signal: AbortSignal; onProgress: Progress }): Promise<Estimate> {
    const resolved = await resolvePlan(this.#s, plan);
    const { config, collection, chosen } = resolved;
    const { db } = this.#s.library;
    const teacher = this.#s.teachers.get(config.teacher);
    if (config.featureTokens > 0) requireTokens(teacher.info, config.featureTokens);
    const only = chosen ? new Set(chosen.ids) : undefined;
    const images = await imagesToTrainOn(db, collection, config, (slot) => only?.has(slot + 1) ?? true);
    const wanted = { collection: collection.id, tokens: config.featureTokens };
    const lacking = () => missingFeatures(db, teacher, { ...wanted, only });
    const plannedRehearsal = this.#rehearsalOf(resolved, images);

    let missing = await lacking();
    let rate = missing.encodings > 0 && measure !== 'anew' ? this.#rates.known(teacher, wanted) : null;
    let rehearsal = measure === 'anew' ? null : await this.#rehearsals.known(plannedRehearsal);
    if (measure !== 'no')
      await this.#inTurn(async () => {
        rehearsal ??= await this.#rehearsals.measure(plannedRehearsal, { signal, onProgress });
        if (missing.encodings === 0 || rate) return;
        rate = await this.#rates.measure(teacher, wanted, missing, { signal, onProgress });
        missing = await lacking(); // some are there now
      }, signal);

    const measures = rehearsal?.measures ?? null;
    const planned: PlannedTraining = {
      config,
      images: images.trainSlots.length,
      evaluates: images.heldOut !== null && config.evaluateEvery > 0,
      beginning: this.#beginning(resolved, images, rehearsal),
      encodings: missing.encodings,
      featureWidth: teacher.info.featureWidth,
      weightBytes: resolved.weights?.checkpoint.weights.reduce((sum, { data }) => sum + data.byteLength, 0) ?? 0,
    };
    const parts = estimateParts(planned, measures, rate);
    const { bavail, bsize } = await statfs(this.#s.library.directory);
    const described = db.read.images.ofCollection(collection.id).length;
    return {
      images: planned.images,
      heldOut: images.heldOut?.querySlots.length ?? 0,
      rehearsal: rehearsal && measures && { backend: measures.backend.description, onGpu: usesGpu(measures.backend.name), steps: measures.intervals.reduce((sum, { steps }) => sum + steps, 0), seconds: measures.seconds, at: rehearsal.at, beside: rehearsal.beside },
      parts,
      seconds: totalOf(parts),
      missing: { teacher: teacher.info.name, images: missing.images.length, clean: missing.clean, views: missing.views, cleanTokens: missing.cleanTokens, viewTokens: missing.viewTokens },
      beginning: planned.beginning,
      memory: { training: measures && memoryOf(planned, measures), free: freemem(), total: totalmem() },
      disk: { features: missing.bytes, checkpoints: measures && checkpointBytes(planned, measures), embeddings: described * teacher.info.featureWidth * 4, free: bavail * bsize },
    };
  }

  #rehearsalOf({ config, weights }: ResolvedPlan, { trainSlots, heldOut }: TrainingImages): RehearsalPlan {
    const { info } = this.#s.teachers.get(config.teacher);
    const tokens = config.featureTokens > 0 ? requireTokens(info, config.featureTokens) : null;
    return {
      config,
      teacher: info.id,
      featureWidth: info.featureWidth,
      storedViews,
      tokens: tokens && { count: config.featureTokens, width: tokens.width },
      images: Math.max(config.batch, Math.min(trainSlots.length, codeSample, Math.max(leastRehearsed, Math.floor(rehearsedCodes / config.vocabulary)))),
      heldOut: heldOut && config.evaluateEvery > 0 ? { bank: heldOut.bankSlots.length, queries: heldOut.querySlots.length, classes: 1 + Math.max(...heldOut.bankLabels, ...heldOut.queryLabels) } : null,
      from: weights?.directory ?? null,
    };
  }

  #beginning({ config, weights }: ResolvedPlan, { trainSlots }: TrainingImages, rehearsal: Rehearsal | null): Estimate['beginning'] {
    if (weights) return 'weights';
    const { id, featureWidth: width } = this.#s.teachers.get(config.teacher).info;
    if (!keepsPrepared({ shape: studentShape(config, width) }, config)) return 'unkept';
    if (!rehearsal) return 'prepared';
    const start = { directory: this.#s.library.prepared, config, teacher: id, images: stampOf(trainSlots), backend: rehearsal.measures.backend.description, width, views: storedViews };
    return hasPrepared(start) ? 'kept' : 'prepared';
  }

  async #inTurn(work: () => Promise<void>, signal: AbortSignal): Promise<void> {
    const before = this.#turn;
    let free = (): void => undefined;
    this.#turn = new Promise<void>((resolve) => (free = resolve));
    try {
      await before;
      if (signal.aborted) throw new GlyphscopeError('CANCELLED', 'Cancelled.');
      await work();
    } finally {
      free();
    }
  }
}
