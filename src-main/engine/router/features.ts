import { requireTokens } from '../../teacher/tokens';
import type { Services } from '../services';
import type { Procedures } from './procedures';

export const featuresRouter = (procedures: Procedures, s: Services) => ({
  compute: procedures.features.compute.handler(({ input }) => {
    const collection = s.collections.get(input.collection);
    const teacher = s.teachers.get(input.teacher);
    if (input.tokens > 0) requireTokens(teacher.info, input.tokens);
    const title = `Features of "${collection.name}" by ${teacher.info.name}`;
    return {
      job: s.jobs.start({ kind: 'features', title, lane: 'features', uses: [`collection ${collection.id}`, `teacher ${teacher.info.name}`] }, async (job) => {
        const { computed, failed } = await teacher.ensure({
          collection: collection.id,
          views: input.views ? 'all' : 'none',
          tokens: input.tokens,
          signal: job.signal,
          onProgress: (at) => job.progress(at),
          onFailure: (failure) => job.fail(failure),
        });
        const summary = `${computed.toLocaleString('en')} images computed${failed ? `, ${failed.toLocaleString('en')} could not be read` : ''}.`;
        return { summary, counts: { computed, failed } };
      }),
    };
  }),
});
