import { describe, expect, it } from 'vitest';
import { boxTowards, mosaic, shownParts, squarify, type Box } from '../../../../src-renderer/pages/vocabulary/treemap';

const values = [500, 433, 300, 78, 77, 40, 40, 12, 3, 1];
const overlap = (a: Box, b: Box) => Math.max(0, Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left)) * Math.max(0, Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top));

describe('squarify', () => {
  for (const [width, height] of [[892, 600], [300, 900]])
    it(`fills ${width} × ${height} with areas in proportion, none over another`, () => {
      const boxes = squarify(values, width, height);
      const all = values.reduce((a, b) => a + b);
      boxes.forEach((box, i) => {
        expect(box.width * box.height).toBeCloseTo((values[i] / all) * width * height, 3);
        expect(box.left).toBeGreaterThanOrEqual(0);
        expect(box.left + box.width).toBeLessThanOrEqual(width + 1e-6);
        expect(box.top + box.height).toBeLessThanOrEqual(height + 1e-6);
        for (const other of boxes.slice(i + 1)) expect(overlap(box, other)).toBeLessThan(1e-6);
      });
    });
  it('makes near squares of equal parts', () => {
    for (const { width, height } of squarify(new Array(12).fill(1), 400, 300)) expect(Math.max(width / height, height / width)).toBeLessThan(1.5);
  });
  it('gives one part everything and no part nothing', () => {
    expect(squarify([7], 40, 20)).toEqual([{ left: 0, top: 0, width: 40, height: 20 }]);
    expect(squarify([], 40, 20)).toEqual([]);
  });
});

describe('shownParts', () => {
  const smallest = (shown: number, area: number) => Math.min(...squarify(values.slice(0, shown), area, 1).map(({ width, height }) => width * height));
  it('shows as many as can be seen, and not one more', () => {
    const area = 100_000;
    for (const least of [1, 60, 600, 3000, 12_000]) {
      const shown = shownParts(values, area, least);
      expect(smallest(shown, area)).toBeGreaterThanOrEqual(least - 1e-6);
      if (shown < values.length) expect(smallest(shown + 1, area)).toBeLessThan(least);
    }
    expect(shownParts(values, area, 1)).toBe(values.length);
  });
  it('shows one at least, none of none, and equal parts as many as fit', () => {
    expect(shownParts([5, 4], 100, 1000)).toBe(1);
    expect(shownParts([], 100_000, 100)).toBe(0);
    expect(shownParts(new Array(1000).fill(1), 100_000, 1000)).toBe(100);
  });
});

describe('boxTowards', () => {
  const grid = squarify(new Array(4).fill(1), 200, 200);
  it('finds the neighbour in each direction, and none past the edge', () => {
    for (const [from] of grid.entries())
      for (const [key, back] of [['ArrowLeft', 'ArrowRight'], ['ArrowUp', 'ArrowDown']] as const) {
        const to = boxTowards(grid, from, key);
        if (to >= 0) expect(boxTowards(grid, to, back)).toBe(from);
        else expect(boxTowards(grid, from, back)).toBeGreaterThanOrEqual(0);
      }
  });
  it('leaves other keys alone', () => expect(boxTowards(grid, 0, 'x')).toBe(-1));
});

describe('mosaic', () => {
  it('draws few images large and many small, in columns that fill the width, never more than fit', () => {
    expect(mosaic(90, 90, 1)).toEqual({ columns: 1, size: 90, count: 1 });
    expect(mosaic(200, 200, 900)).toMatchObject({ columns: 9, count: 81 });
    for (const images of [1, 4, 9, 50, 900]) {
      const { columns, size, count } = mosaic(200, 120, images);
      expect(columns * size).toBeCloseTo(200, 9);
      expect(size).toBeGreaterThanOrEqual(22);
      expect(count).toBe(Math.min(images, columns * Math.floor(120 / size)));
    }
    expect(mosaic(20, 100, 5).count).toBe(0);
    expect(mosaic(100, 10, 5).count).toBe(0);
  });
});
