import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { beginsWith, PrefixLight } from '../../../src-renderer/state/prefix-light.svelte';

describe('prefixes', () => {
  it('begin descriptions, the empty one all of them', () => {
    expect(beginsWith([4, 2, 9], [4, 2])).toBe(true);
    expect(beginsWith([4, 2, 9], [4, 3])).toBe(false);
    expect(beginsWith([4], [4, 2])).toBe(false);
    expect(beginsWith([4], [])).toBe(true);
    expect(beginsWith(null, [4])).toBe(false);
  });
});

describe('PrefixLight', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('lights at once what shares the prefix, and counts after a moment', async () => {
    const count = vi.fn(async () => 12);
    const light = new PrefixLight(count, 100);
    expect(light.lit([1, 2])).toBeNull();
    light.show([1, 2, 3], 2);
    expect([light.lit([1, 2, 8]), light.lit([1, 3]), light.count]).toEqual([true, false, null]);
    expect(count).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(100);
    expect(light.count).toBe(12);
  });

  it('does not ask for what the pointer only passed, nor twice for the same', async () => {
    const count = vi.fn(async (prefix: number[]) => prefix.length);
    const light = new PrefixLight(count, 100);
    light.show([1, 2, 3], 1);
    light.show([1, 2, 3], 2);
    light.show([1, 2, 3], 3);
    await vi.advanceTimersByTimeAsync(100);
    light.clear();
    light.show([1, 2, 3, 4], 3);
    expect(light.count).toBe(3);
    await vi.advanceTimersByTimeAsync(1000);
    expect(count).toHaveBeenCalledTimes(1);
    light.forget();
    light.show([1, 2, 3], 3);
    expect(light.count).toBeNull();
  });

  it('drops a count that comes after another prefix is lit', async () => {
    let give: (n: number) => void = () => undefined;
    const light = new PrefixLight(() => new Promise((resolve) => (give = resolve)), 10);
    light.show([1], 1);
    await vi.advanceTimersByTimeAsync(10);
    const first = give;
    light.show([2], 1);
    first(99);
    await vi.advanceTimersByTimeAsync(0);
    expect(light.count).toBeNull();
  });
});
