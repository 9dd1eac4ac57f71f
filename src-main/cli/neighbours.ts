import path from 'node:path';
import type { Neighbour } from '../contract/explore';
import { wholeNumber } from './arguments';
import { type Command, text } from './command';
import { withEngine } from './engine-connection';
import { findCollection, findRun } from './known-names';
import { count, table } from './wording';

export const neighboursCommand: Command = {
  name: 'neighbours',
  summary: 'Find the images most like a file: by embedding, and by the symbols they begin with.',
  operand: { name: 'FILE', many: false, help: 'An image file.' },
  options: {
    run: { value: 'RUN', required: true, help: 'The run.' },
    collection: { value: 'NAME', help: "Where to look. Default: the run's own collection." },
    k: { value: 'N', help: 'How many, 1 to 200.', default: '10' },
  },

  async run(invocation) {
    const { out, files, values } = invocation;
    const k = wholeNumber('k', text(invocation, 'k'), 1, 200);
    return withEngine(invocation, async (client) => {
      const run = await findRun(client, text(invocation, 'run'));
      const collection = await findCollection(client, typeof values.collection === 'string' ? values.collection : run.collection);
      const { description, neighbours } = await client.host.describePath({ run: run.id, collection: collection.id, path: path.resolve(files[0]), neighbours: k });
      const plain = ({ image, similarity, sharedPrefix }: Neighbour) => ({ name: image.name, label: image.label, split: image.split, similarity, sharedPrefix, symbols: image.symbols });
      const byPrefix = neighbours.byPrefix.map(({ length, total, items }) => ({ length, total, items: items.map(plain) }));
      out.result(
        { file: files[0], symbols: description.symbols, run: run.name, collection: collection.name, searched: neighbours.searched, byEmbedding: neighbours.byEmbedding.map(plain), byPrefix },
        [
          `${files[0]}: ${description.symbols.join(' ')}`,
          `Nearest of ${count(neighbours.searched)} images of "${collection.name}":`,
          '',
          rows(neighbours.byEmbedding),
          ...byPrefix.filter(({ total }) => total > 0).map(({ length, total }) => `${count(total)} begin with the same ${length === 1 ? 'symbol' : `${length} symbols`}.`),
        ].join('\n'),
      );
      return true;
    });
  },
};

const rows = (found: readonly Neighbour[]) =>
  table(
    ['similarity', 'shared', 'label', 'symbols', 'image'],
    found.map(({ image, similarity, sharedPrefix }) => [similarity.toFixed(4), String(sharedPrefix), image.label ?? '', (image.symbols ?? []).join(' '), image.name]),
  ) + '\n';
