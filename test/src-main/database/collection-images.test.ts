import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ImageFilter } from '../../../src-main/contract/images';
import { gridQueries } from '../../../src-main/database/collection-images';
import { openReadHandle } from '../../../src-main/database/handles';
import type { LibraryDatabase } from '../../../src-main/database/library-database';
import { toCondition } from '../../../src-main/database/selection';
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
  it('give every image once, in the order of import', () => {
    const db = temporaryDatabase();
    const collection = fillCollection(db, 'a', 250);
    fillCollection(db, 'b', 40);
    const seen: number[] = [];
    for (let offset = 0; offset < 250; offset += 100) {
      const page = db.read.collectionImages.page({ collection, run: null, filter: {} }, offset, 100);
      expect(page.total).toBe(250);
      seen.push(...page.items.map(({ id }) => id));
    }
    expect(seen).toEqual(db.read.images.ofCollection(collection));
  });

  it('follow changes: an import during paging is seen', () => {
    const db = temporaryDatabase();
    const collection = fillCollection(db, 'a', 5);
    const select = { collection, run: null, filter: { labels: ['cat'] } };
    expect(db.read.collectionImages.page(select, 0, 10).total).toBe(2);
    const image = db.write.images.add({ sha256: 'ab'.repeat(32), width: 1, height: 1, format: 'png', bytes: 1, place: { path: '/x.png' } });
    db.write.collectionImages.add({ collection, image, name: 'x.png', label: 'cat', split: null, source: db.write.importSources.begin(collection, '/x'), origin: 'x.png', modifiedAt: null });
    db.read.collectionImages.changed();
    expect(db.read.collectionImages.page(select, 0, 10).total).toBe(3);
  });

  it('renew an entry when its file has changed, without a second one', () => {
    const db = temporaryDatabase();
    const collection = fillCollection(db, 'a', 5);
    const source = db.write.importSources.begin(collection, '/somewhere/a');
    const image = db.write.images.add({ sha256: 'cd'.repeat(32), width: 9, height: 9, format: 'png', bytes: 1, place: { path: '/y.png' } });
    db.write.collectionImages.add({ collection, image, name: 'cat/00000.jpg', label: 'cat', split: null, source, origin: 'cat/00000.jpg', modifiedAt: 6 });
    db.read.collectionImages.changed();
    const page = db.read.collectionImages.page({ collection, run: null, filter: {} }, 0, 10);
    expect(page.total).toBe(5);
    expect(page.items[0]).toMatchObject({ id: image, width: 9, split: null });
  });
});

describe('filters', () => {
  const filters: ImageFilter[] = [
    {},
    { labels: ['cat'] },
    { labels: ['cat', 'ship'], splits: ['test'] },
    { prefix: [300] },
    { prefix: [300, 0] },
    { prefix: [1200, 900, 300] },
    { prefix: [300], labels: ['dog'], splits: ['train'] },
    { name: '007' },
    { name: 'DOG/' },
    { name: '%' },
    { name: '_' },
    { labels: [], splits: [] },
    { labels: ['no such label'] },
  ];

  it.each(filters.map((filter) => [JSON.stringify(filter), filter] as const))('select as a plain loop over all images does: %s', async (_, filter) => {
    const db = temporaryDatabase();
    const collection = fillCollection(db, 'a', 400);
    const run = addRun(db, 'r');
    describeAll(db, run, collection);
    describeAll(db, addRun(db, 'another'), fillCollection(db, 'b', 100));
    const all = db.read.collectionImages.page({ collection, run, filter: {} }, 0, 1000).items;
    const expected = all.filter(
      (item) =>
        (!filter.labels?.length || filter.labels.includes(item.label!)) &&
        (!filter.splits?.length || filter.splits.includes(item.split!)) &&
        (!filter.prefix?.length || (item.symbols !== null && filter.prefix.every((symbol, i) => item.symbols![i] === symbol))) &&
        (!filter.name || item.name.toLowerCase().includes(filter.name.toLowerCase())),
    );
    const found = db.read.collectionImages.page({ collection, run, filter }, 0, 1000);
    expect(found.items).toEqual(expected);
    expect(found.total).toBe(expected.length);
    expect(db.read.collectionImages.page({ collection, run, filter }, 7, 5).items).toEqual(expected.slice(7, 12));

    const { nextSymbols, labels, splits } = await db.read.collectionImages.facets({ collection, run, filter });
    const at = filter.prefix?.length ?? 0;
    const counted = new Map<number, number>();
    for (const { symbols } of expected) if (symbols) counted.set(symbols[at], (counted.get(symbols[at]) ?? 0) + 1);
    expect(nextSymbols).toEqual([...counted].sort(([a], [b]) => a - b).map(([symbol, count]) => ({ symbol, count })));
    for (const { name, count } of labels)
      expect(db.read.collectionImages.page({ collection, run, filter: { ...filter, labels: [name] } }, 0, 1).total).toBe(count);
    for (const { name, count } of splits)
      expect(db.read.collectionImages.page({ collection, run, filter: { ...filter, splits: [name as 'train'] } }, 0, 1).total).toBe(count);
  });

  it('take a prefix from the index of descriptions exactly as comparing every description does', () => {
    const db = temporaryDatabase();
    const collection = fillCollection(db, 'a', 600);
    const run = addRun(db, 'r');
    const all = describeAll(db, run, collection, 6, 8);
    for (const prefix of [[0], [1500], [300, 1500], [1500, 1500], [0, 0, 0], [4095], [...all.values()][17]]) {
      const brute = [...all].filter(([, symbols]) => prefix.every((symbol, i) => symbols[i] === symbol)).map(([image]) => image);
      expect(db.read.descriptions.withPrefix(run, prefix)).toEqual(brute);
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
  const selection = (filter: ImageFilter) => ({ collection: 1, run: 1, filter });
  const entries = (filter: ImageFilter) => planOf(gridQueries.entries(selection(filter)), toCondition(selection(filter)).parameters);

  it('read a page by position, without sorting', () => {
    const plan = planOf(gridQueries.page, { collection: 1, run: 1, offset: 0, limit: 100 });
    expect(plan).toContain('collection_images_by_position (collection=? AND position>? AND position<?)');
    expect(plan).not.toMatch(/TEMP B-TREE|SCAN/);
  });

  it('find labels and splits by their index', () => {
    expect(entries({ labels: ['a'] })).toContain('collection_images_by_label (collection=? AND label=?)');
    expect(entries({ splits: ['test'] })).toContain('collection_images_by_split (collection=? AND split=?)');
  });

  it('find a prefix as a range of the descriptions', () => {
    const plan = entries({ prefix: [3] });
    expect(plan).toContain('descriptions_by_symbols (run=? AND symbols>? AND symbols<?)');
    expect(plan).toContain('collection_images_by_image (collection=? AND image=?)');
  });

  it('count labels, splits and all images from an index alone', () => {
    const shown = selection({ excluded: 'shown' }); // as every question becomes where no image is excluded
    const all = toCondition(shown).parameters;
    expect(planOf(gridQueries.labels(shown), all)).toContain('COVERING INDEX collection_images_by_label');
    expect(planOf(gridQueries.splits(shown), all)).toContain('COVERING INDEX collection_images_by_split');
    expect(planOf(gridQueries.count, { collection: 1 })).toContain('COVERING INDEX');
  });

  it('look descriptions up by key when next symbols are counted', () => {
    const plan = planOf(gridQueries.nextSymbols(selection({})), { ...toCondition(selection({})).parameters, run: 1, at: 1, low: 0, high: 100 });
    expect(plan).toMatch(/SEARCH d USING (PRIMARY KEY|INDEX sqlite_autoindex_descriptions_1) \(run=\? AND image=\?\)/);
    expect(plan).toContain('collection_images_by_position (collection=? AND position>? AND position<?)');
  });
});
