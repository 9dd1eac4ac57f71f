import { hostname } from 'node:os';
import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import { ImageStore } from '../dataset/image-store';
import { Journal } from './changes/journal';
import { Collections } from './collections';
import { Compute } from './compute';
import { Estimates } from './estimates';
import { installEmbeddedRun } from './embedded-run';
import { DeletedRuns } from './deleted-runs';
import { serveExports } from './export-route';
import { Exports } from './exports';
import { Grants } from './grants';
import { ImageFiles } from './image-files';
import { serveImages } from './image-routes';
import { isUnderWay, JobBoard } from './jobs';
import { openLibrary } from './library';
import { Lifetime } from './lifetime';
import { findLocations } from './locations';
import { serveComparisons } from './comparison-route';
import { serveMatches } from './match-route';
import { makeRouter, type EngineRouter } from './router';
import { recoverRuns } from './run-card';
import { RunComparison } from './run-comparison';
import { Runs } from './runs';
import { startServer, type EngineServer } from './server';
import type { Services } from './services';
import { Students } from './students';
import { Sweeps } from './sweeps';
import { Teachers } from './teachers';
import { Trainings } from './trainings';
import { Uploads } from './uploads';
import { Vectors } from './vectors';
import { beginFirstLaunch } from './work/first-launch';

export interface EngineOptions {
  /** The library's folder; made when it is not there. */
  library: string;
  /** Where to listen; null: only for callers in this process. */
  listen: Listening | null;
  /**
   * For a window, not for one command: fill an empty library with the sample, keep the default run's student ready, and
   * describe a collection as soon as a run has been trained on it.
   */
  firstLaunch: boolean;
  /** One line about something that nobody asked for but somebody may want to know. */
  log: (line: string) => void;
}

export interface Listening {
  host: string;
  /** 0: any free one. */
  port: number;
  /** The page is shown on another machine, through a tunnel that begins at this port there (null: at `port`). */
  tunnel?: { port: number | null };
}

export interface EngineAddress {
  origin: string;
  port: number;
  /** Opens everything; for the shell and the command line. */
  hostToken: string;
  /** Exchanged by the page for a session. */
  pageToken: string;
  /** Opens the page and a session with it, there where the page is shown. */
  link: string;
}

export interface Engine {
  /** Null when it does not listen. */
  readonly address: EngineAddress | null;
  /** For callers in this process: `createRouterClient(engine.router, { context: { rights: 'host' } })`. */
  readonly router: EngineRouter;
  /** For whoever started it for a window, and tells it when that has gone. */
  readonly lifetime: Lifetime;
  /** Resolves when the engine was asked to end; the owner then calls `close`. */
  readonly ended: Promise<void>;
  /** Ends in an orderly way: jobs are interrupted, trainers write a checkpoint, children end, the library is let go. */
  close(): Promise<void>;
}

/**
 * Starts the engine of a library.
 * @throws GlyphscopeError LIBRARY_IN_USE, LIBRARY_NEWER, INVALID_INPUT (folder, port)
 */
export async function startEngine(o: EngineOptions): Promise<Engine> {
  const locations = findLocations();
  const library = openLibrary(o.library);
  try {
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const { db, directory } = library;
    const packs = ImageStore.open(join(directory, 'images'));
    const teachers = new Teachers({ resources: locations.resources, db, packs, library: directory, worker: locations.entries.images, log: o.log });
    const jobs = new JobBoard(db, o.log);
    const collections = new Collections(db);
    const runs = new Runs(db, directory, o.log);
    const compute = new Compute({ node: locations.node, entry: locations.entries.backend });
    const students = new Students(runs, locations, compute, o.log);
    const base = { locations, library, compute, jobs, collections, runs, comparison: new RunComparison(db), packs, teachers, students, log: o.log };
    let server: EngineServer | null = null;
    const journal = new Journal(db, (run) => runs.keepCard(run));
    const services: Services = {
      ...base,
      journal,
      deletedRuns: new DeletedRuns({ ...base, journal }),
      images: new ImageFiles(packs),
      vectors: new Vectors({ db, runs, teachers, entries: locations.entries }),
      trainings: new Trainings(base, { describe: o.firstLaunch }),
      estimates: new Estimates(base),
      // A sweep asks what a window would ask.
      sweeps: new Sweeps(base, () => createRouterClient(router, { context: { rights: 'page' } })),
      grants: new Grants(),
      uploads: new Uploads(join(directory, 'uploads')),
      exports: new Exports(join(directory, 'exports')),
      shutdown: () => void setImmediate(end),
      page: () => (server ? { origin: server.origin, pageToken: server.authentication.pageToken } : null),
      lifetime: new Lifetime({ busy: () => worksOn(services), end }),
      host: hostname(),
      remote: o.listen !== null && (o.listen.tunnel !== undefined || !isLoopback(o.listen.host)),
    };
    const router = makeRouter(services);
    server = o.listen && (await listen(services, router, o.listen));
    const address = server && addressOf(server);
    library.lock.publish({ pid: process.pid, port: address?.port ?? 0, hostToken: address?.hostToken ?? '', link: address?.link ?? '' });
    // A promise that nobody waited for is a defect, and no reason to take the user's work down with the engine.
    const defect = (error: unknown) => o.log(`A failure that nobody waited for: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    if (o.listen) process.on('unhandledRejection', defect);
    const beginning = begin(services, o).catch((error: Error) => o.log(`The start was not completed: ${error.stack ?? error.message}`));
    if (!o.listen) await beginning; // a single command asks at once, and would not find the run that comes with the app
    let closed: Promise<void> | null = null;
    return {
      address,
      router,
      lifetime: services.lifetime,
      ended,
      close: () => (closed ??= beginning.then(() => close(services, server)).finally(() => process.off('unhandledRejection', defect))),
    };
  } catch (error) {
    library.close();
    throw error;
  }
}

/** Whether work goes on that the user waits for. */
const worksOn = (s: Services) => s.trainings.busy || s.sweeps.busy || s.jobs.list().some(isUnderWay);

const isLoopback = (host: string) => host === 'localhost' || host === '::1' || host.startsWith('127.');

function addressOf({ origin, pageOrigin, port, authentication: { hostToken, pageToken } }: EngineServer): EngineAddress {
  return { origin, port, hostToken, pageToken, link: `${pageOrigin}/#token=${pageToken}` };
}

function listen(s: Services, router: EngineRouter, { host, port, tunnel }: Listening): Promise<EngineServer> {
  return startServer({
    host,
    port,
    tunnelPort: tunnel?.port ?? undefined,
    page: s.locations.page,
    router,
    log: s.log,
    routes: (app) => {
      serveMatches(app, s);
      serveComparisons(app, s);
      serveExports(app, s);
      serveImages(app, {
        db: s.library.db,
        library: s.library.directory,
        read: (image) => s.images.read(image),
        thumbnail: (bytes, name, size) => s.teachers.images.thumbnail(bytes, name, size),
        log: s.log,
      });
    },
  });
}

/** What goes on by itself once the engine answers. */
async function begin(s: Services, o: EngineOptions): Promise<void> {
  const { db, directory, notices } = s.library;
  if (o.listen) void s.compute.plan('auto').catch((error: Error) => s.log(`Which backend to use could not be found out: ${error.message}`)); // shown in the status bar
  const found = await recoverRuns(db, join(directory, 'runs'), s.log);
  if (found.length)
    notices.push(`${found.length === 1 ? 'One run was' : `${found.length} runs were`} found in the library's folder and put back: ${found.join(', ')}.`);
  for (const notice of notices) s.log(notice);
  s.collections.finishRemovals();
  s.deletedRuns.begin();
  s.trainings.interruptLeftOver();
  s.sweeps.adopt();
  const embedded = await installEmbeddedRun(s);
  if (o.listen) s.comparison.beginCatchingUp(s.log);
  if (!o.firstLaunch) return;
  beginFirstLaunch(s, embedded);
  s.sweeps.goOn();
  s.trainings.advanceQueue();
  void s.trainings.health.lookAtOlder().catch((error: Error) => s.log(`Earlier runs could not be looked at: ${error.message}`));
  const run = s.runs.default();
  // Ready before the first image is dropped. What keeps it from starting is told when it is needed.
  if (run) void s.students.warm(run.id).catch((error: Error) => s.log(`The student of "${run.name}" did not start: ${error.message}`));
}

async function close(s: Services, server: EngineServer | null): Promise<void> {
  const failures: unknown[] = [];
  const attempt = (work: () => Promise<void> | void) => Promise.resolve().then(work).catch((error: unknown) => failures.push(error));
  await attempt(() => server?.close());
  // Trainings are told first: what they then write says that the engine ended them.
  await Promise.all([attempt(() => s.jobs.close()), attempt(() => s.trainings.close()), attempt(() => s.sweeps.close())]);
  await Promise.all([attempt(() => s.students.close()), attempt(() => s.vectors.close()), attempt(() => s.teachers.close()), attempt(() => s.collections.close())]);
  await attempt(() => s.deletedRuns.close());
  await attempt(() => s.packs.close());
  await attempt(() => s.comparison.close());
  await attempt(() => s.runs.close());
  s.library.close();
  for (const failure of failures) s.log(`While ending: ${failure instanceof Error ? (failure.stack ?? failure.message) : String(failure)}`);
}
