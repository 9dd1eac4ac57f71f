import { comparisonSummary, compareRuns, standingComparison } from '../work/compare-runs';
import type { Services } from '../services';
import type { Procedures } from './procedures';

export const compareRouter = (procedures: Procedures, s: Services) => ({
  of: procedures.compare.of.handler(({ input }) => {
    s.runs.get(input.run);
    s.runs.get(input.other);
    s.collections.get(input.collection);
    const found = standingComparison(s, input);
    return found && comparisonSummary(found);
  }),
  compute: procedures.compare.compute.handler(({ input }) => {
    const [run, other, collection] = [s.runs.usable(input.run), s.runs.usable(input.other), s.collections.get(input.collection)];
    const title = `"${run.name}" beside "${other.name}" on "${collection.name}"`;
    return { job: s.jobs.start({ kind: 'compare', title, lane: 'map', uses: [`run ${run.id}`, `run ${other.id}`, `collection ${collection.id}`] }, (job) => compareRuns(s, input, job)) };
  }),
});
