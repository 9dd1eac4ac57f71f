import { describe, expect, it } from 'vitest';
import type { SymbolSummary } from '../../../../src-main/contract/explore';
import { chooseSymbols, ordinal } from '../../../../src-renderer/pages/vocabulary/symbol-order';

const symbol = (number: number, byPosition: number[], label: string | null = null, share = 0): SymbolSummary => ({
  symbol: number, total: byPosition.reduce((a, b) => a + b, 0), byPosition, exemplars: [], topLabelByPosition: byPosition.map(() => null), purity: label === null ? null : share, topLabel: label === null ? null : { name: label, images: 3, share, lift: share * 10 },
});
const symbols = [symbol(0, [5, 5], 'cat', 0.4), symbol(1, [0, 0]), symbol(2, [9, 0], 'Catfish', 0.9), symbol(3, [1, 20], 'dog', 0.2)];
const numbers = (wish: Partial<Parameters<typeof chooseSymbols>[1]>) => chooseSymbols(symbols, { order: 'number', use: 'all', text: '', ...wish }).map((s) => s.symbol);

describe('chooseSymbols', () => {
  it('orders by number, use, purity and use at a position', () => {
    expect(numbers({})).toEqual([0, 1, 2, 3]);
    expect(numbers({ order: 'use' })).toEqual([3, 0, 2, 1]);
    expect(numbers({ order: 'purity' })).toEqual([2, 0, 3, 1]);
    expect(numbers({ order: 'position-1' })).toEqual([2, 0, 3, 1]);
    expect(numbers({ order: 'position-2' })).toEqual([3, 0, 1, 2]);
  });
  it('keeps used or unused ones', () => {
    expect(numbers({ use: 'used' })).toEqual([0, 2, 3]);
    expect(numbers({ use: 'unused' })).toEqual([1]);
  });
  it('finds a number exactly and a label by part', () => {
    expect(numbers({ text: ' 2 ' })).toEqual([2]);
    expect(numbers({ text: '12' })).toEqual([]);
    expect(numbers({ text: 'cat' })).toEqual([0, 2]);
  });
  it('leaves what it was given as it is', () => {
    const before = symbols.map((s) => s.symbol);
    numbers({ order: 'use' });
    expect(symbols.map((s) => s.symbol)).toEqual(before);
  });
});

describe('ordinal', () => {
  it('names positions', () => expect([1, 2, 3, 4, 11, 12, 13, 21, 22].map(ordinal)).toEqual(['1st', '2nd', '3rd', '4th', '11th', '12th', '13th', '21st', '22nd']));
});
