import { flushSync } from 'svelte';
import { describe, expect, it } from 'vitest';
import type { Client } from '../../../src-renderer/client';
import type { LabelShare, SymbolName, SymbolSummary } from '../../../src-main/contract/explore';
import { nameInWords, SymbolNames } from '../../../src-renderer/state/symbol-names.svelte';

const label = (name: string, lift: number, images = 50): LabelShare => ({ name, images, share: 0.4, lift });
const summary = (symbol: number, topLabel: LabelShare | null, topLabelByPosition: (LabelShare | null)[]): SymbolSummary => ({ symbol, total: 90, byPosition: [90, 90], exemplars: [], topLabel, topLabelByPosition, purity: 0.4 });

function namesOf(given: SymbolName[]) {
  const asked: unknown[] = [];
  const client = { explore: { names: () => Promise.resolve(given), nameSymbol: (input: SymbolName) => (asked.push(input), Promise.resolve([{ symbol: input.symbol, position: input.position, name: 'new' }])), vocabulary: () => Promise.resolve({ run: 1, collection: 2, symbols: [summary(3, label('ship', 1.2), [label('ship', 6), null])] }) } };
  const names = new SymbolNames(client as unknown as Client, { run: { id: 1 }, collection: { id: 2, images: 100 }, described: true });
  return { names, asked };
}
const load = async (names: SymbolNames) => {
  await names.load(new AbortController().signal);
  flushSync();
};

describe('names of symbols', () => {
  it('a name for the position comes first, then the one for everywhere, then a suggestion', async () => {
    const { names } = namesOf([{ symbol: 5, position: null, name: 'wings' }, { symbol: 5, position: 2, name: 'tail' }]);
    expect(names.of(5)).toBeNull();
    await load(names);
    expect(names.of(5)?.text).toBe('wings');
    expect(names.of(5, 1)?.text).toBe('wings');
    expect(names.of(5, 2)?.text).toBe('tail');
    expect(names.allOf(5)).toEqual(['wings', 'tail']);
    expect(names.of(3, 1)).toEqual({ text: 'ship', suggested: label('ship', 6) });
    expect([names.of(3), names.of(3, 2), names.of(9)]).toEqual([null, null, null]);
  });

  it('only labels that stand out among enough images are suggested, and a suggestion says that it is one', () => {
    const { names } = namesOf([]);
    names.learn({ run: 1, collection: 2, symbols: [summary(1, label('cat', 2, 10), []), summary(2, label('dog', 1.99), []), summary(4, label('frog', 9, 9), [])] });
    expect([1, 2, 4].map((symbol) => names.of(symbol)?.text)).toEqual(['cat', undefined, undefined]);
    expect(nameInWords(names.of(1)!)).toBe("cat (suggested: 40 % of its images, 2.0 × the collection's share, 10 images)");
    expect(names.inText(1)).toBe('1');
  });

  it('gives a name, takes it away with an empty one, and shows what the engine then has', async () => {
    const { names, asked } = namesOf([{ symbol: 5, position: null, name: 'wings' }]);
    await load(names);
    expect(await names.give(7, null, 'sky')).toBeNull();
    expect(await names.give(7, 2, '  ')).toBeNull();
    expect(asked).toEqual([{ run: 1, symbol: 7, position: null, name: 'sky' }, { run: 1, symbol: 7, position: 2, name: null }]);
    expect(names.inText(7, 2)).toBe('7 (new)');
    expect(names.of(5)).toBeNull();
  });
});
