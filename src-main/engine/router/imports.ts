import { GlyphscopeError } from '../../contract/errors';
import { prepareImport } from '../work/import-images';
import type { Services } from '../services';
import type { Procedures } from './procedures';

/** Largest file of an upload, in bytes: what fits into one message. */
const largestUpload = 64 << 20;

export const importsRouter = (procedures: Procedures, s: Services) => ({
  fromGrant: procedures.imports.fromGrant.handler(async ({ input }) => {
    const { title, work } = await prepareImport(s, { path: s.grants.take(input.grant, 'import'), collection: input.collection, copy: false });
    return { job: s.jobs.start({ kind: 'import', title, lane: 'import' }, work) };
  }),
  beginUpload: procedures.imports.beginUpload.handler(async () => ({ upload: await s.uploads.begin() })),
  uploadFile: procedures.imports.uploadFile.handler(({ input }) => {
    if (input.file.size > largestUpload)
      throw new GlyphscopeError('IMAGE_TOO_LARGE', `${input.name} has more than 64 MB.`, { subject: input.name, remedy: 'Import its folder in the window, or with the command line.' });
    return s.uploads.add(input.upload, input.name, input.file);
  }),
  finishUpload: procedures.imports.finishUpload.handler(async ({ input }) => {
    const { path, discard } = s.uploads.finish(input.upload);
    try {
      const { title, work } = await prepareImport(s, { path, collection: input.collection, copy: true, place: `upload ${input.upload}` });
      return { job: s.jobs.start({ kind: 'import', title, lane: 'import' }, (job) => work(job).finally(discard)) };
    } catch (error) {
      await discard();
      throw error;
    }
  }),
});
