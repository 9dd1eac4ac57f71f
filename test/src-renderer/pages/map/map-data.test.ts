import { describe, expect, it, vi } from 'vitest';
import { loadMap } from '../../../../src-renderer/pages/map/map-data';

describe('loadMap', () => {
  const info = { id: 9, run: 1, collection: 1, points: 2, length: 2, labels: [], seed: 0, createdAt: 0, placed: 0, recall: null };
  const answer = (sizes: Record<string, number>) =>
    vi.stubGlobal('fetch', async (url: string) => new Response(new ArrayBuffer(sizes[url.split('/').pop() as string] ?? 0), { status: sizes[url.split('/').pop() as string] === undefined ? 404 : 200 }));

  it('takes arrays of exactly the promised size', async () => {
    answer({ coordinates: 16, images: 8, labels: 4, symbols: 8 });
    const map = await loadMap(info, new AbortController().signal);
    expect([map.coordinates.length, map.images.length, map.labels.length, map.symbols.length]).toEqual([4, 2, 2, 4]);
  });
  it('refuses a file that is missing or cut', async () => {
    answer({ coordinates: 15, images: 8, labels: 4, symbols: 8 });
    await expect(loadMap(info, new AbortController().signal)).rejects.toMatchObject({ code: 'LIBRARY_DAMAGED', remedy: 'Compute the map again.' });
    answer({ images: 8, labels: 4, symbols: 8 });
    await expect(loadMap(info, new AbortController().signal)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
