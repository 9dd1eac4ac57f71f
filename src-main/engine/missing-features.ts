import type { LibraryDatabase } from '../database/library-database';
import type { FeatureStore } from '../teacher/feature-store';
import { slotsOf } from './collection-labels';
import type { TeacherFeatures } from './teacher-features';

/** Teacher features that a training would have to compute before it begins. */
export interface MissingFeatures {
  /** Images that lack something, those that would be trained on first. */
  images: number[];
  /** How many slots each store lacks. */
  clean: number;
  views: number;
  cleanTokens: number;
  viewTokens: number;
  /** Images and views that the teacher would have to look at. */
  encodings: number;
  /** Bytes that they take on the disk. */
  bytes: number;
}

/**
 * What TeacherFeatures.ensure would compute for a training on a collection, or on `only` some of its images: features of
 * images and views where it trains; those of the images alone elsewhere, and these only when it has to compute any.
 * @param tokens N of a run that looks at tokens, else 0
 */
export async function missingFeatures(db: LibraryDatabase, teacher: TeacherFeatures, { collection, only, tokens }: { collection: number; only?: ReadonlySet<number>; tokens: number }): Promise<MissingFeatures> {
  const trained = await teacher.trainable(collection, only);
  const more = teacher.tokens(tokens);
  const lacking = (store: FeatureStore | undefined, images: readonly number[]) => new Set(store?.missing(slotsOf(images)));
  const of = (images: readonly number[], views: boolean) => {
    const [clean, cleanTokens] = [lacking(teacher.clean, images), lacking(more?.clean, images)];
    const [ofViews, viewTokens] = views ? [lacking(teacher.views, images), lacking(more?.views, images)] : [new Set<number>(), new Set<number>()];
    return { clean, cleanTokens, views: ofViews, viewTokens };
  };
  const first = of(trained, true);
  const any = Object.values(first).some(({ size }) => size > 0);
  const chosen = new Set(trained);
  const others = any ? db.read.images.ofCollection(collection).filter((image) => !chosen.has(image) && (only?.has(image) ?? true)) : [];
  const rest = of(others, false);
  const sum = (name: keyof typeof first) => first[name].size + rest[name].size;
  const [clean, views, cleanTokens, viewTokens] = [sum('clean'), sum('views'), sum('cleanTokens'), sum('viewTokens')];
  const union = (...sets: ReadonlySet<number>[]) => new Set(sets.flatMap((set) => [...set]));
  const looked = union(first.clean, first.cleanTokens, rest.clean, rest.cleanTokens).size;
  const lookedViews = union(first.views, first.viewTokens).size;
  return {
    images: [...union(...Object.values(first)), ...union(...Object.values(rest))].map((slot) => slot + 1),
    clean,
    views,
    cleanTokens,
    viewTokens,
    encodings: looked + lookedViews * teacher.views.spec.records,
    bytes: 4 * (clean * teacher.clean.slotLength + views * teacher.views.slotLength + (more ? cleanTokens * more.clean.slotLength + viewTokens * more.views.slotLength : 0)),
  };
}
