import type { Command } from './command';
import { withEngine } from './engine-connection';
import { count, table } from './wording';

export const collectionsCommand: Command = {
  name: 'collections',
  summary: 'List the collections of the library.',
  options: {},

  async run(invocation) {
    return withEngine(invocation, async (client) => {
      const collections = await client.collections.list();
      const rows = collections.map((c) => [c.name, count(c.images), count(c.labels.length), count(c.splits.train), count(c.splits.test), count(c.failed)]);
      const none = 'No collection yet: `glyphscope import PATH --collection NAME` makes one.';
      invocation.out.result({ collections }, collections.length === 0 ? none : table(['collection', 'images', 'labels', 'train', 'test', 'not read'], rows));
      return true;
    });
  },
};
