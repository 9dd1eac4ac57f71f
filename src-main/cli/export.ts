import path from 'node:path';
import { colourings, exportFormats } from '../contract/export';
import { UsageError, wholeNumber } from './arguments';
import { type Command, text } from './command';
import { withEngine } from './engine-connection';
import { followJob, noteFailures } from './follow-job';
import { findCollection, findRun } from './known-names';
import { count } from './wording';

export const exportCommand: Command = {
  name: 'export',
  summary: 'Write images, descriptions and embeddings as Parquet, CSV, JSON Lines, NumPy, TensorBoard Projector files or a web page.',
  options: {
    collection: { value: 'NAME', required: true, help: 'The collection.' },
    out: { value: 'DIR', required: true, help: 'Folder for the files: empty, or not there yet.' },
    format: { value: 'FORMAT', help: `One of ${exportFormats.join(', ')}.`, default: 'parquet' },
    run: { value: 'RUN', help: 'Run whose descriptions, embeddings and map are meant.' },
    query: { value: 'QUERY', help: 'Which images, in the language of the search box. Default: all that are not excluded.', default: '' },
    embeddings: { help: 'Add the embedding of each image.' },
    neighbours: { value: 'N', help: 'Name the N nearest of the exported images for each one, as rows from 0.', default: '0' },
    thumbnails: { help: 'Add a small WebP of each image; to Projector files a sprite sheet.' },
    'colour-by': { value: 'WHAT', help: `What the web page colours its map by when it is opened: ${colourings.join(', ')} (symbols by position).`, default: 'label' },
  },
  notes: ['The columns are id, sha256, name, label, split, tags, excluded, symbol_1 and so on, and x and y where the run has a map of the collection.'],

  async run(invocation) {
    const { out, signal, values } = invocation;
    const format = oneOf('format', text(invocation, 'format'), exportFormats);
    const colourBy = oneOf('colour-by', text(invocation, 'colour-by'), colourings);
    const neighbours = wholeNumber('neighbours', text(invocation, 'neighbours'), 0, 100);
    const folder = path.resolve(text(invocation, 'out'));
    return withEngine(invocation, async (client) => {
      const collection = await findCollection(client, text(invocation, 'collection'));
      const run = values.run === undefined ? null : await findRun(client, text(invocation, 'run'));
      const request = { collection: collection.id, run: run?.id, selection: { query: text(invocation, 'query') }, format, colourBy, neighbours };
      const started = await client.host.exportPath({ ...request, embeddings: values.embeddings === true, thumbnails: values.thumbnails === true, path: folder });
      const job = await followJob(client, started.job, out, signal);
      noteFailures(job, out);
      const images = job.counts?.images ?? 0;
      out.result({ folder, format, collection: collection.name, run: run?.name ?? null, images, failures: job.failures }, job.summary ?? `${count(images)} images exported to ${folder}.`);
      return job.failureCount === 0;
    });
  },
};

function oneOf<T extends string>(flag: string, given: string, known: readonly T[]): T {
  const found = known.find((one) => one === given);
  if (!found) throw new UsageError(`--${flag} is one of ${known.join(', ')}, but "${given}" was given.`, { subject: `--${flag}` });
  return found;
}
