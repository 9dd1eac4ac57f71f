import { describe, expect, it } from 'vitest';
import { linearSplits, logLimits, logSplits, logTicks, yLimits } from '../../../src-renderer/charts/scales';

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

describe('the places of an axis', () => {
  it('are round, within the limits, and about as many as wanted', () => {
    for (const [low, high] of [[0, 1], [3, 17], [0.0012, 0.0019], [-5, 100_000]] as const) {
      const splits = linearSplits(low, high, 6);
      expect(splits.length).toBeGreaterThan(2);
      expect(splits.length).toBeLessThan(9);
      for (const value of splits) expect(value >= low - 1e-12 && value <= high * (1 + 1e-9)).toBe(true);
    }
    expect(linearSplits(0, 10, 5)).toEqual([0, 2, 4, 6, 8, 10]);
  });
  it('keep given distances, as of hours and minutes', () => expect(linearSplits(0, 3600, 5, [60, 600, 900, 3600])).toEqual([0, 900, 1800, 2700, 3600]));
  it('are 1 to 9 of each decade on a logarithmic one', () => expect(logSplits(0.5, 20).map((v) => Number(v.toPrecision(3)))).toEqual([0.5, 0.6, 0.7, 0.8, 0.9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20]));
});
