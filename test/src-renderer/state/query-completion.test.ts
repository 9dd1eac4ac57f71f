import { describe, expect, it } from 'vitest';
import { complete, type QueryWords } from '../../../src-renderer/state/query-completion';

const words: QueryWords = {
  labels: [{ name: 'cat', count: 5000 }, { name: 'big cat', count: 1 }, { name: 'dog', count: 20 }],
  tags: [{ name: 'to check', count: 3 }],
  splits: [{ name: 'train', count: 10 }, { name: 'none', count: 2 }],
  symbolNames: [{ name: 'Wing tip', symbol: 45, position: 3 }, { name: 'sky', symbol: 7, position: null }],
};
/** Completes where | stands; gives the texts that come of it, the cursor at their ends left out. */
function completed(marked: string): string[] {
  const cursor = marked.indexOf('|');
  const text = marked.replace('|', '');
  const found = complete(text, cursor, words);
  return found ? found.options.map((option) => text.slice(0, found.from) + option.text + text.slice(found.to)) : [];
}

describe('completion', () => {
  it.each<[string, string[]]>([
    ['lab|', ['label:']],
    ['foo -wid|', ['foo -width>']],
    ['(wid|)', ['(width>)']],
    ['label:|', ['label:cat', 'label:"big cat"', 'label:dog']],
    ['label:ca|', ['label:cat', 'label:"big cat"']],
    ['label:"big c|', ['label:"big cat"']],
    ['label:c|at x', ['label:cat x', 'label:"big cat" x']],
    ['label:cat,|', ['label:cat,"big cat"', 'label:cat,dog']],
    ['label:"big cat",d|', ['label:"big cat",dog']],
    ['tag:ch|', ['tag:"to check"']],
    ['split:|', ['split:train', 'split:none']],
    ['has:|', ['has:"Wing tip"', 'has:sky']],
    ['has:wi|', ['has:"Wing tip"']],
    ['excluded:|', ['excluded:yes', 'excluded:no', 'excluded:any']],
    ['cat|', ['label:cat', 'label:"big cat"']],
    ['sk|', ['has:sky']],
    ['12|', []],
    ['"a b|', []],
    ['name:x|', []],
    ['zzz|', []],
  ])('%s', (marked, expected) => expect(completed(marked)).toEqual(expected));

  it('says how many images have a value and what a symbol is called', () => {
    expect(complete('label:c', 7, words)?.options.map(({ detail }) => detail)).toEqual(['5,000 images', '1 image']);
    expect(complete('has:w', 5, words)?.options[0].detail).toBe('symbol 45 at position 3');
  });

  it('offers every field at the beginning, and says how many do not fit into the list', () => {
    expect(complete('', 0, words)?.options.map(({ shown }) => shown)).toContain('excluded');
    const many = { ...words, labels: Array.from({ length: 40 }, (_, i) => ({ name: `kind${i}`, count: 1 })) };
    const found = complete('label:kind', 10, many);
    expect((found?.options.length ?? 0) + (found?.more ?? 0)).toBe(40);
  });
});
