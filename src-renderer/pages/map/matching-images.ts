import { GlyphscopeError } from '../../../src-main/contract/errors';
import { matchesUrl } from '../../../src-main/contract/urls';
import { explain } from '../../client';
import type { MapSubject } from './loaded-map.svelte';

/** Ids of the images that a query finds. @throws GlyphscopeError as the engine tells it */
export async function matchingImages({ run, collection }: MapSubject, query: string, signal: AbortSignal): Promise<Int32Array> {
  const answer = await fetch(matchesUrl(collection, run, query), { signal });
  if (answer.ok) return new Int32Array(await answer.arrayBuffer());
  const detail = explain(await answer.json());
  throw new GlyphscopeError(detail.code, detail.message, detail);
}
