import * as z from 'zod';
import { rowId } from '../../contract/names';

/** No library has as many images; a damaged list must not fill the memory. */
const largestId = 2 ** 27;

/** Images as ranges [first, last] of their ids: a selection of all is a few numbers, not a million. */
export const imageRanges = z.array(z.tuple([rowId, rowId])).refine((ranges) => ranges.every(([first, last], i) => first <= last && (i === 0 || ranges[i - 1][1] < first)) && (ranges.at(-1)?.[1] ?? 0) <= largestId, 'ascending ranges of ids');
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
