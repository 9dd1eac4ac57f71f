import { realpath, stat } from 'node:fs/promises';
import { GlyphscopeError } from '../../contract/errors';
import { readRegularFile } from '../../dataset/regular-file';
import { largestFile } from '../../dataset/source';
import { copyCollection } from '../../database/collection-copy';
import { breathe } from '../../evaluation/breathe';
import { adoptRun } from '../adopted-runs';
import { keepsNoEmbeddedRun } from '../embedded-run';
import { describeImage } from '../work/describe-image';
import { prepareImport } from '../work/import-images';
import type { Services } from '../services';
import { startExport } from './exports';
import type { Procedures } from './procedures';
import { startRunExport, startRunImport } from './run-folders';
import { startAddingTeacher } from './teachers';

export const hostRouter = (procedures: Procedures, s: Services) => ({
  grant: procedures.host.grant.handler(async ({ input }) => {
    await stat(input.path).catch((error: NodeJS.ErrnoException) => {
      throw new GlyphscopeError('SOURCE_UNREADABLE', `${input.path} cannot be opened (${error.code ?? error.message}).`, { subject: input.path, cause: error });
    });
    return s.grants.give(input.path, input.purpose);
  }),
  exportPath: procedures.host.exportPath.handler(({ input: { path, ...request } }) => startExport(s, request, () => path)),
  importPath: procedures.host.importPath.handler(async ({ input }) => {
    const { title, work } = await prepareImport(s, { path: input.path, collection: input.collection, copy: false });
    return { job: s.jobs.start({ kind: 'import', title, lane: 'import' }, work) };
  }),
  exportRunPath: procedures.host.exportRunPath.handler(({ input: { path, ...request } }) => startRunExport(s, request, () => path)),
  importRunPath: procedures.host.importRunPath.handler(({ input }) => startRunImport(s, input.path, input.name)),
  describePath: procedures.host.describePath.handler(async ({ input }) => {
    const { path, ...asked } = input;
    const real = await realpath(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') throw new GlyphscopeError('NOT_FOUND', `There is no file ${path}.`, { subject: path, remedy: 'Check the path.', cause: error });
      return path; // what is wrong with it is told when it is read
    });
    return describeImage(s, { ...asked, name: path, bytes: readRegularFile(real, path, largestFile) });
  }),
  addTeacher: procedures.host.addTeacher.handler(({ input: { from, ...wishes } }) => startAddingTeacher(s, from, wishes)),
  copyCollection: procedures.host.copyCollection.handler(async ({ input: { collection, path } }) => {
    s.library.db.settle();
    for (const _ of copyCollection(s.library.file, s.collections.get(collection).id, path, keepsNoEmbeddedRun)) await breathe();
  }),
  keepSweep: procedures.host.keepSweep.handler(({ input }) => s.sweeps.keep(input)),
  adoptRun: procedures.host.adoptRun.handler(async ({ input }) => s.runs.show(await adoptRun(s, input))),
  takeOver: procedures.host.takeOver.handler(async function* ({ signal }) {
    const gone = s.lifetime.takeOver();
    try {
      yield s.page()!; // whoever asks came over the network
      await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
    } finally {
      gone();
    }
  }),
  leave: procedures.host.leave.handler(async ({ input: { trainings } }) => {
    s.lifetime.goOn(trainings === 'continue');
    if (trainings === 'stop') await s.trainings.stopAll();
  }),
  shutdown: procedures.host.shutdown.handler(() => void s.shutdown()),
});
