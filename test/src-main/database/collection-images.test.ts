import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gridQueries } from '../../../src-main/database/collection-images';
import { openReadHandle } from '../../../src-main/database/handles';
import type { LibraryDatabase } from '../../../src-main/database/library-database';
import { mulberry32 } from '../../../src-main/evaluation/split';
import { addRun, fillCollection, temporaryDatabase, temporaryFolder } from './library.fixture';

/** Describes every image of the collection but each tenth with `length` symbols of `size`, seeded. */
function describeAll(db: LibraryDatabase, run: number, collection: number, size = 5, length = 4): Map<number, number[]> {
  const random = mulberry32(7);
  const all = new Map<number, number[]>();
  db.transaction(() => {
    for (const image of db.read.images.ofCollection(collection)) {
      if (image % 10 === 0) continue;
      const symbols = Array.from({ length }, () => Math.floor(random() * size) * 300); // two bytes each
      all.set(image, symbols);
      db.write.descriptions.put(run, image, symbols);
    }
  });
  db.read.collectionImages.changed();
  return all;
}

describe('pages', () => {
  it('give every image once, in the order of import', async () => {
    const db = temporaryDatabase();
    const collection = fillCollection(db, 'a', 250);
    fillCollection(db, 'b', 40);
    const seen: number[] = [];
    for (let offset = 0; offset < 250; offset += 100) {
      const page = await db.read.collectionImages.page({ collection, run: null, query: '' }, offset, 100);
      expect(page.total).toBe(250);
      seen.push(...page.items.map(({ id }) => id));
    }
    expect(seen).toEqual(db.read.images.ofCollection(collection));
  });

  it('follow changes: an import during paging is seen', async () => {
    const db = temporaryDatabase();
    const collection = fillCollection(db, 'a', 5);
    const select = { collection, run: null, query: 'label:cat' };
    expect((await db.read.collectionImages.page(select, 0, 10)).total).toBe(2);
    const image = db.write.images.add({ sha256: 'ab'.repeat(32), width: 1, height: 1, format: 'png', bytes: 1, place: { path: '/x.png' } });
    db.write.collectionImages.add({ collection, image, name: 'x.png', label: 'cat', split: null, source: db.write.importSources.begin(collection, '/x'), origin: 'x.png', modifiedAt: null });
    db.read.collectionImages.changed();
    expect((await db.read.collectionImages.page(select, 0, 10)).total).toBe(3);
  });

  it('renew an entry when its file has changed, without a second one', async () => {
    const db = temporaryDatabase();
    const collection = fillCollection(db, 'a', 5);
    const source = db.write.importSources.begin(collection, '/somewhere/a');
    const image = db.write.images.add({ sha256: 'cd'.repeat(32), width: 9, height: 9, format: 'png', bytes: 1, place: { path: '/y.png' } });
    db.write.collectionImages.add({ collection, image, name: 'cat/00000.jpg', label: 'cat', split: null, source, origin: 'cat/00000.jpg', modifiedAt: 6 });
    db.read.collectionImages.changed();
    const page = await db.read.collectionImages.page({ collection, run: null, query: '' }, 0, 10);
    expect(page.total).toBe(5);
    expect(page.items[0]).toMatchObject({ id: image, width: 9, split: null });
  });

  it('of a query are those of its answer, with every entry that passes', async () => {
    const db = temporaryDatabase();
    const collection = fillCollection(db, 'a', 400);
    const run = addRun(db, 'r');
    describeAll(db, run, collection);
    const all = (await db.read.collectionImages.page({ collection, run, query: '' }, 0, 1000)).items;
    for (const [query, expected] of [
      ['300 -label:dog', all.filter(({ symbols, label }) => symbols?.[0] === 300 && label !== 'dog')],
      ['"7"', all.filter(({ name }) => name.includes('7'))],
      ['label:absent', []],
    ] as const) {
      expect(await db.read.collectionImages.page({ collection, run, query }, 0, 1000)).toEqual({ total: expected.length, items: expected });
      expect((await db.read.collectionImages.page({ collection, run, query }, 7, 5)).items).toEqual(expected.slice(7, 12));
    }
  });
});

describe('query plans', () => {
  const planOf = (sql: string, parameters: Record<string, unknown>): string => {
    const folder = temporaryFolder();
    temporaryDatabase(join(folder, 'library.sqlite'));
    const { handle, close } = openReadHandle(join(folder, 'library.sqlite'));
    const rows = handle.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(parameters) as { detail: string }[];
    close();
    return rows.map(({ detail }) => detail).join('\n');
  };

  it('read a page by position, without sorting', () => {
    const plan = planOf(gridQueries.page, { collection: 1, run: 1, offset: 0, limit: 100 });
    expect(plan).toContain('collection_images_by_position (collection=? AND position>? AND position<?)');
    expect(plan).not.toMatch(/TEMP B-TREE|SCAN/);
  });

  it('read a page of a query by position', () => {
    const plan = planOf(gridQueries.pageOfPositions, { collection: 1, run: 1, positions: '[0]' });
    expect(plan).toContain('collection_images_by_position (collection=? AND position=?)');
  });

  it('count labels, splits and all images from an index alone', () => {
    for (const [query, index] of [[gridQueries.labels, 'by_label'], [gridQueries.splits, 'by_split'], [gridQueries.count, '']] as const)
      expect(planOf(query, { collection: 1 })).toContain(`COVERING INDEX collection_images_${index}`);
  });
});
