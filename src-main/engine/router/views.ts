import { GlyphscopeError } from '../../contract/errors';
import type { SavedView } from '../../contract/views';
import type { Services } from '../services';
import type { Procedures } from './procedures';

export const viewsRouter = (procedures: Procedures, { library }: Services) => {
  const { read, write } = library.db;
  const find = (id: number): SavedView => {
    const found = read.savedViews.byId(id);
    if (!found) throw new GlyphscopeError('NOT_FOUND', `There is no saved view ${id}.`, { subject: `view ${id}`, remedy: 'It was deleted in another window: look at the list anew.' });
    return found;
  };
  const requireFree = (name: string, except?: number) => {
    const taken = read.savedViews.byName(name);
    if (taken && taken.id !== except) throw new GlyphscopeError('NAME_TAKEN', `There is a view "${taken.name}" already.`, { subject: name, remedy: 'Choose another name, or delete that one first.' });
  };
  return {
    list: procedures.views.list.handler(() => read.savedViews.list()),
    save: procedures.views.save.handler(({ input }) => {
      requireFree(input.name);
      return find(write.savedViews.add(input.name, input.view, Date.now()));
    }),
    rename: procedures.views.rename.handler(({ input }) => {
      find(input.id);
      requireFree(input.name, input.id);
      write.savedViews.rename(input.id, input.name);
      return find(input.id);
    }),
    remove: procedures.views.remove.handler(({ input }) => {
      find(input.id);
      write.savedViews.remove(input.id);
    }),
  };
};
