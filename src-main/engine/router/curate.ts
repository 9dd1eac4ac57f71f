import type { SelectedImages } from '../../contract/query';
import { toRanges } from '../changes/image-ranges';
import { DuplicateLists } from '../duplicate-lists';
import { idsOf } from '../selected-images';
import { findNearDuplicates } from '../work/find-near-duplicates';
import type { Services } from '../services';
import type { Procedures } from './procedures';

export const curateRouter = (procedures: Procedures, s: Services) => {
  const { curate } = procedures;
  const duplicates = new DuplicateLists(s);
  const rangesOf = async (selected: SelectedImages) => toRanges(await idsOf(s, selected));
  return {
    tags: curate.tags.handler(({ input }) => s.library.db.read.imageTags.ofCollection(s.collections.get(input.collection).id)),
    tag: curate.tag.handler(async ({ input }) => s.journal.do({ kind: 'tag', tag: input.tag, images: await rangesOf(input) })),
    untag: curate.untag.handler(async ({ input }) => s.journal.do({ kind: 'untag', tag: input.tag, images: await rangesOf(input) })),
    exclude: curate.exclude.handler(async ({ input }) => s.journal.do({ kind: 'exclude', images: await rangesOf(input) })),
    include: curate.include.handler(async ({ input }) => s.journal.do({ kind: 'include', images: await rangesOf(input) })),
    findNearDuplicates: curate.findNearDuplicates.handler(({ input }) => {
      const run = s.runs.usable(input.run);
      const collection = s.collections.get(input.collection);
      const title = `Near-duplicates in "${collection.name}"`;
      return { job: s.jobs.start({ kind: 'near-duplicates', title, lane: 'near-duplicates', uses: [`run ${run.id}`, `collection ${collection.id}`] }, (job) => findNearDuplicates(s, input, job)) };
    }),
    nearDuplicates: curate.nearDuplicates.handler(({ input }) => duplicates.page(input)),
    excludeDuplicates: curate.excludeDuplicates.handler(({ input: { image, ...asked } }) => s.journal.do({ kind: 'exclude', images: toRanges(duplicates.others(asked, image)) })),
    history: curate.history.handler(() => s.journal.history()),
    undo: curate.undo.handler(() => s.journal.undo()),
    redo: curate.redo.handler(() => s.journal.redo()),
  };
};
