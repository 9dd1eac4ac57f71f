import { describe, expect, it, vi } from 'vitest';
import type { ImageItem } from '../../../../src-main/contract/images';
import type { MapPoints } from '../../../../src-renderer/pages/map/groups';
import { loadMap } from '../../../../src-renderer/pages/map/map-data';
import { ImageNames, MapView } from '../../../../src-renderer/pages/map/map-view.svelte';

const points: MapPoints = {
  coordinates: new Float32Array([-0.5, 0, 0, 0, 0.5, 0, 0, 0.5]),
  images: new Int32Array([11, 12, 13, 14]),
  labels: new Int16Array([0, 0, 1, 1]),
  symbols: new Uint16Array([1, 2, 1, 3, 2, 2, 2, 3]),
  length: 2,
};
function shown(): MapView {
  const view = new MapView(() => [0, 120, 240], () => 'light');
  view.resize(800, 600);
  view.show(points, ['cat', 'dog']);
  return view;
}

describe('MapView', () => {
  it('finds the point under the pointer, within reach', () => {
    const view = shown();
    const place = view.screen(2);
    expect(view.at(place)).toBe(2);
    expect(view.at({ left: place.left + view.size / 2 + 4, top: place.top })).toBe(2);
    expect(view.at({ left: place.left + 60, top: place.top })).toBe(-1);
  });

  it('finds only what is shown in full', () => {
    const view = shown();
    view.pick(0);
    expect(view.at(view.screen(2))).toBe(-1);
    expect(view.at(view.screen(0))).toBe(0);
    expect(view.shown).toBe(2);
    expect(view.styles.map((s) => s.strength === 1)).toEqual([true, false, false]);
    view.pickAll();
    expect(view.shown).toBe(4);
  });

  it('steps from image to image, from the middle at first, and past those that step back', () => {
    const view = shown();
    expect(view.step(-1, 1, 0)).toBe(1);
    expect(view.step(1, 1, 0)).toBe(2);
    expect(view.step(1, 0, 1)).toBe(3);
    view.pick(0);
    expect(view.step(1, 1, 0)).toBe(-1);
    expect(view.step(1, -1, 0)).toBe(0);
  });

  it('forgets what was picked when the colours change, and knows each point', () => {
    const view = shown();
    view.pick(1);
    view.by = 'symbol';
    expect(view.picked.size).toBe(0);
    expect(view.grouping?.order).toEqual([1, 2]);
    expect(view.symbols(2)).toEqual([2, 2]);
    expect(view.label(2)).toBe('dog');
    expect(view.placeOf(13)).toBe(2);
    expect(view.placeOf(99)).toBe(-1);
  });

  it('colours by first symbol when there are no labels', () => {
    const view = new MapView(() => null, () => 'dark');
    view.show({ ...points, labels: new Int16Array(4).fill(-1) }, []);
    expect(view.by).toBe('symbol');
  });

  it('shows pictures only while few points are in view', () => {
    const many = 400;
    const view = new MapView(() => null, () => 'light');
    view.resize(800, 600);
    view.show({ coordinates: Float32Array.from({ length: 2 * many }, (_, i) => ((i * 7919) % 2000) / 1000 - 1), images: new Int32Array(many), labels: new Int16Array(many), symbols: new Uint16Array(many), length: 1 }, ['a']);
    expect(view.near).toEqual([]);
    view.zoom(8);
    expect(view.near.length).toBeGreaterThan(0);
    expect(view.near.length).toBeLessThanOrEqual(140);
  });
});

describe('ImageNames', () => {
  const item = (id: number) => ({ id, name: `${id}.jpg` }) as ImageItem;
  it('asks once for each image, gives up older questions, and survives a failure', async () => {
    const asked: number[] = [];
    const aborted: number[] = [];
    const names = new ImageNames((image, signal) => {
      asked.push(image);
      signal.addEventListener('abort', () => aborted.push(image));
      return image === 3 ? Promise.reject(new Error('gone')) : Promise.resolve(item(image));
    });
    names.want(1);
    names.want(1);
    names.want(2);
    await Promise.resolve();
    await Promise.resolve();
    expect(asked).toEqual([1, 2]);
    expect(aborted).toEqual([1]);
    expect(names.of(2)?.name).toBe('2.jpg');
    names.want(3);
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(names.of(3)).toBeNull();
    names.want(2);
    expect(asked).toEqual([1, 2, 3]);
  });
});

describe('loadMap', () => {
  const info = { id: 9, run: 1, collection: 1, points: 2, length: 2, labels: [], seed: 0, createdAt: 0 };
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
