import { allRows, allValues, oneRow, type ReadHandle, type WriteHandle } from './handles';

export function readImageTags(db: ReadHandle) {
  const ofCollection = allRows<{ name: string; count: number }>(
    db,
    `SELECT t.tag AS name, count(DISTINCT t.image) AS count FROM image_tags t JOIN collection_images c ON c.image = t.image
     WHERE c.collection = ? GROUP BY t.tag ORDER BY t.tag`,
  );
  return {
    /** The tags that images of a collection have, with how many of them. */
    ofCollection: (collection: number): { name: string; count: number }[] => ofCollection(collection),
  };
}

export function writeImageTags(db: WriteHandle) {
  const spelling = oneRow<{ tag: string }>(db, 'SELECT tag FROM image_tags WHERE tag = ? LIMIT 1');
  const add = allValues<number>(
    db,
    `INSERT INTO image_tags (tag, image) SELECT :tag, i.id FROM images i WHERE i.id IN (SELECT value FROM json_each(:images))
     ON CONFLICT DO NOTHING RETURNING image`,
  );
  const remove = allValues<number>(db, 'DELETE FROM image_tags WHERE tag = :tag AND image IN (SELECT value FROM json_each(:images)) RETURNING image');
  return {
    /** The tag as it is written already, whatever its case; itself when no image has it. */
    spelling: (tag: string): string => spelling(tag)?.tag ?? tag,
    /** Gives images a tag; gives those that did not have it. */
    add: (tag: string, images: readonly number[]): number[] => add({ tag, images: JSON.stringify(images) }),
    /** Takes a tag from images; gives those that had it. */
    remove: (tag: string, images: readonly number[]): number[] => remove({ tag, images: JSON.stringify(images) }),
  };
}
