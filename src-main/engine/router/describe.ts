import { bytesAtOnce } from '../../contract/describing';
import { GlyphscopeError } from '../../contract/errors';
import { describeFiles } from '../work/describe-files';
import { alternativesAt, occlude, readingsOf } from '../work/describe-further';
import type { Services } from '../services';
import type { Procedures } from './procedures';

const bytesOf = async (file: Blob) => Buffer.from(await file.arrayBuffer());

export const describeRouter = (procedures: Procedures, s: Services) => ({
  files: procedures.describe.files.handler(async ({ input, signal }) => {
    const bytes = input.files.reduce((sum, { file }) => sum + file.size, 0);
    if (input.files.length > 1 && bytes > bytesAtOnce)
      throw new GlyphscopeError('INVALID_INPUT', `The files have ${Math.ceil(bytes / 2 ** 20)} MB together.`, { subject: 'files', remedy: `Send at most ${bytesAtOnce >> 20} MB at once, or one file alone.` });
    return describeFiles(s, input.run, await Promise.all(input.files.map(async ({ name, file }) => ({ name, bytes: await bytesOf(file) }))), signal);
  }),
  alternatives: procedures.describe.alternatives.handler(({ input }) => alternativesAt(s, input)),
  readings: procedures.describe.readings.handler(({ input }) => readingsOf(s, input)),
  occlude: procedures.describe.occlude.handler(async function* ({ input, signal }) {
    yield* occlude(s, { run: input.run, grid: input.grid, file: { name: input.name, bytes: await bytesOf(input.file) } }, signal);
  }),
});
