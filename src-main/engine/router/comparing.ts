import { RunReports } from '../run-report';
import type { Services } from '../services';
import type { Procedures } from './procedures';

/** Procedures of `runs` that compare them and keep what the user says of them. */
export function comparingRouter(procedures: Procedures, s: Services) {
  const reports = new RunReports(s);
  return {
    compare: procedures.runs.compare.handler(({ input }) => {
      for (const run of input.runs) s.trainings.flush(run);
      return s.comparison.of(input);
    }),
    report: procedures.runs.report.handler(({ input }) => reports.of(input.runs, input.scheme)),
    star: procedures.runs.star.handler(({ input }) => s.journal.do({ kind: 'star-runs', ...input })),
    note: procedures.runs.note.handler(({ input: { goesOn, ...change } }) => s.journal.do({ kind: 'note-run', ...change }, { goesOn })),
  };
}
