import type { Services } from '../services';
import type { Procedures } from './procedures';

/** Procedures of `runs` that compare them and keep what the user says of them. */
export const comparingRouter = (procedures: Procedures, s: Services) => ({
  compare: procedures.runs.compare.handler(({ input }) => {
    for (const run of input.runs) s.trainings.flush(run);
    return s.comparison.of(input);
  }),
  star: procedures.runs.star.handler(({ input }) => s.journal.do({ kind: 'star-runs', ...input })),
  note: procedures.runs.note.handler(({ input: { goesOn, ...change } }) => s.journal.do({ kind: 'note-run', ...change }, { goesOn })),
});
