import type { SymbolSummary } from '../../../src-main/contract/explore';

/** "position-3": by use at that position. */
export type SymbolOrder = 'number' | 'name' | 'use' | 'purity' | 'label' | 'support' | 'lift' | `position-${number}`;
export type SymbolUse = 'all' | 'used' | 'unused';

export interface SymbolWish {
  order: SymbolOrder;
  use: SymbolUse;
  /** Part of a name or of a label's name, or a symbol's number; '' for all. */
  text: string;
  /** Every name that the user gave to a symbol. */
  namesOf?: (symbol: number) => readonly string[];
}

/** The symbols to show, in order: names and labels from A, numbers upwards, all else from the largest. Equal ones stay by number. */
export function chooseSymbols(symbols: readonly SymbolSummary[], { order, use, text, namesOf = () => [] }: SymbolWish): SymbolSummary[] {
  const sought = text.trim().toLowerCase();
  const wanted = symbols.filter((s) => {
    if (use === 'used' && s.total === 0) return false;
    if (use === 'unused' && s.total > 0) return false;
    if (sought === '') return true;
    if (/^\d+$/.test(sought)) return String(s.symbol) === sought;
    return [...namesOf(s.symbol), s.topLabel?.name ?? ''].some((name) => name.toLowerCase().includes(sought));
  });
  if (order === 'name' || order === 'label') {
    const word = (s: SymbolSummary) => (order === 'label' ? s.topLabel?.name : namesOf(s.symbol)[0]) ?? '\uffff';
    return wanted.sort((a, b) => word(a).localeCompare(word(b)) || a.symbol - b.symbol);
  }
  const weigh = (s: SymbolSummary): number => {
    if (order === 'number') return -s.symbol;
    if (order === 'use') return s.total;
    if (order === 'purity') return s.purity ?? -1;
    if (order === 'support') return s.topLabel?.images ?? -1;
    if (order === 'lift') return s.topLabel?.lift ?? -1;
    return s.byPosition[Number(order.slice('position-'.length)) - 1] ?? 0;
  };
  return wanted.sort((a, b) => weigh(b) - weigh(a) || a.symbol - b.symbol);
}

/** "1st", "2nd", "3rd", "4th" …, for a position from 1. */
export function ordinal(position: number): string {
  const teen = position % 100 >= 11 && position % 100 <= 13;
  return `${position}${teen ? 'th' : (['th', 'st', 'nd', 'rd'][position % 10] ?? 'th')}`;
}
