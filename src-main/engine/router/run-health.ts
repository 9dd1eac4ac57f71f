import type { Services } from '../services';
import type { Procedures } from './procedures';

/** What is wrong with runs, what happens to them, and their order. */
export const healthRouter = (procedures: Procedures, s: Services) => ({
  discard: procedures.runs.discard.handler(async ({ input }) => {
    await s.trainings.stop(input.run, { discard: true });
    return s.deletedRuns.delete([input.run]);
  }),
  moveInQueue: procedures.runs.moveInQueue.handler(({ input }) => s.trainings.moveInQueue(input.run, input.place)),
  health: procedures.runs.health.handler(({ input }) => [...s.trainings.health.of(s.runs.get(input.run))]),
  news: procedures.runs.news.handler(({ signal }) => s.trainings.news.follow(signal)),
});
