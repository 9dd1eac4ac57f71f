import type { Services } from '../services';
import type { Procedures } from './procedures';

export const jobsRouter = (procedures: Procedures, { jobs }: Services) => ({
  list: procedures.jobs.list.handler(() => jobs.list()),
  watch: procedures.jobs.watch.handler(({ signal }) => jobs.watch(signal)),
  cancel: procedures.jobs.cancel.handler(({ input }) => jobs.cancel(input.job)),
  dismiss: procedures.jobs.dismiss.handler(({ input }) => jobs.dismiss(input.job)),
});
