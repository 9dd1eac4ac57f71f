import { join } from 'node:path';
import * as z from 'zod';
import type { Progress } from '../contract/progress';
import { expected, type Expected } from '../contract/estimate';
import type { LibraryDatabase } from '../database/library-database';
import { computeDirectory } from '../model/backend-files';
import { KeptFindings, machineStamp } from './kept-findings';
import { missingFeatures, type MissingFeatures } from './missing-features';
import type { TeacherFeatures } from './teacher-features';

/** Seconds of one encoding of an image or a view, and how many were timed. */
const rate = z.object({ seconds: expected, encodings: z.int() });
export type FeatureRate = z.infer<typeof rate>;

interface Wanted {
  collection: number;
  tokens: number;
}

/** Seconds that each of the two timed rounds is to take, and images of one at most. */
const roundSeconds = 2;
const mostImages = 2_000;
/** So many times what is under way at a time: at its end a round waits for the last of its images. */
const leastTimes = 3;

/** How fast a teacher encodes the images of a collection here: timed on some that are missing, which are kept. */
export class FeatureRates {
  readonly #kept = new KeptFindings({ file: join(computeDirectory(), 'feature-rates.json'), finding: rate, most: 64 });
  readonly #db: LibraryDatabase;
  readonly #library: string;
  readonly #entry: string;

  /** @param o.library its folder  @param o.entry built file of the image workers */
  constructor(o: { db: LibraryDatabase; library: string; entry: string }) {
    this.#db = o.db;
    this.#library = o.library;
    this.#entry = o.entry;
  }

  /** What was found for this collection; null before it was measured. */
  known(teacher: TeacherFeatures, wanted: Wanted): FeatureRate | null {
    return this.#kept.get(this.#key(teacher, wanted));
  }

  /**
   * Computes the features of some of the images that lack them, in two timed rounds, and keeps what it finds.
   * @returns null when all were computed before anything could be timed
   * @throws GlyphscopeError as TeacherFeatures.ensure
   */
  async measure(teacher: TeacherFeatures, wanted: Wanted, { images }: MissingFeatures, { signal, onProgress }: { signal: AbortSignal; onProgress: Progress }): Promise<FeatureRate | null> {
    let at = 0;
    let done = 0;
    /** Encodings of the next images and seconds of each; null when there are no more. */
    const round = async (count: number): Promise<{ encodings: number; each: number } | null> => {
      const only = new Set(images.slice(at, (at += count)));
      if (only.size === 0) return null;
      const { encodings } = await missingFeatures(this.#db, teacher, { ...wanted, only });
      let begun: number | null = null;
      await teacher.ensure({
        ...wanted,
        views: 'training',
        only,
        signal,
        onProgress: (state) => {
          begun ??= performance.now();
          onProgress({ phase: 'timing the teacher', done: done + state.done, total: null, unit: 'images' });
        },
        onFailure: () => undefined, // told when the run's own features are computed
      });
      done += only.size;
      return { encodings, each: (performance.now() - (begun ?? performance.now())) / 1000 / Math.max(1, encodings) };
    };
    const perImage = 1 + teacher.views.spec.records;
    const underWay = await teacher.imagesUnderWay();
    const first = await round(underWay); // every worker loads the model
    const timed: { encodings: number; each: number }[] = [];
    for (let before = first; before !== null && timed.length < 2; ) {
      before = await round(Math.min(mostImages, Math.max(leastTimes * underWay, Math.round(roundSeconds / Math.max(1e-6, before.each * perImage)))));
      if (before) timed.push(before);
    }
    if (timed.length === 0 && first) timed.push(first);
    if (timed.length === 0) return null;
    const each = timed.map((one) => one.each);
    const found: FeatureRate = { seconds: { low: Math.min(...each), high: Math.max(...each) }, encodings: timed.reduce((sum, { encodings }) => sum + encodings, 0) };
    this.#kept.keep(this.#key(teacher, wanted), found);
    return found;
  }

  #key({ info }: TeacherFeatures, { collection, tokens }: Wanted): string {
    return [this.#library, collection, info.id, tokens > 0, machineStamp(this.#entry)].join('\n');
  }
}

/** What so many encodings take. */
export const atRate = ({ seconds }: FeatureRate, encodings: number): Expected => ({ low: seconds.low * encodings, high: seconds.high * encodings });
