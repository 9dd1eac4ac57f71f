import { GlyphscopeError } from '../contract/errors';
import type { SelectedImages } from '../contract/query';
import { searchIn } from './image-search';
import type { Services } from './services';

/**
 * The ids of the images that a selection names within a collection, each once, ascending.
 * @throws GlyphscopeError NOT_FOUND for a collection or run, or for ids that the collection does not hold; QueryError
 */
export async function idsOf({ collections, library, runs }: Pick<Services, 'collections' | 'library' | 'runs'>, { collection, run, selection }: SelectedImages): Promise<number[]> {
  const { name } = collections.get(collection);
  if ('query' in selection) {
    const search = searchIn({ collections, runs }, { collection, run, query: selection.query });
    return Array.from((await library.db.read.imageSearch.images(search)).sort());
  }
  const wanted = [...new Set(selection.ids)];
  const held = library.db.read.images.heldBy(collection, wanted);
  if (held.length < wanted.length) {
    const known = new Set(held);
    const missing = wanted.find((id) => !known.has(id));
    throw new GlyphscopeError('NOT_FOUND', `"${name}" does not hold image ${missing}.`, { subject: `image ${missing}`, remedy: 'Look at the collection anew: it has changed.' });
  }
  return held;
}
