import { describe, expect, it } from 'vitest';
import { lastIndex, nearestIndex, placeLabels, toTabSeparated } from '../../../src-renderer/charts/chart-data';

describe('nearestIndex', () => {
  it('finds what a plain scan finds', () => {
    const x = [0, 1, 5, 6, 20, 21, 40];
    for (let value = -3; value < 45; value += 0.25) {
      const scan = x.reduce((best, v, i) => (Math.abs(v - value) < Math.abs(x[best] - value) ? i : best), 0);
      expect(Math.abs(x[nearestIndex(x, value)] - value)).toBe(Math.abs(x[scan] - value));
    }
  });
  it('says −1 without data', () => expect(nearestIndex([], 3)).toBe(-1));
});

describe('lastIndex', () => {
  it('skips rows that are all gaps', () => {
    expect(lastIndex({ x: [1, 2, 3], y: [[1, 2, null], [null, null, null]] })).toBe(1);
    expect(lastIndex({ x: [], y: [] })).toBe(-1);
  });
});

describe('placeLabels', () => {
  it('leaves labels that have room where they are', () => expect(placeLabels([10, 50, 90], 11, 0, 100)).toEqual([10, 50, 90]));

  it('keeps order, distance and limits for crowded labels', () => {
    const wanted = [50, 50.5, 49, 99, 100, 98];
    const placed = placeLabels(wanted, 11, 0, 100);
    const order = wanted.map((_, i) => i).sort((a, b) => wanted[a] - wanted[b]);
    for (let i = 1; i < order.length; i++) expect(placed[order[i]] - placed[order[i - 1]]).toBeGreaterThanOrEqual(11 - 1e-9);
    expect(Math.min(...placed)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...placed)).toBeLessThanOrEqual(100);
  });

  it('gives up distance, not the limits, when there are too many', () => {
    const placed = placeLabels(Array.from({ length: 30 }, () => 50), 11, 0, 100);
    expect(Math.min(...placed)).toBeGreaterThanOrEqual(-1e-9);
    expect(Math.max(...placed)).toBeLessThanOrEqual(100 + 1e-9);
  });
});

describe('toTabSeparated', () => {
  it('has a head line, every row, and nothing for a gap', () => {
    const text = toTabSeparated('step', [{ label: '1', name: 'prefix 1' }, { label: 'teacher' }], { x: [10, 20], y: [[0.5, null], [0.6, 0.6]] });
    expect(text).toBe('step\tprefix 1\tteacher\n10\t0.5\t0.6\n20\t\t0.6');
  });
});
