import { mapArrayUrl, type MapArray } from '../../../src-main/contract/urls';
import type { MapInfo } from '../../../src-main/contract/explore';
import { GlyphscopeError } from '../../../src-main/contract/errors';
import type { MapPoints } from './groups';

async function array(map: number, name: MapArray, bytes: number, signal: AbortSignal): Promise<ArrayBuffer> {
  const answer = await fetch(mapArrayUrl(map, name), { signal });
  if (!answer.ok) throw new GlyphscopeError('NOT_FOUND', `The map's ${name} could not be read (${answer.status}).`, { remedy: 'Compute the map again.' });
  const buffer = await answer.arrayBuffer();
  if (buffer.byteLength !== bytes)
    throw new GlyphscopeError('LIBRARY_DAMAGED', `The map's ${name} hold ${buffer.byteLength} bytes, ${bytes} were expected.`, { remedy: 'Compute the map again.' });
  return buffer;
}

/** Loads the four arrays of a finished map; each must have exactly the size that the map's row promises. */
export async function loadMap(info: MapInfo, signal: AbortSignal): Promise<MapPoints> {
  const n = info.points;
  const [coordinates, images, labels, symbols] = await Promise.all([
    array(info.id, 'coordinates', 8 * n, signal),
    array(info.id, 'images', 4 * n, signal),
    array(info.id, 'labels', 2 * n, signal),
    array(info.id, 'symbols', 2 * n * info.length, signal),
  ]);
  return {
    coordinates: new Float32Array(coordinates),
    images: new Int32Array(images),
    labels: new Int16Array(labels),
    symbols: new Uint16Array(symbols),
    length: info.length,
  };
}
