import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Context, Hono } from 'hono';
import { GlyphscopeError, toErrorDetail } from '../contract/errors';
import { mapArrays, mapNumberFields, thumbnailSizes, type MapNumberField } from '../contract/urls';
import type { StoredImage } from '../database/images';
import type { LibraryDatabase } from '../database/library-database';
import { breathe } from '../evaluation/breathe';
import type { MapInfo } from '../contract/explore';
import { readMapArray } from './map-files';

/** Formats that every browser of the last years draws; others are sent as WebP. */
const drawable: Record<string, string> = { jpeg: 'image/jpeg', png: 'image/png', webp: 'image/webp', gif: 'image/gif', avif: 'image/avif', bmp: 'image/bmp' };
/** Long edge of what stands for an original that browsers cannot draw. */
const standIn = 2048;

export interface ImageRouteServices {
  db: LibraryDatabase;
  library: string;
  read: (image: StoredImage) => Promise<Buffer>;
  /** A WebP that fits into a square of `size`. */
  thumbnail: (bytes: Buffer, name: string, size: number) => Promise<Buffer>;
  log: (line: string) => void;
}

/** Serves images, thumbnails (made once and kept in the library) and the arrays of maps. */
export function serveImages(app: Hono, s: ImageRouteServices): void {
  const find = (text: string): StoredImage => {
    const image = /^[1-9]\d{0,15}$/.test(text) ? s.db.read.images.byId(Number(text)) : null;
    if (!image) throw new GlyphscopeError('NOT_FOUND', `There is no image ${text}.`, { subject: text });
    return image;
  };
  const answer = (c: Context, work: () => Promise<Response>) => work().catch((error: unknown) => answerFailure(c, error, s.log));

  app.get('/images/:id/original', (c) =>
    answer(c, async () => {
      const image = find(c.req.param('id'));
      if (drawable[image.format]) return cached(c, image.sha256, drawable[image.format], () => s.read(image));
      return cached(c, `${image.sha256}-${standIn}`, 'image/webp', () => keptThumbnail(s, image, standIn));
    }),
  );
  app.get('/images/:id/thumbnail/:size', (c) =>
    answer(c, async () => {
      const image = find(c.req.param('id'));
      const size = thumbnailSizes.find((one) => String(one) === c.req.param('size'));
      if (!size) throw new GlyphscopeError('NOT_FOUND', `Thumbnails have the sizes ${thumbnailSizes.join(', ')}.`);
      if (drawable[image.format] && image.width <= size && image.height <= size)
        return cached(c, image.sha256, drawable[image.format], () => s.read(image));
      return cached(c, `${image.sha256}-${size}`, 'image/webp', () => keptThumbnail(s, image, size));
    }),
  );
  const findMap = (text: string) => (/^[1-9]\d{0,15}$/.test(text) ? s.db.read.maps.byId(Number(text)) : null);
  app.get('/maps/:id/numbers/:field', (c) =>
    answer(c, async () => {
      const map = findMap(c.req.param('id'));
      const field = mapNumberFields.find((one) => one === c.req.param('field'));
      if (!map || !field) throw new GlyphscopeError('NOT_FOUND', `There is no map ${c.req.param('id')} with numbers "${c.req.param('field')}".`);
      return cached(c, `map-${map.id}-${map.createdAt}-${field}`, 'application/octet-stream', () => readMapNumbers(s, map, field));
    }),
  );
  app.get('/maps/:id/:array', (c) =>
    answer(c, async () => {
      const id = c.req.param('id');
      const map = findMap(id);
      const array = mapArrays.find((one) => one === c.req.param('array'));
      if (!map || !array) throw new GlyphscopeError('NOT_FOUND', `There is no map ${id} with ${c.req.param('array')}.`);
      return cached(c, `map-${map.id}-${map.createdAt}-${array}`, 'application/octet-stream', () => readMapArray(s.library, map, array));
    }),
  );
}

/**
 * An answer that never changes within a session. `Vary: Cookie` keeps the pictures of one library from being shown for
 * another one that is served at the same address later.
 */
async function cached(c: Context, tag: string, type: string, read: () => Promise<Buffer>): Promise<Response> {
  const headers = { 'Content-Type': type, ETag: `"${tag}"`, 'Cache-Control': 'private, max-age=31536000, immutable', Vary: 'Cookie' };
  if (c.req.header('if-none-match') === headers.ETag) return c.body(null, 304, headers);
  return c.body(new Uint8Array(await read()), 200, headers);
}

/** What went wrong, as the contract tells it; defects are logged. */
export function answerFailure(c: Context, error: unknown, log: (line: string) => void): Response {
  const detail = toErrorDetail(error);
  if (detail.code === 'INTERNAL') log(`${c.req.path} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  const status = detail.code === 'NOT_FOUND' ? 404 : detail.code === 'IMAGE_GONE' ? 410 : detail.code === 'INTERNAL' ? 500 : 422;
  return c.json(detail, status, { 'Cache-Control': 'no-store' });
}

/** Thumbnails are kept by the hash of their image, so that they stay right whatever happens to the library's numbers. */
async function keptThumbnail(s: ImageRouteServices, image: StoredImage, size: number): Promise<Buffer> {
  const file = join(s.library, 'thumbnails', image.sha256.slice(0, 2), `${image.sha256}-${size}.webp`);
  const kept = await readFile(file).catch(() => null);
  if (kept?.length) return kept;
  const made = await s.thumbnail(await s.read(image), `image ${image.id}`, size);
  const part = `${file}.${process.hrtime.bigint().toString(36)}`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(part, made);
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    s.log(`A thumbnail could not be kept: ${(error as Error).message}`); // it is shown all the same
  }
  return made;
}

/** Images asked about between two breaths. */
const imagesAtOnce = 2_000;

/** One number for each image of a map, in its order. */
async function readMapNumbers(s: Pick<ImageRouteServices, 'db' | 'library'>, map: MapInfo, field: MapNumberField): Promise<Buffer> {
  const bytes = await readMapArray(s.library, map, 'images');
  const images = new Int32Array(bytes.buffer, bytes.byteOffset, map.points);
  const numbers = new Float32Array(map.points).fill(NaN);
  const places = new Map(Array.from(images, (image, at) => [image, at]));
  for (let from = 0; from < images.length; from += imagesAtOnce, await breathe())
    for (const row of s.db.read.images.sizes(Array.from(images.subarray(from, from + imagesAtOnce)))) numbers[places.get(row.id)!] = row[field];
  return Buffer.from(numbers.buffer);
}
