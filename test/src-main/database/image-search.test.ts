import { describe, expect, it } from 'vitest';
import { quoted } from '../../../src-main/contract/query';
import { parseQuery } from '../../../src-main/contract/query-parser';
import type { LibraryDatabase } from '../../../src-main/database/library-database';
import { mulberry32 } from '../../../src-main/evaluation/split';
import { passes, type PlainEntry, type PlainName } from '../../support/plain-query';
import { addRun, hashOf, temporaryDatabase } from './library.fixture';

const labels = ['cat', 'big dog', 'ship', 'Ümlaut', null] as const;
const tags = ['to check', 'Blurred', 'x'];
const names: PlainName[] = [
  { symbol: 3, position: null, name: 'Wing' },
  { symbol: 5, position: 2, name: 'wing tip' },
  { symbol: 0, position: null, name: 'Sky' },
];
const length = 4;

/** A collection of `n` random entries, one described image in it twice, and another collection with images of both. */
function randomLibrary(db: LibraryDatabase, n: number): { collection: number; run: number; entries: PlainEntry[] } {
  const random = mulberry32(11);
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)];
  const collection = db.write.collections.create('random', { sample: false, at: 1 });
  const other = db.write.collections.create('other', { sample: false, at: 1 });
  const source = db.write.importSources.begin(collection, '/random');
  const otherSource = db.write.importSources.begin(other, '/other');
  const run = addRun(db, 'r');
  const anotherRun = addRun(db, 'another');
  const made: PlainEntry[] = [];
  db.transaction(() => {
    for (let i = 0; i < n; i++) {
      const again = i % 50 === 49 ? made[i - 1] : null;
      const file = { width: pick([16, 32, 64]), height: pick([16, 48]), bytes: 500 + Math.floor(random() * 5000), format: pick(['png', 'jpeg']) };
      const image = again?.image ?? db.write.images.add({ sha256: hashOf(String(i)), ...file, place: { pack: 1, offset: i, length: file.bytes } });
      const entry: PlainEntry = {
        image,
        name: `${pick(['Train', 'test'])}/${pick(['cat', 'Dog', 'a_b%'])}${i}.${pick(['png', 'jpg'])}`,
        label: pick(labels),
        split: pick(['train', 'test', null]),
        ...(again ? { width: again.width, height: again.height, bytes: again.bytes, format: again.format } : file),
        tags: again?.tags ?? tags.filter(() => random() < 0.2),
        excluded: again?.excluded ?? random() < 0.1,
        symbols: again ? again.symbols : random() < 0.9 ? Array.from({ length }, () => Math.floor(random() * 6) * (random() < 0.1 ? 600 : 1)) : null,
      };
      made.push(entry);
      const { name, label, split } = entry;
      db.write.collectionImages.add({ collection, image, name, label, split: split as 'train' | null, source, origin: name, modifiedAt: null });
      if (i % 3 === 0) db.write.collectionImages.add({ collection: other, image, name, label: 'elsewhere', split: null, source: otherSource, origin: name, modifiedAt: null });
      if (again) continue;
      if (entry.symbols) db.write.descriptions.put(run, image, entry.symbols);
      db.write.descriptions.put(anotherRun, image, [1, 1, 1, 1]);
      for (const tag of entry.tags) db.write.imageTags.add(tag, [image]);
      if (entry.excluded) db.write.excludedImages.add([image]);
    }
    for (const { symbol, position, name } of names) db.write.symbolNames.put(run, symbol, position, name);
  });
  return { collection, run, entries: made };
}

/** A random query with every kind of term. */
function randomQuery(random: () => number, depth = 3): string {
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)];
  const symbol = () => pick(['0', '1', '2', '3', '5', '600', '3000', '4095']);
  const kind = depth === 0 ? 3 + Math.floor(random() * 12) : Math.floor(random() * 15);
  const part = () => randomQuery(random, depth - 1);
  switch (kind) {
    case 0:
      return `(${part()} or ${part()})`;
    case 1:
      return `(${part()} ${pick(['', 'and'])} ${part()})`;
    case 2:
      return `${pick(['not ', '-'])}(${part()})`;
    case 3:
      return pick(['cat', '1', 'png', '9.', 'TRAIN', '%', '_', 'zzz', 'dog1']).replace(/^\d+$/, '"$&"');
    case 4:
      return `label:${pick(['cat', '"Big Dog"', 'SHIP,cat', 'ümlaut', '*', 's*', 'none', '"s*"'])}`;
    case 5:
      return `tag:${pick(['"to check"', 'blurred', '*', 'x,blurred', 't*k', 'absent'])}`;
    case 6:
      return `split:${pick(['train', 'test', 'none', 'none,test'])}`;
    case 7:
      return `${pick(['width', 'height', 'bytes'])}${pick(['>', '<', '>=', '<=', '=', '!=', ':'])}${pick(['16', '32', '48', '2000', '3k'])}`;
    case 8:
    case 9:
      return Array.from({ length: 1 + Math.floor(random() * 5) }, () => (random() < 0.4 ? '*' : symbol())).join(' ');
    case 10:
      return `has:${symbol()}${pick(['', '@1', '@2', '@4', '@8'])}`;
    case 11:
      return `has:${pick(['wing', 'Wing*', '"wing tip"', 'sky,5@1', 'wing@3', '"wing tip"@2', '"wing tip"@3', 'nothing'])}`;
    case 12:
      return `name:${pick(['cat*', '*.png', 'train*', '*1*2*', 'dog7.jpg', '"a_b%3.png"'])}`;
    case 13:
      return `described:${pick(['yes', 'no'])}`;
    default:
      return pick([`excluded:${pick(['yes', 'no', 'any'])}`, `format:${pick(['png', 'j*g', 'png,jpeg'])}`]);
  }
}

describe('a search', () => {
  it('finds exactly what asking every entry by itself finds', async () => {
    const db = temporaryDatabase();
    const { collection, run, entries } = randomLibrary(db, 3000);
    const random = mulberry32(5);
    let some = 0;
    for (let i = 0; i < 600; i++) {
      const text = randomQuery(random);
      const query = parseQuery(text);
      const expected = entries.flatMap((entry, position) => (passes(query, entry, names) ? [position] : []));
      const found = [...(await db.read.imageSearch.positions({ collection, run, query: text }))];
      if (found.join() !== expected.join()) expect({ text, found }).toEqual({ text, found: expected });
      const images = await db.read.imageSearch.images({ collection, run, query: text });
      expect([...images], text).toEqual([...new Set(expected.map((position) => entries[position].image))]);
      if (expected.length > 0 && expected.length < entries.length) some++;
    }
    expect(some).toBeGreaterThan(300); // the queries ask for something
  });

  it('leaves excluded images out unless they are spoken of', async () => {
    const db = temporaryDatabase();
    const { collection, run, entries } = randomLibrary(db, 400);
    const found = async (query: string) => (await db.read.imageSearch.positions({ collection, run, query })).length;
    const excluded = entries.filter((entry) => entry.excluded).length;
    expect([await found(''), await found('excluded:yes'), await found('excluded:any')]).toEqual([400 - excluded, excluded, 400]);
    const withoutCats = entries.filter(({ label }) => label !== 'cat').length;
    expect([await found('excluded:any -label:cat'), await found('excluded:any not (label:cat)')]).toEqual([withoutCats, withoutCats]);
  });

  it('counts labels, splits and symbols as a loop does', async () => {
    const db = temporaryDatabase();
    const { collection, run, entries } = randomLibrary(db, 1000);
    for (const [query, position] of [['', 1], ['label:cat,ship 3', 2], ['has:0 -split:test', 4], ['zzz', 1]] as const) {
      const node = parseQuery(query);
      const count = (words: (string | number | null | undefined)[]) => {
        const counts = new Map<string | number, number>();
        for (const word of words) if (word !== null && word !== undefined) counts.set(word, (counts.get(word) ?? 0) + 1);
        return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
      };
      const passed = entries.filter((entry) => passes(node, entry, names));
      const facets = await db.read.imageSearch.facets({ collection, run, query }, position);
      expect(facets.labels.map(({ name, count }) => [name, count])).toEqual(count(passed.map(({ label }) => label)));
      expect(facets.splits.map(({ name, count }) => [name, count])).toEqual(count(passed.map(({ split }) => split)));
      expect(facets.symbols.map(({ symbol, count }) => [symbol, count])).toEqual(count(passed.map(({ symbols }) => symbols?.[position - 1])));
    }
  });

  it('sees changes once they are told', async () => {
    const db = temporaryDatabase();
    const { collection, run } = randomLibrary(db, 100);
    const { imageSearch } = db.read;
    const found = async (query: string) => (await imageSearch.positions({ collection, run, query })).length;
    const image = db.read.images.ofCollection(collection)[3];
    expect([await found('tag:new'), await found('9 9'), await found('brandnew')]).toEqual([0, 0, 0]);
    db.write.imageTags.add('new', [image]);
    db.write.excludedImages.remove([image]);
    imageSearch.changed('words');
    expect(await found('tag:new')).toBeGreaterThan(0);
    db.write.descriptions.put(run, image, [9, 9]);
    imageSearch.changed('descriptions');
    expect(await found('9 9')).toBeGreaterThan(0);
    db.write.collectionImages.add({ collection, image, name: 'brandnew.png', label: null, split: null, source: 1, origin: 'brandnew.png', modifiedAt: null });
    imageSearch.changed('everything');
    expect(await found('brandnew')).toBe(1);
  });

  it('answers for an empty collection and without a run', async () => {
    const db = temporaryDatabase();
    const empty = db.write.collections.create('empty', { sample: false, at: 1 });
    for (const query of ['', 'cat', 'not cat', '12', 'width>3', `label:${quoted('big dog')}`])
      expect([...(await db.read.imageSearch.positions({ collection: empty, run: null, query }))]).toEqual([]);
  });

  it('refuses what is no query before it reads anything', () => {
    const db = temporaryDatabase();
    expect(() => db.read.imageSearch.positions({ collection: 1, run: 1, query: 'lable:cat' })).toThrow('There is no field "lable".');
  });
});
