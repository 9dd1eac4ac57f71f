import { GlyphscopeError } from '../../contract/errors';
import type { ImageFilter } from '../../contract/images';
import type { Services } from '../services';
import type { Procedures } from './procedures';

export const imagesRouter = (procedures: Procedures, { collections, runs, library }: Services) => {
  const select = (input: { collection: number; run?: number | undefined; filter: ImageFilter }) => {
    collections.get(input.collection);
    if (input.run !== undefined) runs.get(input.run);
    else if (input.filter.prefix?.length)
      throw new GlyphscopeError('INVALID_INPUT', 'A filter by symbols needs a run.', { subject: 'filter.prefix', remedy: 'Choose a run.' });
    return { collection: input.collection, run: input.run ?? null, filter: input.filter };
  };
  return {
    list: procedures.images.list.handler(({ input }) => ({
      offset: input.offset,
      ...library.db.read.collectionImages.page(select(input), input.offset, input.limit),
    })),
    ids: procedures.images.ids.handler(({ input }) => {
      const ids = library.db.read.collectionImages.ids(select(input), input.offset, input.limit);
      return new Blob([ids]);
    }),
    get: procedures.images.get.handler(({ input }) => {
      collections.get(input.collection);
      const item = library.db.read.collectionImages.item(input.collection, input.image, input.run ?? null);
      if (!item) throw new GlyphscopeError('NOT_FOUND', `The collection does not hold image ${input.image}.`, { subject: `image ${input.image}` });
      return item;
    }),
    facets: procedures.images.facets.handler(({ input }) => library.db.read.collectionImages.facets(select(input))),
  };
};
