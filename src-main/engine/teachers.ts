import { join } from 'node:path';
import { GlyphscopeError } from '../contract/errors';
import type { FileFailure } from '../contract/images';
import type { Progress } from '../contract/progress';
import type { LibraryDatabase } from '../database/library-database';
import type { ImageStore } from '../dataset/image-store';
import type { TeacherInfo } from '../teacher/catalogue';
import { FeatureStore, viewsName } from '../teacher/feature-store';
import { computeFeatures, type FeatureImage, type FeatureOutcome } from '../teacher/features';
import { ImageWorkerPool } from '../teacher/image-worker-pool';

/** Augmented views kept of each image, and the seed they are made with: the same for all runs, so they are made once. */
export const storedViews = 4;
export const viewSeed = 0;
/** Images looked up between two breaths. */
const rowsAtOnce = 1_000;

/** The teacher at work: its image workers and the features that it has computed for this library. */
export class Teachers {
  readonly info: TeacherInfo;
  /** Threads that inspect, decode, augment and encode; each starts when it is first needed. */
  readonly pool: ImageWorkerPool;
  /** Where the features are. */
  readonly directory: string;
  readonly #db: LibraryDatabase;
  readonly #packs: ImageStore;
  #clean: FeatureStore | null = null;
  #views: FeatureStore | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(o: { info: TeacherInfo; db: LibraryDatabase; packs: ImageStore; library: string; worker: string; threads: number }) {
    this.info = o.info;
    this.#db = o.db;
    this.#packs = o.packs;
    this.directory = join(o.library, 'features', this.info.id);
    this.pool = new ImageWorkerPool({ worker: o.worker, teacher: this.info, threads: o.threads });
  }

  /** Features of the clean images, one record for each slot. */
  get clean(): FeatureStore {
    return (this.#clean ??= FeatureStore.open(this.directory, { width: this.info.featureWidth, records: 1, name: 'clean' }));
  }

  /** Features of the augmented views, `storedViews` records for each slot. */
  get views(): FeatureStore {
    return (this.#views ??= FeatureStore.open(this.directory, { width: this.info.featureWidth, records: storedViews, name: viewsName(viewSeed) }));
  }

  /**
   * Computes what is missing of a collection's features. One caller at a time: the next one finds what the first has done.
   * @throws GlyphscopeError CANCELLED, DISK_FULL
   */
  async ensure(o: {
    collection: number;
    views: boolean;
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
      const images = this.#db.read.images.ofCollection(o.collection);
      const slots = images.map((image) => image - 1);
      if (this.clean.missing(slots).length === 0 && (!o.views || this.views.missing(slots).length === 0))
        return { computed: 0, present: images.length, failed: 0 };
      this.#db.settle(); // the images' numbers are on disk before anything is stored under them
      return await computeFeatures({
        images: this.#featureImages(images),
        count: images.length,
        store: this.#packs,
        pool: this.pool,
        clean: this.clean,
        views: o.views ? { store: this.views, seed: viewSeed } : undefined,
        signal: o.signal,
        onProgress: o.onProgress,
        onFailure: o.onFailure,
      });
    } finally {
      free();
    }
  }

  *#featureImages(images: readonly number[]): Generator<FeatureImage, void, void> {
    for (let at = 0; at < images.length; at += rowsAtOnce)
      for (const image of this.#db.read.images.several(images.slice(at, at + rowsAtOnce)))
        yield { slot: image.id - 1, sha256: image.sha256, name: 'path' in image.place ? image.place.path : `image ${image.id}`, place: image.place };
  }

  async close(): Promise<void> {
    await this.pool.close();
    await this.#turn;
    this.#clean?.close();
    this.#views?.close();
  }
}
