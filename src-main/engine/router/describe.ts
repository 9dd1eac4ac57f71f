import { describeImage } from '../work/describe-image';
import type { Services } from '../services';
import type { Procedures } from './procedures';

export const describeRouter = (procedures: Procedures, s: Services) => ({
  file: procedures.describe.file.handler(async ({ input }) =>
    describeImage(s, { run: input.run, collection: input.collection, name: input.name, bytes: Buffer.from(await input.file.arrayBuffer()), neighbours: input.neighbours }),
  ),
});
