import * as z from 'zod';
import { imageItem } from './images';
import { rowId, symbolNumber } from './names';

/** Content of a file that was described lately: SHA-256 of its bytes. */
export const contentHash = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 has 64 hexadecimal digits');

/** Symbols of which null stands for any: 1 to 8. */
export const spokenSymbols = z.array(symbolNumber.nullable()).min(1).max(8);
export type SpokenSymbols = z.infer<typeof spokenSymbols>;

/** What makes an image near: embeddings, the teacher's features, leading symbols, or few edits between the two descriptions. */
export const nearnesses = ['embedding', 'feature', 'prefix', 'edits'] as const;
export type NearnessName = (typeof nearnesses)[number];

/** What the nearest images are asked of: an image of the collection, a file that was described lately, or a sequence of symbols. */
export const nearSubject = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('image'), image: rowId }),
  z.object({ kind: z.literal('file'), sha256: contentHash }),
  z.object({ kind: z.literal('symbols'), symbols: spokenSymbols }),
]);
export type NearSubject = z.infer<typeof nearSubject>;

/** An image with every reason why it is near. */
export const nearImage = z.object({
  image: imageItem,
  /** Cosine similarity, −1 to 1: of the teacher's features when these were asked, else of the embeddings. */
  similarity: z.number(),
  /** Leading symbols that are the same. */
  sharedPrefix: z.int(),
  /** Symbols to be replaced, added or left out so that one description becomes the other (Levenshtein). */
  edits: z.int(),
});
export type NearImage = z.infer<typeof nearImage>;

export const nearImages = z.object({
  items: z.array(nearImage),
  /** Images of the collection whose first 1, 2, … symbols are those asked about, the image asked about included. */
  begins: z.array(z.int()),
  /** Images searched. */
  searched: z.int(),
});
export type NearImages = z.infer<typeof nearImages>;
