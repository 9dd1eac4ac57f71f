import { dotAt, type EmbeddingSet } from './embedding-set';
import { Highest } from './highest';

/**
 * For each group the images nearest (by cosine) to the mean of the group's unit-length embeddings.
 * @param counts how many of each group, [groups] @param groupsOf names the groups of a row
 * @param rows the rows that are in any group; all of them unless given
 */
export function typicalImages(
  set: EmbeddingSet,
  counts: readonly number[],
  groupsOf: (i: number, each: (group: number) => void) => void,
  rows: ArrayLike<number> = Int32Array.from(set.images.keys()),
): number[][] {
  const { width, embeddings } = set;
  const means = new Float32Array(counts.length * width);
  for (let at = 0; at < rows.length; at++)
    groupsOf(rows[at], (group) => {
      if (counts[group] > 0) for (let t = 0, from = rows[at] * width; t < width; t++) means[group * width + t] += embeddings[from + t];
    });
  // The mean's length changes no order within a group.
  const nearest = counts.map((count) => new Highest(count));
  for (let at = 0; at < rows.length; at++)
    groupsOf(rows[at], (group) => {
      if (counts[group] > 0) nearest[group].offer(dotAt(embeddings, rows[at] * width, means, group * width, width), rows[at]);
    });
  return nearest.map((highest) => highest.sorted().map(({ row }) => set.images[row]));
}
