import * as z from 'zod';
import { rowId, split } from './names';

/** A query as the user writes it; query-parser.ts reads it. Short enough for an address. */
export const queryText = z.string().max(1000, 'a query has at most 1,000 characters');

/** These images of a collection: those that a query finds, or those named. An empty query finds all. */
export const imageSelection = z.union([z.strictObject({ query: queryText }), z.strictObject({ ids: z.array(rowId).min(1).max(2_000_000) })]);
export type ImageSelection = z.infer<typeof imageSelection>;

/** A selection with where it is to be looked for; the run gives the descriptions that symbols are compared with. */
export const selectedImages = z.object({ collection: rowId, run: rowId.optional(), selection: imageSelection });
export type SelectedImages = z.infer<typeof selectedImages>;

/** From where to where a term stands in the text, the end not included. */
export interface Span {
  start: number;
  end: number;
}

/** Text with `*` for any text: the pieces between the stars, in lower case. One piece: exactly this. */
export type TextPattern = readonly string[];

export type TextField = 'label' | 'tag' | 'name' | 'format';
export const numberFields = ['width', 'height', 'bytes'] as const;
export type NumberField = (typeof numberFields)[number];
/** Images that the user has excluded are found only by a query that has an `excluded` term. */
export const excludedValues = ['yes', 'no', 'any'] as const;
export type ExcludedValue = (typeof excludedValues)[number];
/** Fields with a fixed list of values. */
export const choiceFields = { split: [...split.options, 'none'], described: ['yes', 'no'], excluded: excludedValues } as const;
export type SplitValue = (typeof choiceFields.split)[number];
export const comparisons = ['>=', '<=', '!=', '>', '<', '='] as const;
export type Comparison = (typeof comparisons)[number];

/** A symbol by its number or by the name that the user gave it, at a position from 1 or anywhere. */
export interface SymbolAsked {
  symbol: number | TextPattern;
  position: number | null;
}

/** One condition. Of several values, one must hold. */
export type QueryTerm = { at: Span } & (
  | { kind: 'word'; text: string } // part of the file name, in lower case
  | { kind: 'text'; field: TextField; values: readonly TextPattern[] }
  | { kind: 'split'; values: readonly SplitValue[] }
  | { kind: 'number'; field: NumberField; comparison: Comparison; value: number }
  | { kind: 'described'; value: boolean }
  | { kind: 'excluded'; value: ExcludedValue }
  | { kind: 'sequence'; symbols: readonly (number | null)[] } // from the first position on; null: any symbol
  | { kind: 'has'; symbols: readonly SymbolAsked[] }
);

/**
 * What a query means. Excluded images pass only where a term asks for them (`asksExcluded`). A query without a term is an `and` of nothing, which every image passes.
 */
export type QueryNode = QueryTerm | { kind: 'and'; parts: readonly QueryNode[] } | { kind: 'or'; parts: readonly QueryNode[] } | { kind: 'not'; part: QueryNode };

/** Every term of a query, from left to right. */
export function queryTerms(node: QueryNode): QueryTerm[] {
  if (node.kind === 'and' || node.kind === 'or') return node.parts.flatMap(queryTerms);
  return node.kind === 'not' ? queryTerms(node.part) : [node];
}

/** Whether the answer depends on descriptions, and so on the run. */
export const asksSymbols = (term: QueryTerm): boolean =>
  term.kind === 'sequence' || term.kind === 'has' || term.kind === 'described';

/** Whether a query speaks of excluded images; one that does not leaves them out. */
export const asksExcluded = (query: QueryNode): boolean => queryTerms(query).some(({ kind }) => kind === 'excluded');

/** Whether a text in lower case fits a pattern. */
export function fits(pattern: TextPattern, text: string): boolean {
  const [first, ...rest] = pattern;
  if (rest.length === 0) return text === first;
  const last = rest[rest.length - 1];
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  let at = first.length;
  for (const piece of rest.slice(0, -1)) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return at <= text.length - last.length;
}

/** Whether a file name in lower case fits a pattern, with its folders or without. */
export const fitsName = (pattern: TextPattern, name: string): boolean => fits(pattern, name) || fits(pattern, name.slice(name.lastIndexOf('/') + 1));

/** Whether a comparison of two numbers holds. */
export function compares(left: number, comparison: Comparison, right: number): boolean {
  switch (comparison) {
    case '>':
      return left > right;
    case '<':
      return left < right;
    case '>=':
      return left >= right;
    case '<=':
      return left <= right;
    case '=':
      return left === right;
    case '!=':
      return left !== right;
  }
}

/** A value as it can stand in a query: in quotation marks where it would not be read as one value. */
export function quoted(value: string): string {
  const plain = /^\p{L}[\p{L}\p{N}_./-]*$/u.test(value) && !/^(and|or|not)$/i.test(value);
  return plain ? value : `"${value.replace(/[\\"]/g, '\\$&')}"`;
}

/** The term that asks for descriptions beginning with these symbols. */
export const prefixQuery = (symbols: readonly number[]): string => symbols.join(' ');
