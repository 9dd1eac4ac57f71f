import type { Services } from '../services';
import type { Procedures } from './procedures';

export const collectionsRouter = (procedures: Procedures, { collections, jobs, journal, library }: Services) => ({
  list: procedures.collections.list.handler(() => collections.list()),
  rename: procedures.collections.rename.handler(({ input }) => {
    journal.do({ kind: 'rename-collection', ...input });
    return collections.show(input.collection);
  }),
  remove: procedures.collections.remove.handler(({ input }) => {
    jobs.assertUnused(`collection ${input.collection}`, collections.get(input.collection).name);
    collections.remove(input.collection);
  }),
  failures: procedures.collections.failures.handler(({ input }) => {
    collections.get(input.collection);
    return library.db.read.collections.failures(input.collection);
  }),
});
