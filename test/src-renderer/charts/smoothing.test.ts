import { describe, expect, it } from 'vitest';
import { smooth } from '../../../src-renderer/charts/smoothing';

describe('smooth', () => {
  it('gives the values themselves for weight 0', () => expect(smooth([3, null, 5], 0)).toEqual([3, null, 5]));
  it('leaves a constant as it is, from the first value on', () => {
    for (const value of smooth([7, 7, 7, 7], 0.9)) expect(value).toBeCloseTo(7);
  });
  it('keeps gaps and stays within the values', () => {
    const result = smooth([0, 10, null, 0, 10], 0.6);
    expect(result[2]).toBeNull();
    for (const value of result) if (value !== null) expect(value).toBeGreaterThanOrEqual(0), expect(value).toBeLessThanOrEqual(10);
  });
  it('takes a value that is not finite as a gap', () => expect(smooth([1, Number.NaN, 1], 0.5)).toEqual([1, null, 1]));
});
