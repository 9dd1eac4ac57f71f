import type { Services } from '../services';
import type { Procedures } from './procedures';

export const deletedRunsRouter = ({ deletedRuns: procedures }: Procedures, { deletedRuns }: Services) => ({
  list: procedures.list.handler(() => ({ runs: deletedRuns.list(), keptDays: deletedRuns.keptDays })),
  restore: procedures.restore.handler(({ input }) => deletedRuns.restore(input.runs)),
  empty: procedures.empty.handler(({ input }) => deletedRuns.empty(input.runs)),
  keep: procedures.keep.handler(({ input }) => deletedRuns.setKeptDays(input.days)),
});
