import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GlyphscopeError } from '../contract/errors';
import type { MapInfo } from '../contract/explore';
import type { MapArray } from '../contract/urls';
import type { MapArrays } from '../explore/vector-protocol';

type MapSize = Pick<MapInfo, 'id' | 'points' | 'length'>;

export const mapFile = (library: string, map: number) => join(library, 'maps', `${map}.bin`);

/** Byte ranges of a map's arrays within its file. */
function layoutOf({ points: n, length }: Pick<MapSize, 'points' | 'length'>): Record<MapArray, { offset: number; bytes: number }> {
  return {
    coordinates: { offset: 0, bytes: n * 8 },
    images: { offset: n * 8, bytes: n * 4 },
    labels: { offset: n * 12, bytes: n * 2 },
    symbols: { offset: n * 14, bytes: n * length * 2 },
  };
}

/** The bytes of one array. @throws GlyphscopeError NOT_FOUND when the file is gone or was cut short */
export async function readMapArray(library: string, map: MapSize, array: MapArray): Promise<Buffer> {
  const { offset, bytes } = layoutOf(map)[array];
  const file = await open(mapFile(library, map.id), 'r').catch(() => null);
  try {
    const data = Buffer.alloc(bytes);
    if (!file || (await file.read(data, 0, bytes, offset)).bytesRead < bytes) throw gone(map.id);
    return data;
  } finally {
    await file?.close();
  }
}

/** All arrays of a map. @throws GlyphscopeError NOT_FOUND when the file is gone or was cut short */
export async function readMap(library: string, map: MapSize & Pick<MapInfo, 'labels'>): Promise<MapArrays> {
  const bytes = await readFile(mapFile(library, map.id)).catch(() => null);
  const layout = layoutOf(map);
  if (!bytes || bytes.length < layout.symbols.offset + layout.symbols.bytes) throw gone(map.id);
  const part = (array: MapArray) => Uint8Array.from(bytes.subarray(layout[array].offset, layout[array].offset + layout[array].bytes)).buffer;
  return {
    coordinates: new Float32Array(part('coordinates')),
    images: new Int32Array(part('images')),
    labels: new Int16Array(part('labels')),
    symbols: new Uint16Array(part('symbols')),
    classes: map.labels,
    length: map.length,
  };
}

/** Writes the arrays aside; the file gets its place with `keep`, once the map has its number. */
export async function writeMap(library: string, { coordinates, images, labels, symbols }: MapArrays): Promise<{ keep: (map: number) => Promise<void> }> {
  const part = join(library, 'maps', `new-${process.hrtime.bigint().toString(36)}.part`);
  await mkdir(join(library, 'maps'), { recursive: true });
  await writeFile(part, Buffer.concat([coordinates, images, labels, symbols].map((array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength))));
  return { keep: (map) => rename(part, mapFile(library, map)) };
}

/** Takes the file of a map away that another one has taken the place of. */
export async function removeMapFile(library: string, map: number): Promise<void> {
  await rm(mapFile(library, map), { force: true });
}

const gone = (map: number) => new GlyphscopeError('NOT_FOUND', 'The map is no longer there.', { subject: `map ${map}`, remedy: 'Compute it again.' });
