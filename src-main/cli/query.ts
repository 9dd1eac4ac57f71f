import type { ImageItem } from '../contract/images';
import { QueryError, parseQuery } from '../contract/query-parser';
import { wholeNumber } from './arguments';
import { type Command, type Invocation, text } from './command';
import { withEngine } from './engine-connection';
import { findCollection, findRun } from './known-names';
import { count } from './wording';

/** Images asked for at a time. */
const atOnce = 1000;

export const queryCommand: Command = {
  name: 'query',
  summary: 'Find images of a collection by what is known of them: names, labels, tags, symbols, sizes.',
  operand: { name: 'QUERY', many: false, help: 'The query, in quotation marks: the same as in the search box of the window.' },
  options: {
    collection: { value: 'NAME', help: 'Where to look.', required: true },
    run: { value: 'RUN', help: 'The run whose symbols are meant and printed. Without it, symbols cannot be asked for.' },
    limit: { value: 'N', help: 'Print at most so many images.', default: '100' },
    count: { help: 'Print only how many images are found.' },
  },
  notes: [
    'A word is part of a file name. label:cat,dog  tag:"to check"  split:test  name:foo*  format:png  described:no  excluded:yes',
    '12 7 * (the first symbols, * is any)  has:45  has:45@3 (third position)  has:"a name"  width>64  height  bytes<=10k',
    'Terms side by side must all hold; or, not or -, and brackets combine them. docs/query.md explains it all.',
    'With --json: a line {"image", "name", "label", "split", "width", "height", "tags", "excluded", "symbols"} for each image, or {"count"}.',
  ],

  async run(invocation) {
    const { out, files, values, signal } = invocation;
    const query = checked(files[0], invocation);
    const limit = wholeNumber('limit', text(invocation, 'limit'), 1, 10_000_000);
    return withEngine(invocation, async (client) => {
      const collection = await findCollection(client, text(invocation, 'collection'));
      const run = typeof values.run === 'string' ? await findRun(client, values.run) : null;
      const asked = { collection: collection.id, run: run?.id, query };
      if (values.count === true) {
        const { total } = await client.images.list({ ...asked, offset: 0, limit: 1 }, { signal });
        out.result({ count: total }, count(total));
        return true;
      }
      for (let offset = 0; ; offset += atOnce) {
        const { total, items } = await client.images.list({ ...asked, offset, limit: Math.min(atOnce, limit - offset) }, { signal });
        for (const item of items) out.item(plain(item), line(item));
        if (offset + atOnce < Math.min(limit, total)) continue;
        out.note(total > limit ? `The first ${count(limit)} of ${count(total)} images; --limit prints more.` : `${count(total)} image${total === 1 ? '' : 's'}.`);
        return true;
      }
    });
  },
};

/** The query itself; what is wrong with it is shown in its place. @throws QueryError */
function checked(query: string, { out }: Invocation): string {
  try {
    parseQuery(query);
    return query;
  } catch (error) {
    if (error instanceof QueryError && !out.json) out.note(`${query.replace(/\s/g, ' ')}\n${' '.repeat(error.start)}${'^'.repeat(Math.max(1, error.end - error.start))}`);
    throw error;
  }
}

const plain = ({ id, ...item }: ImageItem) => ({ image: id, ...item });
const line = ({ name, label, symbols }: ImageItem) => [name, label ?? '', symbols?.join(' ') ?? ''].join('  ').trimEnd();
