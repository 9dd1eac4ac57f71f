import * as z from 'zod';
import { rowId } from '../../contract/names';

/** Images as ranges [first, last] of their ids: a selection of all is a few numbers, not a million. */
export const imageRanges = z.array(z.tuple([rowId, rowId]));
export type ImageRanges = z.infer<typeof imageRanges>;

/** The ranges of the given ids, in any order, each counted once. */
export function toRanges(ids: ArrayLike<number>): ImageRanges {
  const ranges: ImageRanges = [];
  for (const id of Float64Array.from(ids).sort()) {
    const last = ranges.at(-1);
    if (last && id <= last[1] + 1) last[1] = id;
    else ranges.push([id, id]);
  }
  return ranges;
}

/** The ids of some ranges, ascending. */
export function fromRanges(ranges: ImageRanges): number[] {
  return ranges.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i));
}
