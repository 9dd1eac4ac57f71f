import type { PrefixIds } from './prefix-ids';

/** Pairs of images that begin alike by one run, by the other, and by both. */
export interface PrefixAgreement {
  length: number;
  here: number;
  there: number;
  both: number;
  /** Pairs by both among pairs by either, 0 … 1; null when there are none. */
  share: number | null;
}

/**
 * How far two runs agree on which images belong together, for each length of a prefix: symbols of two runs have nothing
 * to do with one another, but pairs of images that share a prefix can be counted. All pairs are counted.
 * @param rows the same images in both, row by row
 */
export function prefixAgreement(a: { prefixes: PrefixIds; length: number }, b: { prefixes: PrefixIds; length: number }, rows: { a: Int32Array; b: Int32Array }): PrefixAgreement[] {
  return Array.from({ length: Math.min(a.length, b.length) }, (_, i) => {
    const [inA, inB] = [a.prefixes.of(i + 1), b.prefixes.of(i + 1)];
    const here = pairsAlike(Array.from(rows.a, (row) => inA.ids[row]));
    const there = pairsAlike(Array.from(rows.b, (row) => inB.ids[row]));
    const both = pairsAlike(Array.from(rows.a, (row, at) => inA.ids[row] * inB.counts.length + inB.ids[rows.b[at]]));
    const either = here + there - both;
    return { length: i + 1, here, there, both, share: either > 0 ? both / either : null };
  });
}

function pairsAlike(keys: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  let pairs = 0;
  for (const count of counts.values()) pairs += (count * (count - 1)) / 2;
  return pairs;
}
