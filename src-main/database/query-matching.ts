import { setImmediate } from 'node:timers/promises';
import { asksExcluded, asksSymbols, compares, fits, fitsName, queryTerms, type QueryNode, type QueryTerm, type SymbolAsked, type TextPattern } from '../contract/query';
import { noSymbol, type CodedWords, type EntryColumns, type FileColumns, type SymbolColumns } from './image-columns';

/** What a query is compared with. */
export interface QueryColumns {
  entries: EntryColumns;
  /** Asked for only by the terms that need them, as `columnsNeeded` says. */
  files: FileColumns | null;
  symbols: SymbolColumns | null;
  /** Images that have a tag that fits. */
  tagged: (pattern: TextPattern) => Iterable<number>;
  excluded: () => Iterable<number>;
  /** Symbols whose given name fits; `position` is where the name holds, null everywhere. */
  named: (pattern: TextPattern) => readonly { symbol: number; position: number | null }[];
}

const asksFiles = (term: QueryTerm): boolean => term.kind === 'number' || (term.kind === 'text' && term.field === 'format');

/** Which columns besides those of the entries a query looks at. */
export function columnsNeeded(query: QueryNode): { files: boolean; symbols: boolean } {
  const terms = queryTerms(query);
  return { files: terms.some(asksFiles), symbols: terms.some(asksSymbols) };
}

/** One byte for each position: 1 where the entry passes. Others get their turn between two terms. */
export async function matchingMask(query: QueryNode, columns: QueryColumns): Promise<Uint8Array> {
  const mask = await maskOf(query, columns);
  if (asksExcluded(query)) return mask;
  const excluded = new Uint8Array(mask.length);
  markImages(excluded, columns.entries.images, columns.excluded());
  for (let i = 0; i < mask.length; i++) mask[i] &= 1 - excluded[i];
  return mask;
}

async function maskOf(query: QueryNode, columns: QueryColumns): Promise<Uint8Array> {
  const { count } = columns.entries;
  switch (query.kind) {
    case 'and': {
      const mask = new Uint8Array(count).fill(1);
      for (const part of query.parts) intersect(mask, await maskOf(part, columns));
      return mask;
    }
    case 'or': {
      const mask = new Uint8Array(count);
      for (const part of query.parts) unite(mask, await maskOf(part, columns));
      return mask;
    }
    case 'not':
      return invert(await maskOf(query.part, columns));
    default:
      await setImmediate();
      return termMask(query, columns);
  }
}

/** The positions where a mask is 1, ascending. */
export function positionsOf(mask: Uint8Array): Int32Array {
  let n = 0;
  for (let i = 0; i < mask.length; i++) n += mask[i];
  const positions = new Int32Array(n);
  for (let i = 0, at = 0; at < n; i++) if (mask[i] === 1) positions[at++] = i;
  return positions;
}

function termMask(term: QueryTerm, columns: QueryColumns): Uint8Array {
  const { entries } = columns;
  const mask = new Uint8Array(entries.count);
  switch (term.kind) {
    case 'word':
      markNames(mask, entries, term.text, () => true);
      break;
    case 'split':
      markWords(mask, entries.splits, (word) => term.values.some((value) => value === word));
      if (term.values.includes('none')) for (let i = 0; i < mask.length; i++) if (entries.splits.codes[i] === -1) mask[i] = 1;
      break;
    case 'text':
      for (const pattern of term.values)
        if (term.field === 'label') markWords(mask, entries.labels, (word) => fits(pattern, word.toLowerCase()));
        else if (term.field === 'format') markWords(mask, columns.files!.formats, (word) => fits(pattern, word.toLowerCase()));
        else if (term.field === 'tag') markImages(mask, entries.images, columns.tagged(pattern));
        else markNames(mask, entries, longestOf(pattern), (name) => fitsName(pattern, name));
      break;
    case 'number': {
      const values = columns.files![term.field];
      for (let i = 0; i < mask.length; i++) if (compares(values[i], term.comparison, term.value)) mask[i] = 1;
      break;
    }
    case 'described':
      markSymbol(mask, columns.symbols![0], null);
      if (!term.value) invert(mask);
      break;
    case 'excluded':
      if (term.value !== 'any') markImages(mask, entries.images, columns.excluded());
      if (term.value !== 'yes') invert(mask);
      break;
    case 'sequence':
      mask.fill(1);
      term.symbols.forEach((symbol, place) => keepSymbol(mask, columns.symbols![place], symbol));
      break;
    case 'has':
      for (const asked of term.symbols) markAsked(mask, columns, asked);
      break;
  }
  return mask;
}

function intersect(mask: Uint8Array, other: Uint8Array): void {
  for (let i = 0; i < mask.length; i++) mask[i] &= other[i];
}

function unite(mask: Uint8Array, other: Uint8Array): void {
  for (let i = 0; i < mask.length; i++) mask[i] |= other[i];
}

function invert(mask: Uint8Array): Uint8Array {
  for (let i = 0; i < mask.length; i++) mask[i] ^= 1;
  return mask;
}

function markWords(mask: Uint8Array, { codes, words }: CodedWords, wanted: (word: string) => boolean): void {
  const wantedCodes = Uint8Array.from(words, (word) => Number(wanted(word)));
  if (wantedCodes.includes(1)) for (let i = 0; i < mask.length; i++) if (codes[i] >= 0 && wantedCodes[codes[i]] === 1) mask[i] = 1;
}

function markImages(mask: Uint8Array, images: Int32Array, wanted: Iterable<number>): void {
  const ids = Int32Array.from(wanted);
  if (ids.length === 0) return;
  const isWanted = new Uint8Array(ids.reduce((most, id) => Math.max(most, id), 0) + 1);
  for (const id of ids) isWanted[id] = 1;
  for (let i = 0; i < mask.length; i++) if (isWanted[images[i]] === 1) mask[i] = 1;
}

const longestOf = (pieces: TextPattern): string => pieces.reduce((longest, piece) => (piece.length > longest.length ? piece : longest), '');

/** Marks the names that hold a piece of text and pass; jumps from one occurrence to the next through all names at once. */
function markNames(mask: Uint8Array, { names, starts, count }: EntryColumns, piece: string, passes: (name: string) => boolean): void {
  let position = 0;
  for (let at = 0; position < count && (at = names.indexOf(piece, at)) >= 0; at = starts[position]) {
    position = positionAt(starts, at, position);
    if (passes(names.slice(starts[position], starts[position + 1] - 1))) mask[position] = 1;
    if (++position === count) return;
  }
}

/** The entry whose name holds the character at `at`, not before `low`: in steps that double, then halve. */
function positionAt(starts: Int32Array, at: number, low: number): number {
  let step = 1;
  while (low + step < starts.length && starts[low + step] <= at) {
    low += step;
    step *= 2;
  }
  for (; step > 0; step >>= 1) if (low + step < starts.length && starts[low + step] <= at) low += step;
  return low;
}

/** Keeps the entries that have a symbol there; null: any symbol. */
function keepSymbol(mask: Uint8Array, column: Uint16Array | undefined, symbol: number | null): void {
  if (!column) mask.fill(0);
  else if (symbol === null) for (let i = 0; i < mask.length; i++) mask[i] &= Number(column[i] !== noSymbol);
  else for (let i = 0; i < mask.length; i++) mask[i] &= Number(column[i] === symbol);
}

function markSymbol(mask: Uint8Array, column: Uint16Array | undefined, symbol: number | null): void {
  if (!column) return;
  if (symbol === null) for (let i = 0; i < mask.length; i++) mask[i] |= Number(column[i] !== noSymbol);
  else for (let i = 0; i < mask.length; i++) mask[i] |= Number(column[i] === symbol);
}

function markAsked(mask: Uint8Array, { symbols, named }: QueryColumns, { symbol, position }: SymbolAsked): void {
  const wanted = typeof symbol === 'number' ? [{ symbol, position: null }] : named(symbol);
  for (const one of wanted) {
    if (one.position !== null && position !== null && one.position !== position) continue;
    const only = one.position ?? position;
    symbols!.forEach((column, place) => {
      if (only === null || only === place + 1) markSymbol(mask, column, one.symbol);
    });
  }
}
