import { join } from 'node:path';
import { GlyphscopeError } from '../contract/errors';
import type { FileFailure } from '../contract/images';
import type { Progress } from '../contract/progress';
import type { LibraryDatabase } from '../database/library-database';
import type { ImageStore } from '../dataset/image-store';
import { verifyTeacher, type TeacherInfo } from '../teacher/catalogue';
import type { EncoderPlan } from '../teacher/encoder-plan';
import { FeatureStore, viewsName } from '../teacher/feature-store';
import { openTokenStores, requireRoom, type TokenStores } from '../teacher/tokens';
import { computeFeatures, imagesUnderWay, type FeatureImage, type FeatureOutcome } from '../teacher/features';
import type { ImageAnswers, ImageRequest } from '../teacher/image-messages';
import { ImageWorkerPool } from '../teacher/image-worker-pool';
import { labelledImages, slotsOf } from './collection-labels';
import { trainableRows } from './training-images';

/** Augmented views kept of each image, and the seed they are made with: the same for all runs, so they are made once. */
export const storedViews = 4;
export const viewSeed = 0;
/** Images looked up between two breaths. */
const rowsAtOnce = 1_000;

/** How long the workers of a teacher that nobody uses keep its weights in memory (milliseconds). */
const idleLimit = 60_000;

export interface TeacherFeaturesOptions {
  info: TeacherInfo;
  db: LibraryDatabase;
  packs: ImageStore;
  /** The library's folder. */
  library: string;
  /** Path of out/engine/images.mjs. */
  worker: string;
  /** Says how the teacher is best run here; asked once, at its first use. */
  plan: () => Promise<EncoderPlan>;
}

/** A teacher at work: its image workers and the features that it has computed for this library. */
export class TeacherFeatures {
  readonly info: TeacherInfo;
  /** Where the features are. */
  readonly directory: string;
  readonly #o: TeacherFeaturesOptions;
  readonly #db: LibraryDatabase;
  readonly #packs: ImageStore;
  #plan: Promise<EncoderPlan> | null = null;
  #pool: ImageWorkerPool | null = null;
  #users = 0;
  #idle: NodeJS.Timeout | null = null;
  #closing: Promise<void> = Promise.resolve();
  #clean: FeatureStore | null = null;
  #views: FeatureStore | null = null;
  readonly #tokens = new Map<number, TokenStores>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(o: TeacherFeaturesOptions) {
    this.#o = o;
    this.info = o.info;
    this.#db = o.db;
    this.#packs = o.packs;
    this.directory = join(o.library, 'features', this.info.id);
  }

  /**
   * Asks one of its workers, as ImageWorkerPool.request does.
   * @throws GlyphscopeError INVALID_INPUT when its model is damaged, TEACHER_UNUSABLE, CANCELLED, PROCESS_DIED, and what the request itself throws
   */
  request<K extends ImageRequest['kind']>(request: Extract<ImageRequest, { kind: K }>, subject: string, signal?: AbortSignal): Promise<ImageAnswers[K]> {
    return this.#usePool((pool) => pool.request(request, subject, signal));
  }

  /** The workers, which end when nobody has used them for a while. */
  async #usePool<T>(work: (pool: ImageWorkerPool) => Promise<T>): Promise<T> {
    this.#users++;
    if (this.#idle) clearTimeout(this.#idle);
    try {
      this.#plan ??= verifyTeacher(this.info).then(() => this.#o.plan());
      const plan = await this.#plan.catch((error: unknown) => {
        this.#plan = null; // a file that was put right is looked at again
        throw error;
      });
      return await work((this.#pool ??= new ImageWorkerPool({ worker: this.#o.worker, teacher: this.info, plan })));
    } finally {
      if (--this.#users === 0) this.#idle = setTimeout(() => void this.#endPool(), idleLimit).unref();
    }
  }

  #endPool(): Promise<void> {
    const pool = this.#pool;
    this.#pool = null;
    if (pool) this.#closing = Promise.all([this.#closing, pool.close()]).then(() => undefined);
    return this.#closing;
  }

  /** Features of the clean images, one record for each slot. */
  get clean(): FeatureStore {
    return (this.#clean ??= FeatureStore.open(this.directory, { width: this.info.featureWidth, records: 1, name: 'clean' }));
  }

  /** Features of the augmented views, `storedViews` records for each slot. */
  get views(): FeatureStore {
    return (this.#views ??= FeatureStore.open(this.directory, { width: this.info.featureWidth, records: storedViews, name: viewsName(viewSeed) }));
  }

  /** Stores of `kept` tokens of each image and view; null for 0. @throws INVALID_INPUT when the teacher has not as many */
  tokens(kept: number): TokenStores | null {
    if (kept === 0) return null;
    let stores = this.#tokens.get(kept);
    if (!stores) this.#tokens.set(kept, (stores = openTokenStores(this.directory, this.info, { kept, views: storedViews, seed: viewSeed })));
    return stores;
  }

  /** Stores that a run reads when it describes: features of the clean images, and their tokens if it looks at some. */
  described(tokens: number): FeatureStore[] {
    const more = this.tokens(tokens);
    return more ? [this.clean, more.clean] : [this.clean];
  }

  /** Stores that a run reads when it trains. */
  trained(tokens: number): FeatureStore[] {
    const more = this.tokens(tokens);
    return [this.clean, this.views, ...(more ? [more.clean, more.views] : [])];
  }

  /**
   * Computes what is missing of a collection's features: of the clean images, and of the views of all images or of those
   * that a run may train on (not the test split), with `tokens` N tokens of all these. One caller at a time: the next one finds what the first has done.
   * @throws GlyphscopeError CANCELLED, DISK_FULL, INVALID_INPUT when the teacher has not as many tokens
   */
  async ensure(o: {
    collection: number;
    views: 'none' | 'training' | 'all';
    /** These images only. */
    only?: ReadonlySet<number>;
    tokens: number;
    signal: AbortSignal;
    onProgress: Progress;
    onFailure: (failure: FileFailure) => void;
  }): Promise<FeatureOutcome> {
    const before = this.#turn;
    let free = (): void => undefined;
    this.#turn = new Promise<void>((resolve) => (free = resolve));
    try {
      await before;
      if (o.signal.aborted) throw new GlyphscopeError('CANCELLED', 'Cancelled.');
      const all = this.#db.read.images.ofCollection(o.collection).filter((image) => o.only?.has(image) ?? true);
      const withViews = o.views === 'none' ? [] : o.views === 'all' ? all : await this.trainable(o.collection, o.only);
      const chosen = new Set(withViews);
      const without = all.filter((image) => !chosen.has(image));
      const outcome: FeatureOutcome = { computed: 0, present: 0, failed: 0 };
      const missing = (clean: FeatureStore, views: FeatureStore) => ({ clean: clean.missing(slotsOf(all)).length, views: withViews.length ? views.missing(slotsOf(withViews)).length : 0 });
      const tokens = this.tokens(o.tokens);
      const [features, ofTokens] = [missing(this.clean, this.views), tokens && missing(tokens.clean, tokens.views)];
      if (features.clean + features.views + (ofTokens ? ofTokens.clean + ofTokens.views : 0) === 0) return { ...outcome, present: all.length };
      if (tokens && ofTokens) requireRoom(tokens, ofTokens);
      this.#db.settle(); // the images' numbers are on disk before anything is stored under them
      for (const [images, views] of [[withViews, true], [without, false]] as const) {
        if (images.length === 0) continue;
        const before = outcome.computed + outcome.present + outcome.failed;
        const part = await this.#usePool((pool) => computeFeatures({
          images: this.#featureImages(images),
          count: images.length,
          store: this.#packs,
          pool,
          clean: this.clean,
          views: views ? { store: this.views, seed: viewSeed } : undefined,
          tokens: tokens ? { stores: tokens, kept: o.tokens } : undefined,
          signal: o.signal,
          onProgress: (at) => o.onProgress({ ...at, done: before + at.done, total: all.length }),
          onFailure: o.onFailure,
        }));
        for (const key of ['computed', 'present', 'failed'] as const) outcome[key] += part[key];
      }
      return outcome;
    } finally {
      free();
    }
  }

  /** Images that are computed at a time, each with its views: fewer leave workers idle. Starts the workers. */
  imagesUnderWay(): Promise<number> {
    return this.#usePool((pool) => Promise.resolve(imagesUnderWay(pool, 1 + storedViews)));
  }

  /** Images of a collection that a run may train on, or those of them that are among `only`. */
  async trainable(collection: number, only?: ReadonlySet<number>): Promise<number[]> {
    const all = await labelledImages(this.#db, collection);
    return trainableRows(all).map((row) => all.images[row]).filter((image) => only?.has(image) ?? true);
  }

  *#featureImages(images: readonly number[]): Generator<FeatureImage, void, void> {
    for (let at = 0; at < images.length; at += rowsAtOnce)
      for (const image of this.#db.read.images.several(images.slice(at, at + rowsAtOnce)))
        yield { slot: image.id - 1, sha256: image.sha256, name: 'path' in image.place ? image.place.path : `image ${image.id}`, place: image.place };
  }

  async close(): Promise<void> {
    if (this.#idle) clearTimeout(this.#idle);
    await this.#endPool();
    await this.#turn;
    this.#clean?.close();
    this.#views?.close();
    for (const { clean, views } of this.#tokens.values()) [clean, views].forEach((store) => store.close());
  }
}
