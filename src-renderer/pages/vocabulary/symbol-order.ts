import type { SymbolSummary } from '../../../src-main/contract/explore';

/** "position-3": by use at that position. */
export type SymbolOrder = 'number' | 'use' | 'purity' | `position-${number}`;
export type SymbolUse = 'all' | 'used' | 'unused';

export interface SymbolWish {
  order: SymbolOrder;
  use: SymbolUse;
  /** Part of a label's name, or a symbol's number; '' for all. */
  text: string;
}

/** The symbols to show, in order. Equal ones stay in the order of their numbers. */
export function chooseSymbols(symbols: readonly SymbolSummary[], wish: SymbolWish): SymbolSummary[] {
  const text = wish.text.trim().toLowerCase();
  const wanted = symbols.filter((s) => {
    if (wish.use === 'used' && s.total === 0) return false;
    if (wish.use === 'unused' && s.total > 0) return false;
    if (text === '') return true;
    return /^\d+$/.test(text) ? String(s.symbol) === text : (s.topLabel?.name.toLowerCase().includes(text) ?? false);
  });
  const weigh = (s: SymbolSummary): number => {
    if (wish.order === 'use') return s.total;
    if (wish.order === 'purity') return s.topLabel?.share ?? -1;
    if (wish.order === 'number') return -s.symbol;
    return s.byPosition[Number(wish.order.slice('position-'.length)) - 1] ?? 0;
  };
  return wanted.sort((a, b) => weigh(b) - weigh(a) || a.symbol - b.symbol);
}

/** The place that an arrow key leads to in a grid of `columns`; null for other keys. */
export function gridMove(key: string, from: number, count: number, columns: number): number | null {
  if (count === 0) return null;
  const to = {
    ArrowLeft: from - 1, ArrowRight: from + 1, ArrowUp: from - columns, ArrowDown: from + columns,
    Home: 0, End: count - 1, PageUp: from - 4 * columns, PageDown: from + 4 * columns,
  }[key];
  if (to === undefined) return null;
  if (to < 0) return key === 'PageUp' ? from % columns : from;
  if (to >= count) return key === 'ArrowRight' ? from : key === 'ArrowDown' && Math.floor(from / columns) === Math.floor((count - 1) / columns) ? from : count - 1;
  return to;
}

/** "1st", "2nd", "3rd", "4th" …, for a position from 1. */
export function ordinal(position: number): string {
  const teen = position % 100 >= 11 && position % 100 <= 13;
  return `${position}${teen ? 'th' : (['th', 'st', 'nd', 'rd'][position % 10] ?? 'th')}`;
}
