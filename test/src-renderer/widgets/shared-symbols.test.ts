import { expect, it } from 'vitest';
import { distanceInWords } from '../../../src-renderer/widgets/near-words';
import { sharedSymbols, sharingInWords } from '../../../src-renderer/widgets/shared-symbols';

it('marks symbols that both hold: at the same place first, each of the other counted once', () => {
  expect(sharedSymbols([1, 2, 3], [1, 2, 3])).toEqual(['same', 'same', 'same']);
  expect(sharedSymbols([4, 1, 2, 9], [1, 2, 4, 9])).toEqual(['moved', 'moved', 'moved', 'same']);
  expect(sharedSymbols([5, 5, 5], [5, 6, 7])).toEqual(['same', null, null]);
  expect(sharedSymbols([5, 5, 6], [7, 5])).toEqual([null, 'same', null]);
});

it('takes any symbol of the other as the same', () => {
  expect(sharedSymbols([8, 3, 1], [8, null, 3])).toEqual(['same', 'same', null]);
});

it('says the marks in words', () => {
  expect(sharingInWords(['same', 'moved', 'same', null])).toBe('2 shared in the same place, 1 shared elsewhere');
  expect(sharingInWords([null])).toBe('no symbol shared');
});

it('says first what the order is by', () => {
  const image = { id: 1, name: 'a', label: null, split: null, width: 1, height: 1, symbols: [1, 2, 3, 4] } as never;
  const near = { image, similarity: -0.25, sharedPrefix: 2, edits: 1 };
  expect(distanceInWords(near, 'embedding', 4)).toEqual({ first: '−0.250', second: 'first 2 shared' });
  expect(distanceInWords(near, 'prefix', 4)).toEqual({ first: 'first 2 shared', second: '−0.250' });
  expect(distanceInWords(near, 'edits', 4)).toEqual({ first: '1 edit', second: 'distance 0.25' });
  expect(distanceInWords({ ...near, sharedPrefix: 4, edits: 0 }, 'prefix', 4).first).toBe('same description');
});
