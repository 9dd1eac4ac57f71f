import * as z from 'zod';
import type { ImageItem } from '../contract/images';
import type { Split } from '../contract/names';
import { allRows, change, oneRow, type ReadHandle, type WriteHandle } from './handles';
import type { Changed, ImageSearch, Search } from './image-search';
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

export interface Counted {
  name: string;
  count: number;
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
  pageOfPositions: `SELECT ${itemColumns} FROM json_each(:positions) e
    CROSS JOIN collection_images c ON c.collection = :collection AND c.position = e.value ${itemJoins} ORDER BY e.key`,
  count: 'SELECT count(*) AS n FROM collection_images c WHERE c.collection = :collection',
  labels: 'SELECT label AS name, count(*) AS count FROM collection_images WHERE collection = :collection AND label IS NOT NULL GROUP BY label ORDER BY label',
  splits: 'SELECT split AS name, count(*) AS count FROM collection_images WHERE collection = :collection AND split IS NOT NULL GROUP BY split ORDER BY split DESC',
};

/** @param search finds what a query asks for; told of every change */
export function readCollectionImages(db: ReadHandle, search: ImageSearch) {
  const page = allRows<ItemRow>(db, gridQueries.page);
  const pageOfPositions = allRows<ItemRow>(db, gridQueries.pageOfPositions);
  const count = oneRow<{ n: number }>(db, gridQueries.count);
  const labels = allRows<Counted>(db, gridQueries.labels);
  const splits = allRows<Counted>(db, gridQueries.splits);
  const anyExcluded = oneRow<{ found: number }>(
    db,
    'SELECT EXISTS (SELECT 1 FROM excluded_images x JOIN collection_images c ON c.collection = :collection AND c.image = x.image) AS found',
  );
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

  let revision = 0;
  const counts = new Map<number, { labels: Counted[]; splits: Counted[] }>();
  const totals = new Map<number, number>();
  const countOf = (collection: number) => count({ collection })!.n;
  const known = <V>(map: Map<number, V>, collection: number, make: () => V): V => {
    if (!map.has(collection)) map.set(collection, make());
    return map.get(collection)!;
  };

  return {
    /** To be called after every change of entries, of descriptions, or of what the user says of images: all is counted anew. */
    changed: (what: Changed = 'everything'): void => {
      revision++;
      search.changed(what);
      if (what !== 'everything') return;
      counts.clear();
      totals.clear();
    },
    /** Rises with every change; what was computed for another number is out of date. */
    revision: () => revision,
    count: countOf,
    /** How many entries of a collection have each label and are in each split, the excluded ones included. */
    labelsAndSplits: (collection: number) => known(counts, collection, () => ({ labels: labels({ collection }), splits: splits({ collection }) })),
    /** One page of what a query finds, in the order of import. @throws QueryError */
    page: async (asked: Search, offset: number, limit: number): Promise<{ total: number; items: ImageItem[] }> => {
      const { collection, run } = asked;
      if (asked.query.trim() === '' && !anyExcluded({ collection })!.found)
        return { total: known(totals, collection, () => countOf(collection)), items: page({ collection, run, offset, limit }).map(toItem) };
      const all = await search.positions(asked);
      const positions = JSON.stringify(Array.from(all.subarray(offset, offset + limit)));
      return { total: all.length, items: pageOfPositions({ collection, positions, run }).map(toItem) };
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
