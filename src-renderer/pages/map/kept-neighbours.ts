import type { Comparison } from '../../../src-main/contract/compare';
import { GlyphscopeError } from '../../../src-main/contract/errors';
import { comparisonUrl } from '../../../src-main/contract/urls';

/** How many neighbours each image keeps between two runs. */
export type KeptByImage = ReadonlyMap<number, number>;

/** Loads each image's figure of a comparison. @throws GlyphscopeError NOT_FOUND when it is no longer the present one */
export async function loadKept(comparison: Comparison, signal: AbortSignal): Promise<KeptByImage> {
  const answer = await fetch(comparisonUrl(comparison), { signal });
  const n = comparison.images;
  const buffer = answer.ok ? await answer.arrayBuffer() : null;
  if (buffer?.byteLength !== 5 * n) throw new GlyphscopeError('NOT_FOUND', 'The comparison could not be read.', { remedy: 'Compare the runs again.' });
  const kept = new Uint8Array(buffer, 4 * n);
  return new Map(Array.from(new Int32Array(buffer, 0, n), (image, i) => [image, kept[i]]));
}
