import { describe, expect, it } from 'vitest';
import { gridMove } from '../../../../src-renderer/widgets/grid-move';
import { tileLayout } from '../../../../src-renderer/pages/images/tile-layout';
import { tileSizes } from '../../../../src-renderer/state/preferences.svelte';
import { columnsThatFit, rowsInView } from '../../../../src-renderer/widgets/rows-in-view';

describe('moving by key', () => {
  const grid = { columns: 6, total: 20, page: 2 }; // the last row has two
  it.each([
    ['ArrowRight', 0, 1], ['ArrowLeft', 0, 0], ['ArrowRight', 5, 6], ['ArrowDown', 3, 9], ['ArrowUp', 3, 3], ['ArrowDown', 12, 18],
    ['ArrowDown', 16, 19], ['ArrowDown', 19, 19], ['PageDown', 3, 15], ['PageDown', 13, 19], ['PageUp', 3, 0], ['Home', 13, 0], ['End', 0, 19],
  ])('%s from %i leads to %i', (key, from, to) => expect(gridMove(key, from, grid)).toBe(to));
  it('leaves other keys and an empty grid alone', () => {
    expect(gridMove('a', 3, grid)).toBeNull();
    expect(gridMove('Home', 0, { ...grid, total: 0 })).toBeNull();
  });
});

describe('rows in view', () => {
  it('are those that are seen and some more', () => {
    expect(rowsInView({ top: 1000, height: 400, rowHeight: 100, count: 10_000, overscan: 2 })).toEqual({ first: 8, end: 16 });
    expect(rowsInView({ top: 0, height: 400, rowHeight: 100, count: 3, overscan: 2 })).toEqual({ first: 0, end: 3 });
  });
  it('are never outside, wherever it is scrolled to', () => {
    for (const top of [0, 50, 1e9]) {
      const { first, end } = rowsInView({ top, height: 300, rowHeight: 100, count: 7, overscan: 1 });
      expect(first).toBeGreaterThanOrEqual(0);
      expect(end).toBeLessThanOrEqual(7);
      expect(first).toBeLessThanOrEqual(end);
    }
    expect(rowsInView({ top: 0, height: 0, rowHeight: 100, count: 0, overscan: 3 })).toEqual({ first: 0, end: 0 });
  });
  it('hold as many columns as fit, and one at least', () => {
    expect([columnsThatFit(868, 136, 8), columnsThatFit(136, 136, 8), columnsThatFit(0, 136, 8)]).toEqual([6, 1, 1]);
  });
});

describe('tiles', () => {
  it.each(tileSizes)('of %i px hold eight symbols in the width of the picture', (size) => {
    const layout = tileLayout(size, 8);
    expect(layout.columns * layout.place).toBeLessThanOrEqual(layout.picture);
    expect(8 % layout.columns).toBe(0);
    expect(tileLayout(size, 0).height).toBe(layout.height - layout.stripHeight);
    expect(tileLayout(size, 1).stripHeight).toBe(tileLayout(size, layout.columns).stripHeight);
  });
});
