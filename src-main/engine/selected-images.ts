import { GlyphscopeError } from '../contract/errors';
import type { SelectedImages } from '../contract/query';
import type { Services } from './services';

/**
 * The ids of the images that a selection names within a collection, each once, ascending.
 * @throws GlyphscopeError NOT_FOUND for a collection or run, or for ids that the collection does not hold; QueryError
 */
export async function idsOf({ collections, library }: Pick<Services, 'collections' | 'library'>, { collection, run, selection }: SelectedImages): Promise<number[]> {
  const { name } = collections.get(collection);
  if ('query' in selection) return Array.from((await library.db.read.imageSearch.images({ collection, run, query: selection.query })).sort());
  const wanted = [...new Set(selection.ids)];
  const held = library.db.read.images.heldBy(collection, wanted);
  if (held.length < wanted.length) {
    const known = new Set(held);
    const missing = wanted.find((id) => !known.has(id));
    throw new GlyphscopeError('NOT_FOUND', `"${name}" does not hold image ${missing}.`, { subject: `image ${missing}`, remedy: 'Look at the collection anew: it has changed.' });
  }
  return held;
}
