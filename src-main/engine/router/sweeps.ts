import type { Services } from '../services';
import type { Procedures } from './procedures';

export const sweepsRouter = (procedures: Procedures, { sweeps }: Services) => ({
  list: procedures.sweeps.list.handler(() => sweeps.list()),
  plan: procedures.sweeps.plan.handler(({ input: { measure, ...request }, signal }) => sweeps.plan(request, { measure, signal })),
  start: procedures.sweeps.start.handler(({ input: { goOn, ...request } }) => sweeps.start(request, { goOn })),
  get: procedures.sweeps.get.handler(({ input }) => sweeps.status(input.sweep)),
  watch: procedures.sweeps.watch.handler(({ input, signal }) => sweeps.watch(input.sweep, signal)),
  stop: procedures.sweeps.stop.handler(({ input }) => sweeps.stop(input.sweep)),
  resume: procedures.sweeps.resume.handler(({ input }) => sweeps.resume(input.sweep)),
  retry: procedures.sweeps.retry.handler(({ input }) => sweeps.retry(input.sweep, input.variant)),
  remove: procedures.sweeps.remove.handler(({ input }) => sweeps.remove(input.sweep)),
});
