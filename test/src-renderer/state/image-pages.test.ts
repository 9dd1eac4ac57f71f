import { describe, expect, it, vi } from 'vitest';
import type { ImagePage } from '../../../src-main/contract/images';
import { ImagePages } from '../../../src-renderer/state/image-pages.svelte';

const image = (id: number) => ({ id, name: `${id}.jpg`, label: null, split: null, width: 32, height: 32, tags: [], excluded: false, symbols: null });
const answer = (total: number, offset: number, limit: number): ImagePage => ({ total, offset, items: Array.from({ length: Math.max(0, Math.min(limit, total - offset)) }, (_, i) => image(offset + i + 1)) });
const settled = () => new Promise((resolve) => setTimeout(resolve));

describe('ImagePages', () => {
  it('reads what is wanted and the page after it, each once', async () => {
    const ask = vi.fn(async (offset: number, limit: number) => answer(60_000, offset, limit));
    const pages = new ImagePages({ pageSize: 100 });
    pages.reset(ask);
    await settled();
    expect(pages.total).toBe(60_000);
    pages.want(0, 50);
    pages.want(0, 60);
    pages.want(30_010, 30_060);
    await settled();
    expect(ask.mock.calls.map(([offset]) => offset)).toEqual([0, 100, 30_000, 30_100]);
    expect(pages.at(30_015)?.id).toBe(30_016);
    expect(pages.at(45_000)).toBeUndefined();
  });

  it('keeps the old images until the answer to a new question is there', async () => {
    const pages = new ImagePages({ pageSize: 10 });
    pages.reset(async (offset, limit) => answer(30, offset, limit));
    await settled();
    let give: (page: ImagePage) => void = () => undefined;
    pages.reset(() => new Promise((resolve) => (give = resolve)));
    expect(pages.loading).toBe(true);
    expect(pages.at(3)?.id).toBe(4);
    expect(pages.total).toBe(30);
    give({ total: 1, offset: 0, items: [image(77)] });
    await settled();
    expect(pages.loading).toBe(false);
    expect([pages.total, pages.at(0)?.id, pages.at(3), pages.generation]).toEqual([1, 77, undefined, 2]);
  });

  it('drops an answer that comes after a newer question', async () => {
    const give: ((page: ImagePage) => void)[] = [];
    const pages = new ImagePages({ pageSize: 10 });
    const ask = () => new Promise<ImagePage>((resolve) => give.push(resolve));
    pages.reset(ask);
    pages.reset(ask);
    give[1]({ total: 2, offset: 0, items: [image(2)] });
    await settled();
    give[0]({ total: 1, offset: 0, items: [image(1)] });
    await settled();
    expect([pages.total, pages.at(0)?.id]).toEqual([2, 2]);
  });

  it('no longer waits for pages that were scrolled past', async () => {
    const signals = new Map<number, AbortSignal>();
    const pages = new ImagePages({ pageSize: 10 });
    pages.reset(async (offset, limit, signal) => {
      if (offset === 0) return answer(1000, offset, limit);
      signals.set(offset, signal);
      return new Promise(() => undefined);
    });
    await settled();
    pages.want(100, 110);
    pages.want(700, 710);
    expect([signals.get(100)?.aborted, signals.get(700)?.aborted]).toEqual([true, false]);
  });

  it('keeps a bounded number of pages, the ones nearest to what was read last', async () => {
    const ask = vi.fn(async (offset: number, limit: number) => answer(1000, offset, limit));
    const pages = new ImagePages({ pageSize: 10, kept: 4 });
    pages.reset(ask);
    await settled();
    for (let at = 0; at < 500; at += 10) {
      pages.want(at, at + 10);
      await settled();
    }
    expect(pages.at(495)?.id).toBe(496);
    expect(pages.at(0)).toBeUndefined();
  });

  it('shows what went wrong, and asks again for a page that failed', async () => {
    let broken = true;
    const pages = new ImagePages({ pageSize: 10 });
    pages.reset(async (offset, limit) => {
      if (offset > 0 && broken) throw new Error('the disk is gone');
      return answer(100, offset, limit);
    });
    await settled();
    pages.want(50, 60);
    await settled();
    expect(pages.error).toEqual({ code: 'INTERNAL', message: 'the disk is gone' });
    broken = false;
    pages.want(50, 60);
    await settled();
    expect([pages.error, pages.at(55)?.id]).toEqual([null, 56]);
  });

  it('asks the same question again without letting go of anything, and reads what is in view', async () => {
    let round = 1;
    const ask = vi.fn(async (offset: number, limit: number) => ({ ...answer(1000 * round, offset, limit), items: [image(round)] }));
    const pages = new ImagePages({ pageSize: 10 });
    pages.reset(ask);
    await settled();
    pages.want(500, 505);
    await settled();
    const before = pages.generation;
    round = 2;
    ask.mockClear();
    pages.refresh(ask);
    expect([pages.at(500)?.id, pages.total]).toEqual([1, 1000]);
    pages.want(500, 505);
    await settled();
    expect([pages.at(500)?.id, pages.total, pages.generation]).toEqual([2, 2000, before]);
    expect(ask.mock.calls.map(([offset]) => offset)).toEqual([500, 510]);
  });

  it('forgets everything when there is nothing to ask', async () => {
    const pages = new ImagePages();
    pages.reset(async (offset, limit) => answer(5, offset, limit));
    await settled();
    pages.clear();
    expect([pages.total, pages.at(0), pages.loading]).toEqual([null, undefined, false]);
  });
});
