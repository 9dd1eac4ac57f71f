import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { View } from '../../../src-main/contract/views';
import { temporaryDatabase, temporaryFolder } from './library.fixture';

const view: View = { version: 1, page: 'images', rest: [], parameters: [['q', 'has:45@3 "ü"']], collection: 'A', run: null };

it('saved views survive the library being closed, by name, and a name stands once in any case', () => {
  const file = join(temporaryFolder(), 'library.sqlite');
  const first = temporaryDatabase(file);
  const b = first.write.savedViews.add('b', view, 2);
  const a = first.write.savedViews.add('A', { ...view, run: 'r' }, 1);
  expect(() => first.write.savedViews.add('B', view, 3)).toThrow(/UNIQUE/);
  const { read, write } = temporaryDatabase(file);
  expect(read.savedViews.list()).toEqual([
    { id: a, name: 'A', view: { ...view, run: 'r' }, createdAt: 1 },
    { id: b, name: 'b', view, createdAt: 2 },
  ]);
  write.savedViews.rename(b, 'c');
  write.savedViews.remove(a);
  expect(read.savedViews.list().map(({ name }) => name)).toEqual(['c']);
  expect([read.savedViews.byName('C')?.id, read.savedViews.byId(a)]).toEqual([b, null]);
});
