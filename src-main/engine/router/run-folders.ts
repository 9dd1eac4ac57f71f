import { basename } from 'node:path';
import type { RunExportRequest } from '../../contract/run-folder';
import { freeFolder } from '../exports';
import { prepareRunExport } from '../work/export-run';
import { importRun } from '../work/import-run';
import type { Services } from '../services';
import { grantedFolder } from './exports';
import type { Procedures } from './procedures';

/** Starts the export of a run into a folder; `place` gives it once the run's name is known. */
export function startRunExport(s: Services, request: RunExportRequest, place: (name: string) => string | Promise<string>): { job: string } {
  const { title, name, uses, toFolder } = prepareRunExport(s, request);
  return { job: s.jobs.start({ kind: 'export', title, lane: 'export', uses }, async (job) => toFolder(await place(name), job)) };
}

/** Starts the import of an exported run. @param discard called when it has ended */
export function startRunImport(s: Services, path: string, name: string | undefined, discard: () => Promise<void> = () => Promise.resolve()): { job: string } {
  return { job: s.jobs.start({ kind: 'import-run', title: `Import of the run ${name ?? basename(path)}`, lane: 'import' }, (job) => importRun(s, { path, name }, job).finally(discard)) };
}

export const runFoldersRouter = ({ runFolders: procedures }: Procedures, s: Services) => ({
  toGrant: procedures.toGrant.handler(async ({ input: { grant, ...request } }) => {
    const parent = await grantedFolder(s, grant);
    return startRunExport(s, request, (name) => freeFolder(parent, name));
  }),
  toDownload: procedures.toDownload.handler(({ input }) => {
    const { title, uses, toArchive } = prepareRunExport(s, input);
    return { job: s.jobs.start({ kind: 'export', title, lane: 'export', uses }, (job) => toArchive(s.exports.folder(job.id), job)) };
  }),
  fromGrant: procedures.fromGrant.handler(({ input }) => startRunImport(s, s.grants.take(input.grant, 'run'), input.name)),
  finishUpload: procedures.finishUpload.handler(({ input }) => {
    const { path, discard } = s.uploads.finish(input.upload);
    return startRunImport(s, path, input.name, discard);
  }),
});
