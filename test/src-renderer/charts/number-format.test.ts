import { describe, expect, it } from 'vitest';
import { formatDuration, formatShare, formatTicks, formatValue } from '../../../src-renderer/charts/number-format';

describe('formatValue', () => {
  it.each([
    [0, '0'], [4.852, '4.852'], [48.526, '48.53'], [485.26, '485.3'], [12345, '12,345'], [0.012345, '0.0123'], [0.00001, '1.0e−5'], [-2.5, '−2.500'], [null, '–'], [Number.NaN, '–'],
  ])('%s as %s', (value, text) => expect(formatValue(value)).toBe(text));
  it('never needs more than eight characters', () => {
    for (let e = -9; e < 12; e++) expect(formatValue(-1.23456 * 10 ** e).length).toBeLessThanOrEqual(8);
  });
});

describe('formatTicks', () => {
  it('shows as many digits as the distance needs', () => {
    expect(formatTicks([0, 0.5, 1])).toEqual(['0.0', '0.5', '1.0']);
    expect(formatTicks([0, 20, 40])).toEqual(['0', '20', '40']);
    expect(formatTicks([0, 20000, 40000])).toEqual(['0', '20k', '40k']);
    expect(formatTicks([0, 2_000_000])).toEqual(['0', '2M']);
    expect(formatTicks([7, 7.25, 7.5])).toEqual(['7.00', '7.25', '7.50']);
    expect(formatTicks([0.1, 0.2, 0.30000000000000004])).toEqual(['0.1', '0.2', '0.3']);
    expect(formatTicks([500])).toEqual(['500']);
    expect(formatTicks([1000, 1500])).toEqual(['1,000', '1,500']);
  });
});

describe('formatShare and formatDuration', () => {
  it('reads as a person would write it', () => {
    expect(formatShare(0.6314)).toBe('63.1 %');
    expect(formatShare(null)).toBe('–');
    expect(formatDuration(12)).toBe('12 s');
    expect(formatDuration(200)).toBe('3 min 20 s');
    expect(formatDuration(3840)).toBe('1 h 04 min');
  });
});

describe('ticks of a small quantity', () => {
  it('differ where the values do', () => expect(formatTicks([0.00021, 0.00022, 0.00023])).toEqual(['0.00021', '0.00022', '0.00023']));
});
