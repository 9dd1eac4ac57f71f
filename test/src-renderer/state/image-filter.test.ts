import { describe, expect, it } from 'vitest';
import { filterFromParameters, filterToParameters, isFiltering } from '../../../src-renderer/state/image-filter';

describe('the filter in the address', () => {
  it('reads back what it wrote', () => {
    const filter = { labels: ['cat', 'a & b'], splits: ['test' as const], prefix: [0, 127, 4095], name: '01.jpg' };
    expect(filterFromParameters(new URLSearchParams(filterToParameters(filter).toString()))).toEqual(filter);
    expect(filterToParameters({}).toString()).toBe('');
  });
  it('leaves out what is not allowed', () => {
    expect(filterFromParameters(new URLSearchParams('prefix=1.x.4096.-3.2&split=valid&label=&name='))).toEqual({ prefix: [1, 2] });
    expect(filterFromParameters(new URLSearchParams('prefix=1.2.3.4.5.6.7.8.9')).prefix).toHaveLength(8);
  });
  it('knows whether anything is filtered', () => {
    expect(isFiltering({})).toBe(false);
    expect(isFiltering({ labels: [] })).toBe(false);
    expect(isFiltering({ prefix: [3] })).toBe(true);
  });
});
