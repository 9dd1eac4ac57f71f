import { describe, expect, it, vi } from 'vitest';

vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined }));
vi.stubGlobal('navigator', { language: 'en-GB' });
vi.stubGlobal('devicePixelRatio', 1);
const { logLimits, logTicks, plotRows, yLimits } = await import('../../../src-renderer/charts/line-plot');

describe('yLimits', () => {
  it('holds the values with a little air, and starts at 0 when that is near', () => {
    const [low, high] = yLimits(2, 10);
    expect(low).toBeLessThan(2);
    expect(high).toBeGreaterThan(10);
    expect(yLimits(0.1, 10)[0]).toBe(0);
  });
  it('is never empty', () => {
    const [low, high] = yLimits(5, 5);
    expect(high).toBeGreaterThan(low);
    expect(yLimits(null, null)).toEqual([0, 1]);
  });
  it('ends exactly at limits that are to be included', () => expect(yLimits(0.3, 0.9, [0, 1])).toEqual([0, 1]));
});

describe('logLimits', () => {
  it('rounds outwards to one digit', () => {
    expect(logLimits(0.42, 2.6)[0]).toBeCloseTo(0.4);
    expect(logLimits(0.42, 2.6)[1]).toBeCloseTo(3);
    expect(logLimits(1, 1)).toEqual([1, 10]);
  });
  it('takes nothing and negative values without breaking', () => {
    for (const [low, high] of [[null, null], [-3, 5], [0, 0]] as const) {
      const [bottom, top] = logLimits(low, high);
      expect(bottom).toBeGreaterThan(0);
      expect(top).toBeGreaterThan(bottom);
    }
  });
});

describe('logTicks', () => {
  it('writes 1, 2 and 5 in few decades, decades alone in many', () => {
    expect(logTicks([0.4, 0.5, 0.6, 1, 2, 3])).toEqual(['', '0.5', '', '1', '2', '']);
    expect(logTicks([1, 2, 10, 20, 100, 1000])).toEqual(['1', '', '10', '', '100', '1,000']);
  });
});

describe('plotRows', () => {
  const data = { x: [1, 2], y: [[3, -1]] };
  it('puts raw rows before smoothed ones when both are drawn', () => expect(plotRows(data, [[9, 9]], true, false)).toEqual([[1, 2], [3, -1], [9, 9]]));
  it('drops what a logarithm cannot show', () => expect(plotRows(data, [[9, 0]], true, true)).toEqual([[1, 2], [3, null], [9, null]]));
});
