import * as z from 'zod';

/** Names that users give to collections and runs: one line, no path characters, at most 80 characters. */
export const givenName = z
  .string()
  .trim()
  .min(1, 'a name needs at least one character')
  .max(80, 'a name has at most 80 characters')
  .regex(/^[^\\/\p{Cc}]+$/u, 'a name has no slash, backslash or control character');

/**
 * Names that users give to symbols. They stand in queries between quotation marks and where numbers may stand too, so a
 * name holds no quotation mark and is no number.
 */
export const givenSymbolName = z
  .string()
  .trim()
  .min(1, 'a name needs at least one character')
  .max(40, "a symbol's name has at most 40 characters")
  .regex(/^[^"\p{Cc}]+$/u, "a symbol's name has no quotation mark and no control character")
  .regex(/\p{L}/u, "a symbol's name has at least one letter, so that it is not taken for a number");

/** Tags that users give to images: names that can stand in a list or between quotation marks. Case does not matter. */
export const tagName = givenName.regex(/^[^",]+$/, 'a tag has no comma and no quotation mark');

/** What a user writes about a run: plain text of any number of lines. */
export const runNote = z.string().max(20_000, 'a note has at most 20,000 characters');

export const split = z.enum(['train', 'test']);
export type Split = z.infer<typeof split>;

/** A symbol's number, from 0 to K − 1. */
export const symbolNumber = z.int().min(0).max(4095);
/** A description or a prefix of one: 0 to 8 symbols. */
export const symbolSequence = z.array(symbolNumber).max(8);

export const rowId = z.int().min(1);
