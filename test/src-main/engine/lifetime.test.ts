import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Lifetime } from '../../../src-main/engine/lifetime';

const end = vi.fn();
let busy = true;
let lifetime: Lifetime;
beforeEach(() => {
  vi.useFakeTimers();
  end.mockClear();
  busy = true;
  lifetime = new Lifetime({ busy: () => busy, end, lookEvery: 1000 });
  return () => vi.useRealTimers();
});

describe("an engine's lifetime", () => {
  it('ends with its window, whatever it is at', () => {
    const gone = lifetime.begin();
    expect(end).not.toHaveBeenCalled();
    gone();
    gone();
    expect(end).toHaveBeenCalledTimes(1);
  });

  it('goes on when it was told to, until its work is done', () => {
    const gone = lifetime.begin();
    lifetime.goOn(true);
    gone();
    vi.advanceTimersByTime(10_000);
    expect(end).not.toHaveBeenCalled();
    busy = false;
    vi.advanceTimersByTime(1000);
    expect(end).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(10_000);
    expect(end).toHaveBeenCalledTimes(1);
  });

  it('ends at once when there is nothing to go on with', () => {
    const gone = lifetime.begin();
    lifetime.goOn(true);
    busy = false;
    gone();
    expect(end).toHaveBeenCalledTimes(1);
  });

  it('is taken over by the next window, and ends with that one unless it is told again', () => {
    const first = lifetime.begin();
    lifetime.goOn(true);
    first();
    const second = lifetime.takeOver();
    busy = false;
    vi.advanceTimersByTime(10_000);
    expect(end).not.toHaveBeenCalled();
    expect(() => lifetime.takeOver()).toThrow('started by somebody else');
    second();
    expect(end).toHaveBeenCalledTimes(1);
  });

  it('is not taken over while its window is there, nor when nobody left it to go on', () => {
    expect(() => lifetime.takeOver()).toThrow(expect.objectContaining({ code: 'LIBRARY_IN_USE' }) as Error);
    lifetime.begin();
    lifetime.goOn(true);
    expect(() => lifetime.takeOver()).toThrow(expect.objectContaining({ code: 'LIBRARY_IN_USE' }) as Error);
  });
});
