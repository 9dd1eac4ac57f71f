import { join } from 'node:path';
import { GlyphscopeError } from '../contract/errors';
import type { FileFailure } from '../contract/images';
import type { Progress } from '../contract/progress';
import type { LibraryDatabase } from '../database/library-database';
import { embeddedTeacher, type TeacherInfo } from '../teacher/catalogue';
import { FeatureStore } from '../teacher/feature-store';
import { computeFeatures } from '../teacher/features';
import { ImageWorkerPool } from '../teacher/image-worker-pool';
import type { ImageStore } from '../dataset/image-store';

/** Augmented views kept of each image, and the seed they are made with: the same for all runs, so they are made once. */
export const storedViews = 4;
export const viewSeed = 0;

/** The teacher at work: its image workers and the features that it has computed for this library. */
export class Teachers {
  readonly info: TeacherInfo;
  readonly #db: LibraryDatabase;
  readonly #packs: ImageStore;
  readonly #directory: string;
  readonly #worker: string;
  readonly #threads: number;
  #pool: ImageWorkerPool | null = null;
  #clean: FeatureStore | null = null;
  #views: FeatureStore | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(o: { db: LibraryDatabase; packs: ImageStore; library: string; worker: string; threads: number }) {
    this.info = embeddedTeacher();
    this.#db = o.db;
    this.#packs = o.packs;
    this.#directory = join(o.library, 'features', this.info.id);
    this.#worker = o.worker;
    this.#threads = o.threads;
  }

  /** Threads that decode, augment and encode; started when first asked for. */
  get pool(): ImageWorkerPool {
    return (this.#pool ??= new ImageWorkerPool({ worker: this.#worker, teacher: this.info, threads: this.#threads }));
  }

  /** Feature of the clean image, one record for each slot. */
  get clean(): FeatureStore {
    return (this.#clean ??= FeatureStore.open(this.#directory, { width: this.info.featureWidth, records: 1, name: 'clean' }));
  }

  /** Features of the augmented views, `storedViews` records for each slot. */
  get views(): FeatureStore {
    return (this.#views ??= FeatureStore.open(this.#directory, { width: this.info.featureWidth, records: storedViews, name: `views-${viewSeed}` }));
  }

  /**
   * Computes what is missing of a collection's features. One caller at a time: the next one finds what the first has done.
   * @returns images that have no features in the end because they could not be read
   * @throws GlyphscopeError CANCELLED
   */
  async ensure(o: { collection: number; views: boolean; signal: AbortSignal; onProgress: Progress; onFailure: (failure: FileFailure) => void }): Promise<{ computed: number; failed: number }> {
    const before = this.#turn;
    let free = (): void => undefined;
    this.#turn = new Promise<void>((resolve) => (free = resolve));
    try {
      await before;
      if (o.signal.aborted) throw new GlyphscopeError('CANCELLED', 'Cancelled.');
      const slots = this.#db.read.images.ofCollection(o.collection).map((image) => image - 1);
      const missing = new Set([...this.clean.missing(slots), ...(o.views ? this.views.missing(slots) : [])]);
      if (missing.size === 0) return { computed: 0, failed: 0 };
      this.#db.settle(); // the images' numbers are on disk before anything is stored under them
      const images = this.#db.read.images.several([...missing].map((slot) => slot + 1)).map((image) => ({ slot: image.id - 1, image }));
      let failed = 0;
      await computeFeatures({
        images: images.map(({ slot, image }) => ({ slot, imageId: image.id, sha256: image.sha256, name: 'path' in image.place ? image.place.path : `image ${image.id}`, place: this.#packs.locate(image.place) })),
        teacher: this.info,
        clean: this.clean,
        views: o.views ? { store: this.views, count: storedViews, seed: viewSeed } : undefined,
        pool: this.pool,
        signal: o.signal,
        onProgress: o.onProgress,
        onFailure: (failure) => {
          failed++;
          o.onFailure(failure);
        },
      });
      return { computed: missing.size - failed, failed };
    } finally {
      free();
    }
  }

  async close(): Promise<void> {
    await this.#turn.catch(() => undefined);
    await this.#pool?.close();
    this.#clean?.close();
    this.#views?.close();
  }
}
