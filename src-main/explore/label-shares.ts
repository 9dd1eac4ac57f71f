import type { LabelShare } from '../contract/explore';
import type { EmbeddingSet } from './embedding-set';

/** Images of each label, [classes]. */
export function labelCounts(set: Pick<EmbeddingSet, 'labels' | 'classes'>): Int32Array {
  const counts = new Int32Array(set.classes.length);
  for (const label of set.labels) if (label >= 0) counts[label]++;
  return counts;
}

const sum = (counts: Int32Array): number => counts.reduce((all, count) => all + count, 0);

/** Images of a made-up average collection that are added before labels are compared, so that few images decide nothing. */
const priorImages = 5;

/** Lift of a label after adding `priorImages` images with the collection's own shares. */
const cautiousLift = (count: number, held: number, prior: number): number => (count + priorImages * prior) / (held + priorImages) / prior;

/**
 * Every label that occurs in `counts`, the most over-represented first: decided by the lift after adding a few average
 * images. Support, share and lift are reported as counted, among labelled images.
 * @param base images of each label in the collection, [classes] @param counts of them those that are asked about, [classes]
 */
export function labelShares(classes: readonly string[], base: Int32Array, counts: Int32Array): LabelShare[] {
  const all = sum(base);
  const held = sum(counts);
  return classes
    .flatMap((name, c) => {
      if (counts[c] === 0) return [];
      const prior = base[c] / all;
      const share = counts[c] / held;
      return [{ name, images: counts[c], share, lift: share / prior, order: cautiousLift(counts[c], held, prior) }];
    })
    .sort((a, b) => b.order - a.order)
    .map(({ name, images, share, lift }) => ({ name, images, share, lift }));
}

/** The commonest label and its share of the labelled images; the first of equals, null without any. */
export function commonLabel(classes: readonly string[], counts: Int32Array): { name: string; share: number } | null {
  const held = sum(counts);
  if (held === 0) return null;
  let best = 0;
  for (let c = 1; c < counts.length; c++) if (counts[c] > counts[best]) best = c;
  return { name: classes[best], share: counts[best] / held };
}
