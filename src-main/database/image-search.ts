import { fits, type QueryNode, type TextPattern } from '../contract/query';
import { parseQuery } from '../contract/query-parser';
import { allRows, allValues, type ReadHandle } from './handles';
import { noSymbol, readImageColumns, type EntryColumns, type FileColumns, type SymbolColumns } from './image-columns';
import { columnsNeeded, matchingMask, positionsOf } from './query-matching';

/** A query about the entries of a collection; `run` gives the descriptions that symbols are compared with. */
export interface Search {
  collection: number;
  run: number | null;
  query: string;
}

export interface Facets {
  /** Labels that occur, with how many of the entries found have each; by name. */
  labels: { name: string; count: number }[];
  splits: { name: string; count: number }[];
  /** Symbols at the position asked for, by number. */
  symbols: { symbol: number; count: number }[];
}

/** What may change: what the entries are, how they are described, or what the user says of them. */
export type Changed = 'everything' | 'descriptions' | 'words';

/** Answers kept (four bytes an image found), collections in memory (some 60 bytes an image) and descriptions (16). */
const kept = { answers: 24, collections: 3, descriptions: 4 };

/** A few values by key; the one that was not used for longest goes first. A value that fails is not kept. */
class Kept<V> {
  readonly #most: number;
  readonly #values = new Map<string, Promise<V>>();

  constructor(most: number) {
    this.#most = most;
  }

  of(key: string, make: () => Promise<V>): Promise<V> {
    const known = this.#values.get(key);
    const value = known ?? make();
    this.#values.delete(key);
    this.#values.set(key, value);
    if (known) return known;
    if (this.#values.size > this.#most) this.#values.delete(this.#values.keys().next().value!);
    value.catch(() => this.#values.get(key) === value && this.#values.delete(key));
    return value;
  }

  clear(): void {
    this.#values.clear();
  }
}

/**
 * Searches by the query language. Columns of a collection are read into memory when they are first needed, some
 * milliseconds at a time, and kept until they change; an answer is then a few passes over them.
 */
export function readImageSearch(db: ReadHandle) {
  const columns = readImageColumns(db);
  const tags = allValues<string>(db, 'SELECT DISTINCT tag FROM image_tags');
  const tagged = allValues<number>(db, 'SELECT image FROM image_tags WHERE tag = ?');
  const excluded = allValues<number>(db, 'SELECT image FROM excluded_images');
  const names = allRows<{ symbol: number; position: number | null; name: string }>(db, 'SELECT symbol, position, name FROM symbol_names WHERE run = ?');

  const entries = new Kept<EntryColumns>(kept.collections);
  const files = new Kept<FileColumns>(kept.collections);
  const symbols = new Kept<SymbolColumns>(kept.descriptions);
  const answers = new Kept<Int32Array>(kept.answers);

  const entriesOf = (collection: number) => entries.of(String(collection), () => columns.entries(collection));
  const symbolsOf = (collection: number, run: number, count: number) => symbols.of(`${collection} ${run}`, () => columns.symbols(collection, count, run));

  async function find(query: QueryNode, { collection, run }: Search): Promise<Int32Array> {
    const all = await entriesOf(collection);
    const needed = columnsNeeded(query);
    const mask = await matchingMask(query, {
      entries: all,
      files: needed.files ? await files.of(String(collection), () => columns.files(collection, all.count)) : null,
      symbols: needed.symbols && run !== null ? await symbolsOf(collection, run, all.count) : [],
      tagged: (pattern: TextPattern) => tags().filter((tag) => fits(pattern, tag.toLowerCase())).flatMap((tag) => tagged(tag)),
      excluded,
      named: (pattern: TextPattern) => (run === null ? [] : names(run)).filter(({ name }) => fits(pattern, name.toLowerCase())),
    });
    return positionsOf(mask);
  }

  const positions = (search: Search): Promise<Int32Array> => {
    const query = parseQuery(search.query);
    return answers.of(JSON.stringify([search.collection, search.run, search.query.trim()]), () => find(query, search));
  };

  return {
    /** To be called after every change, so that what it touches is read anew. */
    changed: (what: Changed): void => {
      answers.clear();
      if (what === 'words') return;
      symbols.clear();
      if (what === 'descriptions') return;
      entries.clear();
      files.clear();
    },
    /** Reads what most searches need before the first one asks for it. */
    prepare: async (collection: number, run: number | null): Promise<void> => {
      const { count } = await entriesOf(collection);
      if (run !== null) await symbolsOf(collection, run, count);
    },
    /** Positions of the entries that pass, ascending. @throws QueryError */
    positions,
    /** Images of the entries at places `offset` to `offset + limit` of the answer, in its order. @throws QueryError */
    imagesAt: async (search: Search, offset = 0, limit = Infinity): Promise<Int32Array<ArrayBuffer>> => {
      const [found, { images }] = await Promise.all([positions(search), entriesOf(search.collection)]);
      return Int32Array.from(found.subarray(offset, offset + limit), (position) => images[position]);
    },
    /** The different images that pass, in the order of their first entry. @throws QueryError */
    images: async (search: Search): Promise<Int32Array<ArrayBuffer>> => {
      const [found, { images }] = await Promise.all([positions(search), entriesOf(search.collection)]);
      const seen = new Uint8Array(images.reduce((most, image) => Math.max(most, image), 0) + 1);
      const different = new Int32Array(found.length);
      let n = 0;
      for (const position of found) {
        const image = images[position];
        if (seen[image] === 0) different[n++] = image;
        seen[image] = 1;
      }
      return different.slice(0, n);
    },
    /** Counts of labels, splits and the symbols at `position` (from 1) among the entries that pass. @throws QueryError */
    facets: async (search: Search, position: number): Promise<Facets> => {
      const [found, { labels, splits, count }] = await Promise.all([positions(search), entriesOf(search.collection)]);
      const column = search.run === null ? undefined : (await symbolsOf(search.collection, search.run, count))[position - 1];
      const words = ({ codes, words }: EntryColumns['labels']) => {
        const counts = new Int32Array(words.length + 1); // the last one: none
        for (const at of found) counts[codes[at] < 0 ? words.length : codes[at]]++;
        return words.map((name, code) => ({ name, count: counts[code] })).filter((one) => one.count > 0).sort((a, b) => (a.name < b.name ? -1 : 1));
      };
      const counts = new Int32Array(noSymbol + 1);
      if (column) for (const at of found) counts[column[at]]++;
      return { labels: words(labels), splits: words(splits), symbols: [...counts.subarray(0, noSymbol).entries()].filter(([, n]) => n > 0).map(([symbol, n]) => ({ symbol, count: n })) };
    },
  };
}
export type ImageSearch = ReturnType<typeof readImageSearch>;
