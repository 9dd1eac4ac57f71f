import path from 'node:path';
import { type Command, text } from './command';
import { withEngine } from './engine-connection';
import { followJob } from './follow-job';
import { count } from './wording';

export const importCommand: Command = {
  name: 'import',
  summary: 'Import a folder, a .zip or a .tar.gz of images into a collection.',
  operand: { name: 'PATH', many: false, help: 'Folder or archive. train/ and test/ become splits, class folders become labels.' },
  options: { collection: { value: 'NAME', required: true, help: 'The collection: made when it is new, added to when it is there.' } },
  notes: ['Files that cannot be read are listed by name and reason; the rest go on. Importing again does no work.'],

  async run(invocation) {
    const { out, signal, files } = invocation;
    const name = text(invocation, 'collection');
    return withEngine(invocation, async (client) => {
      const started = await client.host.importPath({ path: path.resolve(files[0]), collection: name });
      const job = await followJob(client, started.job, out, signal);
      const collection = (await client.collections.list()).find((one) => one.name === name.trim());
      const failures = collection && job.failureCount > job.failures.length ? await client.collections.failures({ collection: collection.id }) : job.failures;
      const { imported = 0, known = 0 } = job.counts ?? {};
      for (const failure of failures) out.note(`  ${failure.name}: ${failure.reason}`);
      out.result(
        { collection: name, images: collection?.images ?? 0, imported, known, failed: job.failureCount, failures },
        `${count(imported)} imported, ${count(known)} known already, ${count(job.failureCount)} could not be read. "${name}" has ${count(collection?.images ?? 0)} images.`,
      );
      return job.failureCount === 0;
    });
  },
};
