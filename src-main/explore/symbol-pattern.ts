import type { EmbeddingSet } from './embedding-set';

/** Symbols of a pattern that stand for any symbol. */
export const anySymbol = -1;

/** A sequence of symbols some of which may be `anySymbol`. */
export type SymbolPattern = ArrayLike<number>;

type Rows = Pick<EmbeddingSet, 'symbols' | 'length' | 'vocabulary'>;

/** How many leading symbols of row i are those of a pattern. */
export function sharedWithPattern({ symbols, length }: Rows, i: number, pattern: SymbolPattern): number {
  const most = Math.min(length, pattern.length);
  const from = i * length;
  let shared = 0;
  while (shared < most && (pattern[shared] === anySymbol || symbols[from + shared] === pattern[shared])) shared++;
  return shared;
}

/**
 * Levenshtein distances between one pattern and rows of symbols: the fewest symbols to be replaced, added or left out so
 * that one becomes the other; `anySymbol` is the same as every symbol. The column of the table is kept as two bit vectors
 * (Myers 1999, in Hyyrö's form for whole sequences), so that a row takes L steps and not L².
 * @returns the distance of row i
 */
export function editDistancesTo({ symbols, length, vocabulary }: Rows, pattern: SymbolPattern): (i: number) => number {
  const m = pattern.length;
  if (m === 0) return () => length;
  const last = 1 << (m - 1);
  const everywhere = Array.from(pattern).reduce((bits, symbol, at) => (symbol === anySymbol ? bits | (1 << at) : bits), 0);
  const places = new Int32Array(vocabulary).fill(everywhere);
  for (let at = 0; at < m; at++) if (pattern[at] !== anySymbol) places[pattern[at]] |= 1 << at;
  return (i) => {
    let more = -1; // cells that are one above the cell before them in the column, as bits
    let less = 0; // cells that are one below it
    let distance = m;
    for (let at = i * length, end = at + length; at < end; at++) {
      const equal = places[symbols[at]];
      const zero = (((equal & more) + more) ^ more) | equal | less;
      let up = less | ~(zero | more);
      let down = more & zero;
      if (up & last) distance++;
      else if (down & last) distance--;
      up = (up << 1) | 1;
      down <<= 1;
      more = down | ~(zero | up);
      less = up & zero;
    }
    return distance;
  };
}
