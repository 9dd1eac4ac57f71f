import { allValues, type ReadHandle, type WriteHandle } from './handles';

export function readExcludedImages(db: ReadHandle) {
  const ofCollection = allValues<number>(
    db,
    `SELECT image FROM excluded_images x WHERE EXISTS (SELECT 1 FROM collection_images c WHERE c.collection = ? AND c.image = x.image) ORDER BY image`,
  );
  let revision = 0;
  return {
    /** The excluded images of a collection, ascending. */
    ofCollection: (collection: number): number[] => ofCollection(collection),
    /** To be called after every change. */
    changed: (): void => void revision++,
    /** Rises with every change; what was computed without the excluded images of another number is out of date. */
    revision: (): number => revision,
  };
}

export function writeExcludedImages(db: WriteHandle) {
  const add = allValues<number>(
    db,
    'INSERT INTO excluded_images (image) SELECT id FROM images WHERE id IN (SELECT value FROM json_each(?)) ON CONFLICT DO NOTHING RETURNING image',
  );
  const remove = allValues<number>(db, 'DELETE FROM excluded_images WHERE image IN (SELECT value FROM json_each(?)) RETURNING image');
  return {
    /** Excludes images; gives those that were not excluded. */
    add: (images: readonly number[]): number[] => add(JSON.stringify(images)),
    /** Includes images again; gives those that were excluded. */
    remove: (images: readonly number[]): number[] => remove(JSON.stringify(images)),
  };
}
