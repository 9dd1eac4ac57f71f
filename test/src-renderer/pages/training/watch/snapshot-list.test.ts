import { describe, expect, it } from 'vitest';
import { changedFrom, withSnapshot } from '../../../../../src-renderer/pages/training/watch/snapshot-list';

const at = (step: number) => ({ step, symbols: [], coordinates: [] });

describe('snapshots in order', () => {
  it('grow at the end, and forget what came after a step that is done again', () => {
    const list = [at(0), at(10), at(20)].reduce(withSnapshot, []);
    expect(list.map(({ step }) => step)).toEqual([0, 10, 20]);
    expect(withSnapshot(list, at(10)).map(({ step }) => step)).toEqual([0, 10]);
  });
});

describe('changedFrom', () => {
  it('names the symbol of before where another stands now', () => expect(changedFrom([1, 2, 3], [1, 5, 3])).toEqual([null, 5, null]));
  it('marks nothing at the first evaluation', () => expect(changedFrom([1, 2], undefined)).toEqual([null, null]));
});
