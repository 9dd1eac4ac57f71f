import { join } from 'node:path';
import { expect, it } from 'vitest';
import { copyCollection } from '../../../src-main/database/collection-copy';
import { openLibraryDatabase } from '../../../src-main/database/library-database';
import { addRun, fillCollection, temporaryFolder } from './library.fixture';

it('holds one collection under the same numbers, and nothing that was made with it', () => {
  const folder = temporaryFolder();
  const whole = openLibraryDatabase(join(folder, 'library.sqlite'), { check: false });
  fillCollection(whole, 'Fish', 5);
  const birds = fillCollection(whole, 'Birds', 7);
  addRun(whole, 'Mine');
  const images = whole.read.images.ofCollection(birds);
  whole.write.excludedImages.add([images[2]]);
  const target = join(folder, 'copy.sqlite');
  for (let again = 0; again < 2; again++) for (const _ of copyCollection(join(folder, 'library.sqlite'), birds, target, { mark: 'x' })); // the library is open meanwhile
  const copy = openLibraryDatabase(target, { check: true });
  expect(copy.read.collections.list().map(({ id, name }) => [id, name])).toEqual([[birds, 'Birds']]);
  expect(copy.read.images.ofCollection(birds)).toEqual(images);
  expect(copy.read.images.several(images)).toEqual(whole.read.images.several(images));
  expect(copy.read.images.count()).toBe(7);
  expect(copy.read.excludedImages.ofCollection(birds)).toEqual([images[2]]);
  const labelled = (db: typeof whole) => db.read.collectionImages.labelled(birds, { image: 0, position: -1 }, 100);
  expect(labelled(copy)).toEqual(labelled(whole));
  expect(copy.read.runs.list()).toEqual([]);
  expect(copy.read.settings.get('mark')).toBe('x');
  copy.close();
  whole.close();
});
