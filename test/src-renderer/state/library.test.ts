import { describe, expect, it, vi } from 'vitest';
import type { Client } from '../../../src-renderer/client';
import { Library } from '../../../src-renderer/state/library.svelte';

const collection = (id: number, name: string) => ({ id, name, images: 10 });
const run = (id: number, name: string, o: object = {}) => ({ id, name, usable: true, encoded: [], ...o });

function engine(state: { info?: object; collections?: object[]; runs?: object[]; hues?: () => Promise<number[]> }): Client {
  return {
    system: { info: async () => ({ defaultCollection: null, defaultRun: null, ...state.info }) },
    collections: { list: async () => state.collections ?? [] },
    runs: { list: async () => state.runs ?? [], hues: state.hues ?? (async () => [10, 20]) },
  } as unknown as Client;
}
const remembered = (o: { collection?: string; run?: string } = {}) => ({ collection: o.collection ?? null, run: o.run ?? null });

describe('Library', () => {
  it('shows what was shown last, else the default, else the first', async () => {
    const state = { info: { defaultCollection: 'B', defaultRun: 'y' }, collections: [collection(1, 'A'), collection(2, 'B'), collection(3, 'C')], runs: [run(1, 'x'), run(2, 'y'), run(3, 'z')] };
    for (const [last, expected] of [[{ collection: 'C', run: 'z' }, ['C', 'z']], [{}, ['B', 'y']], [{ collection: 'gone', run: 'gone' }, ['B', 'y']]] as const) {
      const library = new Library(engine(state), remembered(last));
      await library.refresh();
      expect([library.collection?.name, library.run?.name]).toEqual(expected);
    }
    const library = new Library(engine({ ...state, info: {} }), remembered());
    await library.refresh();
    expect([library.collection?.name, library.run?.name]).toEqual(['A', 'x']);
  });

  it('asks again while the engine has not decided on a backend', async () => {
    vi.useFakeTimers();
    const state = { info: { backend: null as string | null } };
    const library = new Library(engine(state), remembered());
    await library.refresh();
    expect(library.info?.backend).toBeNull();
    state.info.backend = 'tensorflow';
    await vi.runAllTimersAsync();
    expect(library.info?.backend).toBe('tensorflow');
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  it('never describes with a run that has no checkpoint', async () => {
    const library = new Library(engine({ runs: [run(1, 'new', { usable: false })] }), remembered({ run: 'new' }));
    await library.refresh();
    expect([library.run, library.usableRuns, library.runs.length]).toEqual([null, [], 1]);
  });

  it('knows whether the run has described the collection, and remembers a choice', async () => {
    const kept = remembered();
    const library = new Library(engine({ collections: [collection(1, 'A'), collection(2, 'B')], runs: [run(1, 'x', { encoded: ['A'] })] }), kept);
    await library.refresh();
    expect(library.described).toBe(true);
    library.chooseCollection('B');
    expect([library.described, kept.collection]).toEqual([false, 'B']);
  });

  it('keeps glyphs neutral when the run has no hues', async () => {
    const library = new Library(engine({ runs: [run(1, 'x')], hues: async () => { throw new Error('not yet'); } }), remembered());
    await library.refresh();
    expect([library.loaded, library.hues, library.hue(3), library.error]).toEqual([true, null, null, null]);
  });

  it('says what went wrong and keeps what it had', async () => {
    let broken = false;
    const client = engine({ collections: [collection(1, 'A')] });
    const list = client.collections.list;
    (client.collections as { list: unknown }).list = async () => {
      if (broken) throw new Error('no answer');
      return (list as unknown as () => Promise<unknown>)();
    };
    const library = new Library(client, remembered());
    await library.refresh();
    broken = true;
    await library.refresh();
    expect([library.error?.message, library.collection?.name]).toEqual(['no answer', 'A']);
  });
});
