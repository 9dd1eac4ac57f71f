import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { GlyphscopeError } from '../contract/errors';
import { replaceDurably } from '../training/durable-file';
import { fromRanges, imageRanges, toRanges } from './changes/image-ranges';

/** Images that a run was told to train on, and the query that found them when there was one. */
export interface ChosenImages {
  ids: readonly number[];
  query: string | null;
}

const stored = z.object({ sha256: z.string(), query: z.string().nullable(), count: z.int(), images: imageRanges });
/** In a run's folder. */
export const chosenImagesFile = 'selection.json';
const fileIn = (runDirectory: string) => join(runDirectory, chosenImagesFile);

/** SHA-256 over ids in decimal with a comma after each, ascending: equal for equal sets of images of one library. */
export const hashOfIds = (ids: readonly number[]): string => createHash('sha256').update([...ids].sort((a, b) => a - b).map((id) => `${id},`).join('')).digest('hex');

/** Keeps in a run's folder what it was told to train on, before it begins. */
export async function writeChosenImages(runDirectory: string, { ids, query }: ChosenImages): Promise<void> {
  mkdirSync(runDirectory, { recursive: true });
  const document: z.infer<typeof stored> = { sha256: hashOfIds(ids), query, count: ids.length, images: toRanges(ids) };
  await replaceDurably(fileIn(runDirectory), Buffer.from(JSON.stringify(document)));
}

/**
 * What a run was told to train on; null when that is all of its collection.
 * @throws GlyphscopeError LIBRARY_DAMAGED when the list does not have the hash that was written with it
 */
export function readChosenImages(runDirectory: string): ReadonlySet<number> | null {
  const file = fileIn(runDirectory);
  if (!existsSync(file)) return null;
  const parsed = stored.safeParse(tryJson(readFileSync(file, 'utf8')));
  const ids = parsed.success ? fromRanges(parsed.data.images) : [];
  if (!parsed.success || hashOfIds(ids) !== parsed.data.sha256)
    throw new GlyphscopeError('LIBRARY_DAMAGED', `${file} is damaged: the images that the run was told to train on are not known.`, { subject: file, remedy: 'Start a new run.' });
  return new Set(ids);
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
