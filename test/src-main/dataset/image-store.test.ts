import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ImageStore } from '../../../src-main/dataset/image-store';
import { removeFolder, temporaryFolder } from '../../support/temporary';

let folder: string;
beforeEach(() => (folder = temporaryFolder('store')));
afterEach(() => removeFolder(folder));

const bytesOf = (length: number, seed: number) => Buffer.from(Uint8Array.from({ length }, (_, i) => (i * 31 + seed) & 255));

it('gives back what was put in, over several packs and after opening again', async () => {
  let store = ImageStore.open(folder, 1000);
  const kept = [300, 0, 800, 5, 2000, 1].map((length, seed) => ({ bytes: bytesOf(length, seed), place: store.append(bytesOf(length, seed)) }));
  expect([...new Set(kept.map(({ place }) => place.pack))]).toEqual([1, 2, 3]);
  store.close();
  store = ImageStore.open(folder, 1000);
  const next = store.append(bytesOf(10, 9));
  expect(next).toEqual({ pack: 3, offset: 1, length: 10 });
  for (const { bytes, place } of kept) expect(Buffer.compare(await store.read(place), bytes)).toBe(0);
  expect(Buffer.compare(await store.read(next), bytesOf(10, 9))).toBe(0);
  store.close();
});

it('says where a reader elsewhere finds an image', () => {
  const store = ImageStore.open(folder);
  expect(store.locate({ path: '/a/b.jpg' })).toEqual({ path: '/a/b.jpg', offset: 0, length: null });
  expect(store.locate({ pack: 12, offset: 3, length: 4 })).toEqual({ path: join(folder, 'pack-0012.bin'), offset: 3, length: 4 });
});

it('names a pack that is missing or cut short', async () => {
  const store = ImageStore.open(folder);
  const place = store.append(bytesOf(100, 1));
  store.close();
  truncateSync(join(folder, 'pack-0001.bin'), 99);
  await expect(store.read(place)).rejects.toMatchObject({ code: 'IMAGE_GONE', message: expect.stringContaining('pack-0001.bin is missing or cut short') });
  await expect(store.read({ ...place, pack: 7 })).rejects.toMatchObject({ code: 'IMAGE_GONE' });
});
