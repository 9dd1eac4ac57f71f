import { resolveConfig } from '../../contract/presets';
import { canPlace, startPlacing } from '../work/compute-map';
import { encodeCollection } from '../work/encode';
import { evaluateRun, measureFewShot, measureStatistics } from '../work/evaluate';
import { studentLane } from '../runs';
import type { Services } from '../services';
import { readStretch } from '../curve-stretch';
import { readSnapshots } from '../run-snapshots';
import { resolvePlan } from '../training-plan';
import { comparingRouter } from './comparing';
import { healthRouter } from './run-health';
import type { Procedures } from './procedures';

const usesOf = (run: { id: number }, collection: { id: number }) => [`run ${run.id}`, `collection ${collection.id}`];

export const runsRouter = (procedures: Procedures, s: Services) => ({
  list: procedures.runs.list.handler(() => s.runs.list()),
  get: procedures.runs.get.handler(({ input }) => s.runs.show(input.run)),
  configure: procedures.runs.configure.handler(({ input }) => resolveConfig(input)),
  start: procedures.runs.start.handler(async ({ input: { name, sweep, atOnce, ...plan } }) => {
    const { collection, config, chosen, weights } = await resolvePlan(s, plan);
    return s.runs.show(await s.trainings.start(name, collection.id, config, { sweep, chosen, weights, atOnce }));
  }),
  estimate: procedures.runs.estimate.handler(async function* ({ input: { measure, ...plan }, signal }) {
    yield* s.estimates.watch(plan, { measure, signal });
  }),
  pause: procedures.runs.pause.handler(({ input }) => s.trainings.pause(input.run)),
  resume: procedures.runs.resume.handler(({ input }) => s.trainings.resume(input.run, { atOnce: input.atOnce })),
  stop: procedures.runs.stop.handler(({ input }) => s.trainings.stop(input.run)),
  ...healthRouter(procedures, s),
  remove: procedures.runs.remove.handler(({ input }) => s.deletedRuns.delete(input.runs)),
  diskUse: procedures.runs.diskUse.handler(({ input }) => Promise.all(input.runs.map((run) => s.runs.diskUse(run)))),
  curves: procedures.runs.curves.handler(({ input }) => {
    s.trainings.flush(input.run);
    return s.runs.curves(input.run, input.points);
  }),
  stretch: procedures.runs.stretch.handler(({ input, signal }) => {
    s.runs.get(input.run);
    s.trainings.flush(input.run);
    return readStretch(s.library.db, input, signal);
  }),
  snapshots: procedures.runs.snapshots.handler(({ input }) => {
    s.trainings.flush(input.run);
    return readSnapshots(s.library.db, s.runs.get(input.run));
  }),
  ...comparingRouter(procedures, s),
  watch: procedures.runs.watch.handler(({ input, signal }) => s.trainings.watch(input.run, input.step, signal)),
  encode: procedures.runs.encode.handler(({ input }) => {
    const run = s.runs.usable(input.run);
    const collection = s.collections.get(input.collection);
    const title = `Describe "${collection.name}" with "${run.name}"`;
    return { job: s.jobs.start({ kind: 'encode', title, lane: studentLane(run), uses: usesOf(run, collection) }, async (job) => {
      const outcome = await encodeCollection(s, run.id, collection.id, job);
      if (outcome.counts?.computed && canPlace(s, { run: run.id, collection: collection.id })) startPlacing(s, run, collection);
      return outcome;
    }) };
  }),
  evaluate: procedures.runs.evaluate.handler(({ input }) => {
    const run = s.runs.usable(input.run);
    const collection = s.collections.get(input.collection);
    const title = `Evaluate "${run.name}" on "${collection.name}"`;
    return { job: s.jobs.start({ kind: 'evaluate', title, lane: studentLane(run), uses: usesOf(run, collection) }, (job) => evaluateRun(s, run.id, collection.id, job)) };
  }),
  evaluation: procedures.runs.evaluation.handler(({ input }) => {
    s.runs.get(input.run);
    s.collections.get(input.collection);
    return s.library.db.read.runDocuments.of('evaluation', input.run, input.collection);
  }),
  measureFewShot: procedures.runs.measureFewShot.handler(({ input: { run: id, collection: of, ...options } }) => {
    const run = s.runs.usable(id);
    const collection = s.collections.get(of);
    const title = `Few-shot figures of "${run.name}" on "${collection.name}"`;
    return { job: s.jobs.start({ kind: 'few-shot', title, lane: studentLane(run), uses: usesOf(run, collection) }, (job) => measureFewShot(s, { run: run.id, collection: collection.id, options }, job)) };
  }),
  fewShot: procedures.runs.fewShot.handler(({ input }) => {
    s.runs.get(input.run);
    s.collections.get(input.collection);
    return s.library.db.read.runDocuments.of('few-shot', input.run, input.collection);
  }),
  measureStatistics: procedures.runs.measureStatistics.handler(({ input }) => {
    const run = s.runs.usable(input.run);
    const collection = s.collections.get(input.collection);
    const title = `Language of "${run.name}" on "${collection.name}"`;
    return { job: s.jobs.start({ kind: 'statistics', title, lane: studentLane(run), uses: usesOf(run, collection) }, (job) => measureStatistics(s, run.id, collection.id, job)) };
  }),
  statistics: procedures.runs.statistics.handler(({ input }) => {
    s.runs.get(input.run);
    s.collections.get(input.collection);
    return s.library.db.read.runDocuments.of('statistics', input.run, input.collection);
  }),
  hues: procedures.runs.hues.handler(({ input }) => s.students.hues(input.run)),
});
