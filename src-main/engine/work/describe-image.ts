import type { DescribedFile, Neighbours } from '../../contract/explore';
import type { Services } from '../services';
import { describedContent, describeOne, type DescribeServices } from './describe-files';

export interface DescribeRequest {
  run: number;
  /** Where neighbours come from. */
  collection?: number | undefined;
  name: string;
  bytes: Buffer;
  /** 0: none are looked for. */
  neighbours: number;
}

/**
 * Describes one image that need not be in any collection, and finds its neighbours in one.
 * @throws GlyphscopeError NOT_FOUND, RUN_NOT_TRAINED, IMAGE_EMPTY, IMAGE_UNREADABLE, IMAGE_UNSUPPORTED, IMAGE_TOO_LARGE,
 *   DESCRIPTIONS_MISSING when neighbours are asked of a collection that the run has not described
 */
export async function describeImage(s: DescribeServices & Pick<Services, 'collections' | 'vectors'>, { run, collection, name, bytes, neighbours }: DescribeRequest): Promise<DescribedFile> {
  const begun = performance.now();
  if (collection !== undefined) s.collections.get(collection);
  const { sha256, width, height, description } = await describeOne(s, run, { name, bytes });
  const none: Neighbours = { byEmbedding: [], byPrefix: [], searched: 0 };
  const found =
    collection === undefined || neighbours === 0
      ? none
      : await s.vectors.neighbours(run, collection, { vector: describedContent(s, run, sha256).embedding, symbols: description.symbols, count: neighbours });
  return { name, sha256, width, height, description, neighbours: found, milliseconds: performance.now() - begun };
}
