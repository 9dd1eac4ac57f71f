import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openReadHandle } from '../../../../src-main/database/handles';
import type { LibraryDatabase } from '../../../../src-main/database/library-database';
import { fromRanges, toRanges } from '../../../../src-main/engine/changes/image-ranges';
import { Journal } from '../../../../src-main/engine/changes/journal';
import type { Operation } from '../../../../src-main/engine/changes/operations';
import { mulberry32 } from '../../../../src-main/evaluation/split';
import { fillCollection, temporaryDatabase, temporaryFolder } from '../../database/library.fixture';

/** Everything that can be changed by hand, as it stands in the file. */
function stateOf(file: string): string {
  const { handle, close } = openReadHandle(file);
  const all = (sql: string) => handle.prepare(sql).all();
  const state = JSON.stringify([all('SELECT * FROM image_tags ORDER BY tag, image'), all('SELECT * FROM excluded_images ORDER BY image'), all('SELECT * FROM collections ORDER BY id')]);
  close();
  return state;
}

/** A random operation of any kind; some change nothing, some fail because a name is taken. */
function randomOperation(random: () => number, images: readonly number[], collections: readonly number[]): Operation {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)];
  const chosen = toRanges(images.filter(() => random() < 0.3));
  const tag = pick(['blurred', 'Blurred', 'two words', 'größer', 'x']);
  return pick<() => Operation>([
    () => ({ kind: 'tag', tag, images: chosen }),
    () => ({ kind: 'untag', tag, images: chosen }),
    () => ({ kind: 'exclude', images: chosen }),
    () => ({ kind: 'include', images: chosen }),
    () => ({ kind: 'rename-collection', collection: pick(collections), name: pick(['one', 'two', 'three', 'Three']) }),
  ])();
}

const images = (db: LibraryDatabase, collection: number) => db.read.images.ofCollection(collection);

describe('Journal', () => {
  it.each([1, 2, 3, 4, 5])('random operations, undone to the start, give the first state byte for byte, and done again the last (seed %i)', (seed) => {
    const file = join(temporaryFolder(), 'library.sqlite');
    const db = temporaryDatabase(file);
    const collections = [fillCollection(db, 'a', 20), fillCollection(db, 'b', 10)];
    const all = collections.flatMap((collection) => images(db, collection));
    const random = mulberry32(seed);
    let journal = new Journal(db);
    const states = [stateOf(file)];
    for (let i = 0; i < 60; i++) {
      try {
        journal.do(randomOperation(random, all, collections));
      } catch (error) {
        expect(error).toMatchObject({ code: 'NAME_TAKEN' });
      }
      const now = stateOf(file);
      if (now !== states.at(-1)) states.push(now);
      if (i === 30) journal = new Journal(db); // as after a restart
    }
    expect(states.length).toBeGreaterThan(20);
    for (const state of states.slice(0, -1).reverse()) {
      expect(journal.undo()).toBeTypeOf('string');
      expect(stateOf(file)).toBe(state);
    }
    expect(journal.undo()).toBeNull();
    for (const state of states.slice(1)) {
      expect(journal.redo()).toBeTypeOf('string');
      expect(stateOf(file)).toBe(state);
    }
    expect(journal.redo()).toBeNull();
  });

  it('says what was done in the past tense, and counts only what changed', () => {
    const db = temporaryDatabase();
    const [first, second, third] = images(db, fillCollection(db, 'a', 3));
    const journal = new Journal(db);
    expect(journal.do({ kind: 'tag', tag: 'blurred', images: toRanges([first, second]) })).toEqual({ title: 'Tagged 2 images “blurred”', images: 2 });
    expect(journal.do({ kind: 'tag', tag: 'BLURRED', images: toRanges([second, third]) })).toEqual({ title: 'Tagged 1 image “blurred”', images: 1 });
    expect(journal.do({ kind: 'tag', tag: 'Blurred', images: toRanges([first]) })).toEqual({ title: 'Nothing to change', images: 0 });
    expect(journal.history()).toEqual({ undo: 'Tagged 1 image “blurred”', redo: null });
  });

  it('forgets what was undone as soon as something else is done', () => {
    const db = temporaryDatabase();
    const all = toRanges(images(db, fillCollection(db, 'a', 3)));
    const journal = new Journal(db);
    journal.do({ kind: 'exclude', images: all });
    journal.undo();
    expect(journal.history()).toEqual({ undo: null, redo: 'Excluded 3 images' });
    journal.do({ kind: 'tag', tag: 'kept', images: all });
    expect(journal.history()).toEqual({ undo: 'Tagged 3 images “kept”', redo: null });
  });

  it('takes an entry off that can no longer be turned back, says why, and goes on with the one before', () => {
    const db = temporaryDatabase();
    const [a, b] = [fillCollection(db, 'a', 3), fillCollection(db, 'b', 1)];
    const journal = new Journal(db);
    journal.do({ kind: 'exclude', images: toRanges(images(db, b)) });
    journal.do({ kind: 'rename-collection', collection: a, name: 'c' });
    db.write.collections.hide(a);
    expect(() => journal.undo()).toThrow(expect.objectContaining({ code: 'NOT_FOUND', message: `“Renamed “a” to “c”” can no longer be turned back: There is no collection ${a}.` }));
    expect(journal.undo()).toBe('Excluded 1 image');
  });

  it.each(['not JSON', '{"kind":"format-disk"}', '{"kind":"exclude","images":[[1,9007199254740991]]}', '{"kind":"exclude","images":[[3,1]]}'])('takes off an entry that is no operation: %s', (text) => {
    const db = temporaryDatabase();
    const journal = new Journal(db);
    journal.do({ kind: 'exclude', images: toRanges(images(db, fillCollection(db, 'a', 1))) });
    db.write.journal.add('Damaged', text, 0);
    expect(() => journal.undo()).toThrow(expect.objectContaining({ code: 'LIBRARY_DAMAGED', message: '“Damaged” can no longer be turned back: The library no longer says what was changed.' }));
    expect(journal.undo()).toBe('Excluded 1 image');
  });
});

describe('image ranges', () => {
  it('hold any set of ids, each once', () => {
    expect(toRanges([5, 3, 4, 4, 9, 1])).toEqual([[1, 1], [3, 5], [9, 9]]);
    const random = mulberry32(1);
    const ids = Array.from({ length: 300 }, () => 1 + Math.floor(random() * 500));
    expect(fromRanges(toRanges(ids))).toEqual([...new Set(ids)].sort((x, y) => x - y));
    expect(toRanges([])).toEqual([]);
  });
});

describe('excluded images', () => {
  it('stay in the collection and its counts, and are hidden from lists unless asked for', async () => {
    const db = temporaryDatabase();
    const collection = fillCollection(db, 'a', 30);
    const all = images(db, collection);
    new Journal(db).do({ kind: 'exclude', images: toRanges([all[3], all[7]]) });
    const listed = (query: string) => db.read.collectionImages.page({ collection, run: null, query }, 0, 100);
    expect((await listed('')).total).toBe(28);
    expect((await listed('excluded:any')).items.map(({ id, excluded }) => [id, excluded])).toEqual(all.map((id, i) => [id, i === 3 || i === 7]));
    expect((await listed('excluded:yes')).items.map(({ id }) => id)).toEqual([all[3], all[7]]);
    expect(db.read.collectionImages.count(collection)).toBe(30);
    expect([...(await db.read.imageSearch.imagesAt({ collection, run: null, query: '' }, 2, 3))]).toEqual([all[2], all[4], all[5]]);
    expect(db.read.collectionImages.labelled(collection, { image: 0, position: -1 }, 100)).toHaveLength(28);
  });
});
