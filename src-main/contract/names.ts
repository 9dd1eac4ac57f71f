import * as z from 'zod';

/** Names that users give to collections and runs: one line, no path characters, at most 80 characters. */
export const givenName = z
  .string()
  .trim()
  .min(1, 'a name needs at least one character')
  .max(80, 'a name has at most 80 characters')
  .regex(/^[^\\/\p{Cc}]+$/u, 'a name has no slash, backslash or control character');

export const split = z.enum(['train', 'test']);
export type Split = z.infer<typeof split>;

/** A symbol's number, from 0 to K − 1. */
export const symbolNumber = z.int().min(0).max(4095);
/** A description or a prefix of one: 0 to 8 symbols. */
export const symbolSequence = z.array(symbolNumber).max(8);
export type SymbolSequence = z.infer<typeof symbolSequence>;

export const rowId = z.int().min(1);
