import { describe, expect, it } from 'vitest';
import { Selection } from '../../../src-renderer/state/selection.svelte';

describe('Selection', () => {
  it('remembers the way inside the inspector and goes back along it', () => {
    const selection = new Selection();
    selection.selectImage(1);
    selection.follow({ kind: 'image', image: 2, item: null });
    selection.follow({ kind: 'symbol', symbol: 42 });
    expect([selection.symbol, selection.image, selection.trail.length]).toEqual([42, null, 2]);
    selection.back();
    selection.back();
    selection.back();
    expect([selection.image, selection.trail.length]).toEqual([1, 0]);
  });
  it('goes back to any step of the way, and forgets what came after', () => {
    const selection = new Selection();
    for (const image of [1, 2, 3, 4]) selection.follow({ kind: 'image', image, item: null });
    selection.backTo(1);
    expect([selection.image, selection.trail.length]).toEqual([2, 1]);
    selection.backTo(7);
    expect(selection.image).toBe(2);
  });
  it('starts a new way with a selection from a page, and takes no step to where it is', () => {
    const selection = new Selection();
    selection.selectImage(1);
    selection.follow({ kind: 'image', image: 1, item: null });
    expect(selection.trail).toHaveLength(0);
    selection.follow({ kind: 'image', image: 2, item: null });
    selection.selectSymbol(7);
    expect(selection.trail).toHaveLength(0);
    selection.clear();
    expect(selection.current).toBeNull();
  });
  it('keeps a bounded trail', () => {
    const selection = new Selection();
    for (let i = 1; i < 100; i++) selection.follow({ kind: 'image', image: i, item: null });
    expect(selection.trail).toHaveLength(20);
  });
});
