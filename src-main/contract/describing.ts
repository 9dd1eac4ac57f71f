import * as z from 'zod';
import { errorDetail } from './errors';
import { description } from './explore';
import { contentHash, nearImages } from './near';
import { symbolNumber, symbolSequence } from './names';

/** Files of one request, and the bytes that they have together at most. */
export const filesAtOnce = 32;
export const bytesAtOnce = 32 << 20;

/** A file that was described, addressed by its content from then on. */
export const described = z.object({
  name: z.string(),
  sha256: contentHash,
  width: z.int(),
  height: z.int(),
  description,
  /** True when nothing had to be computed: the same bytes were described before. */
  known: z.boolean(),
});
export type Described = z.infer<typeof described>;

/** What became of one file. */
export const describeOutcome = z.union([z.object({ file: described }), z.object({ error: errorDetail })]);
export type DescribeOutcome = z.infer<typeof describeOutcome>;

/** A symbol that could stand at a position, and the description as it would have gone on from there. */
export const alternative = z.object({
  symbol: symbolNumber,
  /** Given the symbols before it. */
  probability: z.number(),
  symbols: symbolSequence,
  /** Of each of `symbols`, given those before it. */
  probabilities: z.array(z.number()),
});
export type Alternative = z.infer<typeof alternative>;

/** What the interpreter reads in the first `length` symbols, and the images nearest to that. */
export const reading = nearImages.extend({ length: z.int() });
export type Reading = z.infer<typeof reading>;

/** Patches along a side of the square that the teacher looks at. */
export const occlusionGrids = [4, 8, 16] as const;

/**
 * How much each patch of an image matters to each symbol: ln p(s_j | s_1 … s_j−1) of the image as it is, less the same of
 * the image with the patch greyed. Positive: without the patch, the symbol is less likely.
 */
export const occlusion = z.object({
  /** G: the patches are G × G, row by row. */
  grid: z.int(),
  /** [L][G·G] */
  drops: z.array(z.array(z.number())),
  /** What the teacher looks at, as parts of the image's width and height. */
  seen: z.object({ left: z.number(), top: z.number(), width: z.number(), height: z.number() }),
});
export type Occlusion = z.infer<typeof occlusion>;

export const occlusionEvent = z.union([z.object({ done: z.int(), total: z.int() }), z.object({ occlusion })]);
export type OcclusionEvent = z.infer<typeof occlusionEvent>;
