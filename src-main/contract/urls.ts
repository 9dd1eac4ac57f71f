import type { RunPair } from './compare';
import { numberFields, type NumberField } from './query';

/** Addresses that the engine serves besides the page and the socket. Every one needs the session's cookie. */
export const socketPath = '/rpc';
/** POST {token}: exchanges the page token for the session's cookie. GET: 204 while the cookie is good, 401 when not. */
export const sessionPath = '/session';

export const imageUrl = (image: number) => `/images/${image}/original`;
export const thumbnailSizes = [64, 128, 256] as const;
export type ThumbnailSize = (typeof thumbnailSizes)[number];
/** A square-fitting WebP no larger than `size`; images already that small come as they are. */
export const thumbnailUrl = (image: number, size: ThumbnailSize) => `/images/${image}/thumbnail/${size}`;

/**
 * The arrays of a map, little endian, all in the same order:
 * coordinates Float32 [n, 2] within −1 … 1, images Int32 [n], labels Int16 [n] (−1 none), symbols Uint16 [n, L].
 */
export const mapArrays = ['coordinates', 'images', 'labels', 'symbols'] as const;
export type MapArray = (typeof mapArrays)[number];
export const mapArrayUrl = (map: number, array: MapArray) => `/maps/${map}/${array}`;

/** Ids of the different images that a query finds, in the order of import: Int32, little endian. */
export const matchesUrl = (collection: number, run: number | null, query: string) =>
  `/matches/${collection}?${new URLSearchParams({ ...(run === null ? {} : { run: String(run) }), query }).toString()}`;

/** How many neighbours each image keeps between two runs: images Int32 [n], little endian, then kept Uint8 [n]. */
export const comparisonUrl = ({ run, other, collection }: RunPair) => `/comparisons/${run}/${other}/${collection}`;

/** Numbers of a map's images in its order: Float32 [n], little endian, NaN for an image that is gone. */
export const mapNumberFields = numberFields;
export type MapNumberField = NumberField;
export const mapNumbersUrl = (map: number, field: MapNumberField) => `/maps/${map}/numbers/${field}`;

/** A file of a finished export, by the job that wrote it. */
export const exportUrl = (job: string, name: string) => `/exports/${job}/${encodeURIComponent(name)}`;
