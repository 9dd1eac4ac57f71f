import type { Services } from '../services';
import { collectionsRouter } from './collections';
import { compareRouter } from './compare';
import { curateRouter } from './curate';
import { deletedRunsRouter } from './deleted-runs';
import { describeRouter } from './describe';
import { exploreRouter } from './explore';
import { exportsRouter } from './exports';
import { featuresRouter } from './features';
import { hostRouter } from './host';
import { imagesRouter } from './images';
import { importsRouter } from './imports';
import { jobsRouter } from './jobs';
import { makeProcedures } from './procedures';
import { runFoldersRouter } from './run-folders';
import { runsRouter } from './runs';
import { sweepsRouter } from './sweeps';
import { systemRouter } from './system';
import { teachersRouter } from './teachers';
import { viewsRouter } from './views';

/** Every procedure of the contract with its function; one file for each group. */
export function makeRouter(s: Services) {
  const procedures = makeProcedures(s.log);
  return procedures.router({
    system: systemRouter(procedures, s),
    collections: collectionsRouter(procedures, s),
    images: imagesRouter(procedures, s),
    curate: curateRouter(procedures, s),
    views: viewsRouter(procedures, s),
    jobs: jobsRouter(procedures, s),
    imports: importsRouter(procedures, s),
    exports: exportsRouter(procedures, s),
    teachers: teachersRouter(procedures, s),
    features: featuresRouter(procedures, s),
    runs: runsRouter(procedures, s),
    deletedRuns: deletedRunsRouter(procedures, s),
    runFolders: runFoldersRouter(procedures, s),
    sweeps: sweepsRouter(procedures, s),
    describe: describeRouter(procedures, s),
    explore: exploreRouter(procedures, s),
    compare: compareRouter(procedures, s),
    host: hostRouter(procedures, s),
  });
}
export type EngineRouter = ReturnType<typeof makeRouter>;
