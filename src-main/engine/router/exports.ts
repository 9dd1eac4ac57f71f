import { realpath, stat } from 'node:fs/promises';
import { GlyphscopeError } from '../../contract/errors';
import type { ExportRequest } from '../../contract/export';
import { freeFolder } from '../exports';
import { prepareExport } from '../work/export-images';
import type { Services } from '../services';
import type { Procedures } from './procedures';

/** Starts an export as a job; `place` gives its folder once the job's id and the export's name are known. */
export async function startExport(s: Services, request: ExportRequest, place: (o: { job: string; name: string }) => string | Promise<string>): Promise<{ job: string }> {
  const { title, name, uses, work } = await prepareExport(s, request);
  return { job: s.jobs.start({ kind: 'export', title, lane: 'export', uses }, async (job) => work(await place({ job: job.id, name }), job)) };
}

/** The folder that was granted to export into. @throws GlyphscopeError NOT_FOUND for the grant, INVALID_INPUT when it is no folder */
export async function grantedFolder({ grants }: Pick<Services, 'grants'>, grant: string): Promise<string> {
  const chosen = grants.take(grant, 'export');
  const parent = await realpath(chosen).catch(() => chosen);
  if (!(await stat(parent).catch(() => null))?.isDirectory()) throw new GlyphscopeError('INVALID_INPUT', `${parent} is no folder.`, { subject: parent, remedy: 'Choose a folder.' });
  return parent;
}

export const exportsRouter = (procedures: Procedures, s: Services) => ({
  toGrant: procedures.exports.toGrant.handler(async ({ input: { grant, ...request } }) => {
    const parent = await grantedFolder(s, grant);
    return startExport(s, request, ({ name }) => freeFolder(parent, name));
  }),
  toDownload: procedures.exports.toDownload.handler(({ input }) => startExport(s, input, ({ job }) => s.exports.folder(job))),
  files: procedures.exports.files.handler(({ input }) => s.exports.files(input.job)),
});
