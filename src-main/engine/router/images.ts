import { GlyphscopeError } from '../../contract/errors';
import { searchIn, type AskedImages } from '../image-search';
import type { Services } from '../services';
import type { Procedures } from './procedures';

export const imagesRouter = (procedures: Procedures, s: Services) => {
  const { collections, library } = s;
  const { collectionImages, imageSearch } = library.db.read;
  const search = (asked: AskedImages) => searchIn(s, asked);
  return {
    list: procedures.images.list.handler(async ({ input }) => {
      const asked = search(input);
      const page = await collectionImages.page(asked, input.offset, input.limit);
      // Whoever looks at a collection may search it next. What goes wrong is told when a search asks again.
      if (input.offset === 0) imageSearch.prepare(asked.collection, asked.run).catch(() => undefined);
      return { offset: input.offset, ...page };
    }),
    ids: procedures.images.ids.handler(async ({ input }) => new Blob([await imageSearch.imagesAt(search(input), input.offset, input.limit)])),
    get: procedures.images.get.handler(({ input }) => {
      collections.get(input.collection);
      const item = collectionImages.item(input.collection, input.image, input.run ?? null);
      if (!item) throw new GlyphscopeError('NOT_FOUND', `The collection does not hold image ${input.image}.`, { subject: `image ${input.image}` });
      return item;
    }),
    facets: procedures.images.facets.handler(({ input }) => imageSearch.facets(search(input), input.position)),
  };
};
