import { setImmediate } from 'node:timers/promises';
import type { ImageItem } from '../contract/images';
import * as z from 'zod';
import type { Split } from '../contract/names';
import { allRows, allValues, change, oneRow, type ReadHandle, type WriteHandle } from './handles';
import { hasConditions, selectionKey, toCondition, type Selection } from './selection';
import { bytesToSymbols } from './symbol-bytes';

export interface NewEntry {
  collection: number;
  image: number;
  name: string;
  label: string | null;
  split: Split | null;
  source: number;
  origin: string;
  modifiedAt: number | null;
}

export interface Facets {
  labels: { name: string; count: number }[];
  splits: { name: string; count: number }[];
  nextSymbols: { symbol: number; count: number }[];
}

interface ItemRow {
  image: number;
  name: string;
  label: string | null;
  split: Split | null;
  width: number;
  height: number;
  symbols: Buffer | null;
  /** JSON list. */
  tags: string;
  excluded: number;
}

const itemColumns = `c.image, c.name, c.label, c.split, i.width, i.height, d.symbols,
  (SELECT json_group_array(t.tag) FROM image_tags t WHERE t.image = c.image) AS tags,
  EXISTS (SELECT 1 FROM excluded_images x WHERE x.image = c.image) AS excluded`;
const tagList = z.array(z.string());
const itemJoins = 'JOIN images i ON i.id = c.image LEFT JOIN descriptions d ON d.run = :run AND d.image = c.image';
const toItem = (row: ItemRow): ImageItem => ({
  id: row.image,
  name: row.name,
  label: row.label,
  split: row.split,
  width: row.width,
  height: row.height,
  symbols: row.symbols ? bytesToSymbols(row.symbols) : null,
  tags: tagList.parse(JSON.parse(row.tags)),
  excluded: row.excluded === 1,
});

/** The queries behind a grid; their plans are asserted in the tests. */
export const gridQueries = {
  /** Positions are 0, 1, 2, … without a gap, so an offset is a place in the index. */
  page: `SELECT ${itemColumns} FROM collection_images c ${itemJoins}
    WHERE c.collection = :collection AND c.position >= :offset AND c.position < :offset + :limit ORDER BY c.position`,
  pageOfEntries: `SELECT ${itemColumns} FROM json_each(:entries) e JOIN collection_images c ON c.id = e.value ${itemJoins} ORDER BY e.key`,
  count: 'SELECT count(*) AS n FROM collection_images c WHERE c.collection = :collection',
  entries: (selection: Selection) => {
    const { from, where } = toCondition(selection);
    return `SELECT c.id FROM ${from} WHERE ${where} ORDER BY c.position`;
  },
  labels: (selection: Selection) => {
    const { from, where } = toCondition(selection);
    return `SELECT c.label AS name, count(*) AS count FROM ${from} WHERE ${where} AND c.label IS NOT NULL GROUP BY c.label ORDER BY c.label`;
  },
  splits: (selection: Selection) => {
    const { from, where } = toCondition(selection);
    return `SELECT c.split AS name, count(*) AS count FROM ${from} WHERE ${where} AND c.split IS NOT NULL GROUP BY c.split ORDER BY c.split DESC`;
  },
  /** Counts of the symbol after the prefix: bytes 2p + 1 and 2p + 2 of the description. */
  nextSymbols: (selection: Selection) => {
    const { from, where } = toCondition(selection);
    const joined = selection.filter.prefix?.length ? from : `${from} JOIN descriptions d ON d.run = :run AND d.image = c.image`;
    return `SELECT substr(d.symbols, :at, 2) AS symbol, count(*) AS count FROM ${joined}
      WHERE ${where} AND c.position >= :low AND c.position < :high AND length(d.symbols) > :at GROUP BY symbol`;
  },
};

/** Positions whose symbols are counted at a time: about 20 ms. */
const countedAtOnce = 15_000;
/** How many filtered lists and facets are kept; each list is four bytes an image. */
const kept = 24;

export function readCollectionImages(db: ReadHandle) {
  const page = allRows<ItemRow>(db, gridQueries.page);
  const pageOfEntries = allRows<ItemRow>(db, gridQueries.pageOfEntries);
  const imagesOfEntries = allValues<number>(db, 'SELECT c.image FROM json_each(:entries) e JOIN collection_images c ON c.id = e.value ORDER BY e.key');
  const count = oneRow<{ n: number }>(db, gridQueries.count);
  const anyExcluded = oneRow<{ found: number }>(
    db,
    'SELECT EXISTS (SELECT 1 FROM excluded_images x JOIN collection_images c ON c.collection = :collection AND c.image = x.image) AS found',
  );
  const lastPosition = oneRow<{ position: number }>(db, 'SELECT coalesce(max(position), -1) AS position FROM collection_images WHERE collection = ?');
  const itemOf = oneRow<ItemRow>(db, `SELECT ${itemColumns} FROM collection_images c ${itemJoins} WHERE c.collection = :collection AND c.image = :image ORDER BY c.position LIMIT 1`);
  const itemsOf = allRows<ItemRow & { wanted: number }>(
    db,
    `SELECT ${itemColumns}, e.key AS wanted FROM json_each(:images) e
     JOIN collection_images c ON c.id = (SELECT id FROM collection_images WHERE collection = :collection AND image = e.value ORDER BY position LIMIT 1)
     ${itemJoins} ORDER BY e.key`,
  );
  const labelled = allRows<{ image: number; position: number; label: string | null; split: Split | null }>(
    db,
    `SELECT image, position, label, split FROM collection_images INDEXED BY collection_images_by_image
     WHERE collection = :collection AND (image, position) > (:image, :position)
       AND NOT EXISTS (SELECT 1 FROM excluded_images x WHERE x.image = collection_images.image) ORDER BY image, position LIMIT :limit`,
  );

  const statements = new Map<string, ReturnType<ReadHandle['prepare']>>();
  const prepared = (sql: string) => {
    let statement = statements.get(sql);
    if (!statement) statements.set(sql, (statement = db.prepare(sql)));
    return statement;
  };
  let revision = 0;
  const lists = new Map<string, Int32Array>();
  const counts = new Map<string, Pick<Facets, 'labels' | 'splits'>>();
  const nextSymbols = new Map<string, Facets['nextSymbols']>();
  const remember = <V>(map: Map<string, V>, key: string, make: () => V): V => {
    let value = map.get(key);
    if (value === undefined) {
      value = make();
      if (map.size >= kept) map.delete(map.keys().next().value!);
    } else map.delete(key);
    map.set(key, value);
    return value;
  };

  /** Without the condition that hides excluded images where there are none: an index alone then answers. */
  const simplified = (selection: Selection): Selection => {
    if (selection.filter.excluded === 'only' || anyExcluded({ collection: selection.collection })!.found) return selection;
    return { ...selection, filter: { ...selection.filter, excluded: 'shown' } };
  };
  const matching = (selection: Selection): Int32Array =>
    remember(lists, selectionKey(selection), () =>
      Int32Array.from(prepared(gridQueries.entries(selection)).pluck().all(toCondition(selection).parameters) as number[]),
    );
  const countOf = (collection: number) => count({ collection })!.n;
  const grouped = <Row>(sql: string, selection: Selection, extra: Record<string, unknown> = {}) =>
    prepared(sql).all({ ...toCondition(selection).parameters, ...extra }) as Row[];
  const labelsAndSplits = (asked: Selection): Pick<Facets, 'labels' | 'splits'> => {
    const selection = simplified(asked);
    return remember(counts, selectionKey(selection), () => {
      const { collection, run, filter } = selection;
      const forLabels = { collection, run, filter: { ...filter, labels: undefined } };
      const forSplits = { collection, run, filter: { ...filter, splits: undefined } };
      return {
        labels: grouped<{ name: string; count: number }>(gridQueries.labels(forLabels), forLabels),
        splits: grouped<{ name: string; count: number }>(gridQueries.splits(forSplits), forSplits),
      };
    });
  };

  return {
    /** To be called after every change of entries or descriptions: lists and facets are counted anew. */
    changed: (): void => {
      revision++;
      lists.clear();
      counts.clear();
      nextSymbols.clear();
    },
    /** Rises with every change; what was computed for another number is out of date. */
    revision: () => revision,
    count: countOf,
    /** One page of what a selection holds, in the order of import. */
    page: (asked: Selection, offset: number, limit: number): { total: number; items: ImageItem[] } => {
      const selection = simplified(asked);
      if (!hasConditions(selection.filter)) {
        const rows = page({ collection: selection.collection, run: selection.run, offset, limit });
        return { total: remember(lists, `count ${selection.collection}`, () => Int32Array.of(countOf(selection.collection)))[0], items: rows.map(toItem) };
      }
      const all = matching(selection);
      const entries = JSON.stringify(Array.from(all.subarray(offset, offset + limit)));
      return { total: all.length, items: pageOfEntries({ entries, run: selection.run }).map(toItem) };
    },
    /** Ids of the images at places `offset` to `offset + limit` of a selection, in its order. */
    ids: (selection: Selection, offset = 0, limit = Infinity): Int32Array<ArrayBuffer> => {
      const entries = JSON.stringify(Array.from(matching(simplified(selection)).subarray(offset, offset + limit)));
      return Int32Array.from(imagesOfEntries({ entries }));
    },
    /**
     * Counts under the filter; the labels' counts leave the condition on labels out, the splits' the one on splits, so that
     * each list shows what choosing another entry would give.
     */
    labelsAndSplits,
    /** The same with the counts of the symbol after the prefix; large collections are counted in several steps. */
    facets: async (asked: Selection): Promise<Facets> => {
      const selection = simplified(asked);
      const { labels, splits } = labelsAndSplits(selection);
      if (selection.run === null) return { labels, splits, nextSymbols: [] };
      const key = `${selection.run} ${selectionKey(selection)}`;
      const known = nextSymbols.get(key);
      if (known) return { labels, splits, nextSymbols: known };
      const counts = new Map<number, number>();
      const counted = revision;
      const at = 2 * (selection.filter.prefix?.length ?? 0) + 1;
      const last = lastPosition(selection.collection)!.position;
      // A prefix finds its images itself: they are counted at once.
      const step = selection.filter.prefix?.length ? last + 1 : countedAtOnce;
      for (let low = 0; low <= last; low += step) {
        if (low > 0) await setImmediate();
        for (const row of grouped<{ symbol: Buffer; count: number }>(gridQueries.nextSymbols(selection), selection, { run: selection.run, at, low, high: low + step })) {
          const [symbol] = bytesToSymbols(row.symbol);
          counts.set(symbol, (counts.get(symbol) ?? 0) + row.count);
        }
      }
      const sorted = [...counts].sort(([a], [b]) => a - b).map(([symbol, count]) => ({ symbol, count }));
      if (counted === revision) remember(nextSymbols, key, () => sorted);
      return { labels, splits, nextSymbols: sorted };
    },
    item: (collection: number, image: number, run: number | null): ImageItem | null => {
      const row = itemOf({ collection, image, run });
      return row ? toItem(row) : null;
    },
    /** Items for the given images in the given order; images that the collection does not hold are left out. */
    items: (collection: number, images: readonly number[], run: number | null): ImageItem[] =>
      itemsOf({ collection, images: JSON.stringify(images), run }).map(toItem),
    /** The next entries by image and position that are not excluded, with label and split; an image may stand there more than once. */
    labelled: (collection: number, after: { image: number; position: number }, limit: number) => labelled({ collection, ...after, limit }),
  };
}

export function writeCollectionImages(db: WriteHandle) {
  const add = change(
    db,
    `INSERT INTO collection_images (collection, position, image, name, label, split, source, origin, modified_at)
     VALUES (:collection, (SELECT coalesce(max(position) + 1, 0) FROM collection_images WHERE collection = :collection),
       :image, :name, :label, :split, :source, :origin, :modifiedAt)
     ON CONFLICT (source, origin) DO UPDATE SET image = excluded.image, label = excluded.label, split = excluded.split, modified_at = excluded.modified_at`,
  );
  const named = oneRow<{ source: number; origin: string; image: number }>(db, 'SELECT source, origin, image FROM collection_images WHERE collection = ? AND name = ?');
  return {
    /** The entry of this name, those of the present transaction included. */
    named: (collection: number, name: string): { source: number; origin: string; image: number } | null => named(collection, name) ?? null,
    /**
     * Adds an entry after the others, or renews the one that this file of this source had.
     * @returns false, and nothing is changed, when another entry of the collection has this name
     */
    add: (entry: NewEntry): boolean => {
      try {
        add(entry);
        return true;
      } catch (error) {
        if ((error as { code?: unknown }).code !== 'SQLITE_CONSTRAINT_UNIQUE') throw error;
        return false;
      }
    },
  };
}
