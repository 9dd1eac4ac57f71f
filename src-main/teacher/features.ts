import { GlyphscopeError } from '../contract/errors';
import type { FileFailure } from '../contract/images';
import type { Progress } from '../contract/progress';
import type { ImagePlace, ImageStore } from '../dataset/image-store';
import type { EncoderPlan } from './encoder-plan';
import type { FeatureStore } from './feature-store';
import type { FeatureAnswer, FeatureSource } from './image-messages';
import type { ImageWorkerPool } from './image-worker-pool';
import type { TokenStores } from './tokens';

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
  pool: Pick<ImageWorkerPool, 'request' | 'threads' | 'plan'>;
  clean: FeatureStore;
  /** Augmented views: their store (records = V) and the seed of their augmentations. */
  views?: { store: FeatureStore; seed: number };
  /** Tokens as well, N of each image and of each view asked for. */
  tokens?: { stores: TokenStores; kept: number };
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

/** Images of one request at most: with a small teacher a tenth of a second of work, so that cancelling and progress are prompt. */
const mostImages = 16;
/** Requests under way for each worker: one is decoded while the other is encoded. */
const requestsEach = 2;
/** Seconds between two times that everything is brought to disk. */
const flushEvery = 2;

/** Images of one request when each is encoded so many times. */
const imagesAtOnce = ({ viewsAtOnce }: EncoderPlan, encodings: number): number => Math.max(1, Math.min(mostImages, Math.floor(viewsAtOnce / encodings)));

/** Images that are under way at a time when each is encoded so many times: fewer leave workers idle. */
export const imagesUnderWay = ({ threads, plan }: FeatureOptions['pool'], encodings: number): number => threads * requestsEach * imagesAtOnce(plan, encodings);

/**
 * Computes the teacher's features that are missing: of the clean images and, when asked, of augmented views, and tokens
 * of both. Tokens that are missing of an image cost encoding it again, what is stored of it stays as it is. Reading,
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

  const parts: Part[] = [
    { of: 'clean', store: o.clean, from: (answer) => answer.clean },
    ...(o.views ? [{ of: 'views', store: o.views.store, from: (answer) => answer.views } satisfies Part] : []),
    ...(o.tokens ? [{ of: 'clean', store: o.tokens.stores.clean, tokens: true, from: (answer) => answer.cleanTokens } satisfies Part] : []),
    ...(o.tokens && o.views ? [{ of: 'views', store: o.tokens.stores.views, tokens: true, from: (answer) => answer.viewTokens } satisfies Part] : []),
  ];
  const flush = () => Promise.all(parts.map(({ store }) => store.flush()));

  const keep = (images: FeatureImage[], answer: FeatureAnswer, wanted: Part[]) => {
    const slots = Int32Array.from(answer.read, (index) => images[index].slot);
    for (const { store, from } of wanted) store.write(slots, from(answer));
    for (const { index, error } of answer.failures) o.onFailure({ name: images[index].name, code: error.code, reason: error.message });
    outcome.computed += slots.length;
    outcome.failed += answer.failures.length;
    report();
  };

  const compute = async (images: FeatureImage[], wanted: Part[]) => {
    for (let attempt = 1; ; attempt++) {
      try {
        const request = {
          kind: 'features',
          images: images.map((image) => sourceOf(image, o.store)),
          clean: wanted.some(({ of }) => of === 'clean'),
          views: wanted.find(({ of }) => of === 'views')?.store.spec.records ?? 0,
          seed: o.views?.seed ?? 0,
          tokens: wanted.some(({ tokens }) => tokens) ? o.tokens!.kept : 0,
        } as const;
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

  const start = async (images: FeatureImage[], wanted: Part[]) => {
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
      await flush();
    }
  };

  const encodings = (wanted: Part[]) => Math.max(...wanted.map(({ of, store }) => (of === 'views' ? store.spec.records : 0))) + (wanted.some(({ of }) => of === 'clean') ? 1 : 0);

  try {
    report();
    const chunks = new Map<string, { images: FeatureImage[]; wanted: Part[] }>();
    for await (const image of o.images) {
      if (o.signal.aborted || broken !== null) break;
      const wanted = parts.filter(({ store }) => !store.has(image.slot));
      if (wanted.length === 0) {
        if ((++outcome.present & 1023) === 0) report();
        continue;
      }
      const key = wanted.map((part) => parts.indexOf(part)).join();
      const chunk = chunks.get(key) ?? { images: [], wanted };
      chunk.images.push(image);
      chunks.set(key, chunk);
      if (chunk.images.length < imagesAtOnce(o.pool.plan, encodings(wanted))) continue;
      chunks.delete(key);
      await start(chunk.images, chunk.wanted);
    }
    for (const { images, wanted } of chunks.values()) if (!o.signal.aborted && broken === null) await start(images, wanted);
  } finally {
    await Promise.all(running);
    await flush();
    report();
  }
  if (o.signal.aborted) throw new GlyphscopeError('CANCELLED', 'Cancelled.');
  const failure = broken as { error: unknown } | null; // set in callbacks, which the compiler does not follow
  if (failure !== null) throw failure.error;
  return outcome;
}

/** One store with what goes into it. */
interface Part {
  of: 'clean' | 'views';
  store: FeatureStore;
  tokens?: true;
  from(answer: FeatureAnswer): Float32Array;
}

function sourceOf(image: FeatureImage, store: ImageStore): FeatureSource {
  return { name: image.name, sha256: image.sha256, ...store.locate(image.place) };
}
