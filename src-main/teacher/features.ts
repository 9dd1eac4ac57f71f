import { GlyphscopeError } from '../contract/errors';
import type { FileFailure } from '../contract/images';
import type { Progress } from '../contract/progress';
import type { ImagePlace, ImageStore } from '../dataset/image-store';
import type { FeatureStore } from './feature-store';
import type { FeatureAnswer, FeatureSource } from './image-messages';
import type { ImageWorkerPool } from './image-worker-pool';

/** An image whose features are wanted. */
export interface FeatureImage {
  slot: number;
  /** 64 hexadecimal digits; chooses the augmentations, and the file must still have it. */
  sha256: string;
  /** For messages. */
  name: string;
  place: ImagePlace;
}

export interface FeatureOptions {
  images: Iterable<FeatureImage> | AsyncIterable<FeatureImage>;
  /** How many images there are, for the progress. */
  count: number;
  store: ImageStore;
  pool: Pick<ImageWorkerPool, 'request' | 'threads'>;
  clean: FeatureStore;
  /** Augmented views: their store (records = V) and the seed of their augmentations. */
  views?: { store: FeatureStore; seed: number };
  signal: AbortSignal;
  onProgress: Progress;
  onFailure: (failure: FileFailure) => void;
}

export interface FeatureOutcome {
  /** Images that were computed now. */
  computed: number;
  /** Images that had been computed before. */
  present: number;
  failed: number;
}

/** Images of one request: about a tenth of a second of work, so that cancelling and progress are prompt. */
const chunkImages = 16;
/** Requests under way for each worker: one is decoded while the other is encoded. */
const requestsEach = 2;
/** Seconds between two times that everything is brought to disk. */
const flushEvery = 2;

/**
 * Computes the teacher's features that are missing: of the clean images and, when asked, of augmented views. Reading,
 * decoding and augmenting overlap with encoding. What is done is kept whatever happens next, so that the next call goes
 * on from there. An image that cannot be read is reported and the rest go on.
 * @throws CANCELLED (within a fraction of a second), DISK_FULL, PROCESS_DIED when workers end again and again
 */
export async function computeFeatures(o: FeatureOptions): Promise<FeatureOutcome> {
  const outcome: FeatureOutcome = { computed: 0, present: 0, failed: 0 };
  const report = () => o.onProgress({ phase: 'teacher features', done: outcome.computed + outcome.present + outcome.failed, total: o.count, unit: 'images' });
  const running = new Set<Promise<void>>();
  const stop = new AbortController();
  const signal = AbortSignal.any([o.signal, stop.signal]);
  let broken: { error: unknown } | null = null;
  let flushedAt = performance.now();

  const keep = (images: FeatureImage[], answer: FeatureAnswer, wanted: Wanted) => {
    const slots = Int32Array.from(answer.read, (index) => images[index].slot);
    if (wanted.clean) o.clean.write(slots, answer.clean);
    if (wanted.views) o.views!.store.write(slots, answer.views);
    for (const { index, error } of answer.failures) o.onFailure({ name: images[index].name, code: error.code, reason: error.message });
    outcome.computed += slots.length;
    outcome.failed += answer.failures.length;
    report();
  };

  const compute = async (images: FeatureImage[], wanted: Wanted) => {
    for (let attempt = 1; ; attempt++) {
      try {
        const request = { kind: 'features', images: images.map((image) => sourceOf(image, o.store)), clean: wanted.clean, views: wanted.views ? o.views!.store.spec.records : 0, seed: o.views?.seed ?? 0 } as const;
        return keep(images, await o.pool.request(request, images[0].name, signal), wanted);
      } catch (error) {
        // A worker that died took its neighbours' work with it: once more, then one by one to find the image that does it.
        if (!(error instanceof GlyphscopeError) || error.code !== 'PROCESS_DIED') throw error;
        if (images.length > 1) {
          for (const image of images) await compute([image], wanted);
          return;
        }
        if (attempt < 2) continue;
        o.onFailure({ name: images[0].name, code: error.code, reason: error.message });
        outcome.failed++;
        return report();
      }
    }
  };

  const start = async (images: FeatureImage[], wanted: Wanted) => {
    while (running.size >= o.pool.threads * requestsEach) await Promise.race(running);
    if (broken !== null) return;
    const work: Promise<void> = compute(images, wanted)
      .catch((error: unknown) => {
        broken ??= { error };
        stop.abort();
      })
      .finally(() => running.delete(work));
    running.add(work);
    if (performance.now() - flushedAt > flushEvery * 1000) {
      flushedAt = performance.now();
      await Promise.all([o.clean.flush(), o.views?.store.flush()]);
    }
  };

  try {
    report();
    const chunks = new Map<string, { images: FeatureImage[]; wanted: Wanted }>();
    for await (const image of o.images) {
      if (o.signal.aborted || broken !== null) break;
      const wanted = { clean: !o.clean.has(image.slot), views: o.views !== undefined && !o.views.store.has(image.slot) };
      if (!wanted.clean && !wanted.views) {
        if ((++outcome.present & 1023) === 0) report();
        continue;
      }
      const key = `${wanted.clean}${wanted.views}`;
      const chunk = chunks.get(key) ?? { images: [], wanted };
      chunk.images.push(image);
      chunks.set(key, chunk);
      if (chunk.images.length < chunkImages) continue;
      chunks.delete(key);
      await start(chunk.images, chunk.wanted);
    }
    for (const { images, wanted } of chunks.values()) if (!o.signal.aborted && broken === null) await start(images, wanted);
  } finally {
    await Promise.all(running);
    await Promise.all([o.clean.flush(), o.views?.store.flush()]);
    report();
  }
  if (o.signal.aborted) throw new GlyphscopeError('CANCELLED', 'Cancelled.');
  const failure = broken as { error: unknown } | null; // set in callbacks, which the compiler does not follow
  if (failure !== null) throw failure.error;
  return outcome;
}

interface Wanted {
  clean: boolean;
  views: boolean;
}

function sourceOf(image: FeatureImage, store: ImageStore): FeatureSource {
  return { name: image.name, sha256: image.sha256, ...store.locate(image.place) };
}
