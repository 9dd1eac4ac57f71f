import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Hono } from 'hono';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { imageUrl, mapArrayUrl, thumbnailUrl } from '../../../src-main/contract/urls';
import type { LibraryDatabase } from '../../../src-main/database/library-database';
import { makeThumbnail } from '../../../src-main/dataset/decode';
import { ImageStore } from '../../../src-main/dataset/image-store';
import { ImageFiles } from '../../../src-main/engine/image-files';
import { serveImages } from '../../../src-main/engine/image-routes';
import { mapFile } from '../../../src-main/engine/map-files';
import { picture } from '../../support/images';
import { addRun, fillCollection, hashOf, temporaryDatabase } from '../database/library.fixture';

let folder: string;
let app: Hono;
let db: LibraryDatabase;
let packs: ImageStore;
let thumbnails = 0;
const lines: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'glyphscope-test-'));
  db = temporaryDatabase(join(folder, 'library.sqlite'));
  packs = ImageStore.open(join(folder, 'images'));
  thumbnails = 0;
  lines.length = 0;
  const files = new ImageFiles(packs);
  app = new Hono();
  serveImages(app, {
    db,
    library: folder,
    read: (image) => files.read(image),
    thumbnail: (bytes, name, size) => (thumbnails++, makeThumbnail(bytes, name, size)),
    log: (line) => lines.push(line),
  });
});
afterEach(() => {
  packs.close();
  db.close();
  rmSync(folder, { recursive: true, force: true });
});

async function add(bytes: Buffer, o: { format: string; size: number; path?: string }): Promise<number> {
  if (o.path) writeFileSync(o.path, bytes);
  return db.write.images.add({ sha256: hashOf(bytes.toString('base64')), width: o.size, height: o.size, format: o.format, bytes: bytes.length, place: o.path ? { path: o.path } : packs.append(bytes) });
}

describe('an image', () => {
  it('comes byte for byte, out of a pack or from the user\'s file, to be kept for the session alone', async () => {
    const bytes = await picture(1);
    for (const id of [await add(bytes, { format: 'png', size: 48 }), await add(await picture(2), { format: 'png', size: 48, path: join(folder, 'mine.png') })]) {
      const answer = await app.request(imageUrl(id));
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe('image/png');
      expect(answer.headers.get('cache-control')).toContain('immutable');
      expect(answer.headers.get('vary')).toBe('Cookie');
      expect(Buffer.from(await answer.arrayBuffer()).equals(id === 1 ? bytes : await picture(2))).toBe(true);
      const again = await app.request(imageUrl(id), { headers: { 'If-None-Match': answer.headers.get('etag')! } });
      expect(again.status).toBe(304);
    }
  });

  it('that no browser draws comes as WebP', async () => {
    const id = await add(await sharp(await picture(3)).tiff().toBuffer(), { format: 'tiff', size: 48 });
    const answer = await app.request(imageUrl(id));
    expect(answer.headers.get('content-type')).toBe('image/webp');
    expect((await sharp(Buffer.from(await answer.arrayBuffer())).metadata()).width).toBe(48);
  });

  it('has thumbnails that are made once; a small one comes as it is', async () => {
    const id = await add(await picture(4, 300), { format: 'png', size: 300 });
    for (let i = 0; i < 2; i++) {
      const answer = await app.request(thumbnailUrl(id, 128));
      expect(answer.headers.get('content-type')).toBe('image/webp');
      expect((await sharp(Buffer.from(await answer.arrayBuffer())).metadata()).width).toBe(128);
    }
    expect(thumbnails).toBe(1);
    const small = await add(await picture(5, 64), { format: 'png', size: 64 });
    expect((await app.request(thumbnailUrl(small, 64))).headers.get('content-type')).toBe('image/png');
    expect(thumbnails).toBe(1);
  });

  it('that is gone or has changed says so, by its path', async () => {
    const path = join(folder, 'going.png');
    const id = await add(await picture(6), { format: 'png', size: 48, path });
    writeFileSync(path, 'something else');
    const changed = await app.request(imageUrl(id));
    expect(changed.status).toBe(410);
    expect(await changed.json()).toMatchObject({ code: 'IMAGE_GONE', subject: path, message: expect.stringContaining('has changed') });
    rmSync(path);
    expect(await (await app.request(imageUrl(id))).json()).toMatchObject({ code: 'IMAGE_GONE', remedy: expect.stringContaining('import') });
    expect((await app.request(imageUrl(id))).headers.get('cache-control')).toBe('no-store');
  });

  it.each(['/images/999/original', '/images/0/original', '/images/1.5/original', '/images/x/original', '/images/1/thumbnail/65', '/images/1/thumbnail/../../x', '/maps/1/coordinates', '/maps/1/../../library.sqlite'])('is not found under a wrong address: %s', async (address) => {
    expect((await app.request(address)).status).toBe(404);
    expect(lines).toEqual([]);
  });
});

it('serves the arrays of a map as they stand in its file', async () => {
  const collection = fillCollection(db, 'a', 3);
  const run = addRun(db, 'r');
  const id = db.write.maps.create({ run, collection, seed: 0, points: 3, length: 2, labels: ['cat'], createdAt: 5, step: 10, extent: 8, placed: 0, recall: null });
  const arrays = { coordinates: Float32Array.of(1, 2, 3, 4, 5, 6), images: Int32Array.of(7, 8, 9), labels: Int16Array.of(0, -1, 0), symbols: Uint16Array.of(1, 2, 3, 4, 5, 6) };
  mkdirSync(join(folder, 'maps'));
  writeFileSync(mapFile(folder, id), Buffer.concat(Object.values(arrays).map((array) => Buffer.from(array.buffer))));
  for (const [name, array] of Object.entries(arrays)) {
    const answer = await app.request(mapArrayUrl(id, name as keyof typeof arrays));
    expect(answer.headers.get('content-type')).toBe('application/octet-stream');
    expect(Buffer.from(await answer.arrayBuffer()).equals(Buffer.from(array.buffer))).toBe(true);
  }
  rmSync(mapFile(folder, id));
  const gone = await app.request(mapArrayUrl(id, 'images'), {});
  expect(gone.status).toBe(404);
  expect(await gone.json()).toMatchObject({ remedy: 'Compute it again.' });
});
