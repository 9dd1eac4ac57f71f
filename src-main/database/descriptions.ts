import { allValues, change, oneRow, type ReadHandle, type WriteHandle } from './handles';
import { symbolsToBytes } from './symbol-bytes';

export function readDescriptions(db: ReadHandle) {
  const missing = allValues<number>(
    db,
    `SELECT DISTINCT c.image FROM collection_images c INDEXED BY collection_images_by_image
     WHERE c.collection = :collection AND NOT EXISTS (SELECT 1 FROM descriptions d WHERE d.run = :run AND d.image = c.image) ORDER BY c.image`,
  );
  const some = db.prepare(
    `SELECT DISTINCT c.image, d.symbols FROM collection_images c INDEXED BY collection_images_by_image
     JOIN descriptions d ON d.run = :run AND d.image = c.image WHERE c.collection = :collection AND c.image > :after ORDER BY c.image LIMIT :limit`,
  );
  const described = oneRow<{ n: number }>(
    db,
    'SELECT count(*) AS n FROM collection_images c JOIN descriptions d ON d.run = :run AND d.image = c.image WHERE c.collection = :collection',
  );
  const count = oneRow<{ n: number }>(db, 'SELECT count(*) AS n FROM descriptions WHERE run = ?');
  return {
    /** Images that the run has described, of all collections. */
    count: (run: number): number => count(run)!.n,
    /** Images of the collection that the run has not described, ascending. */
    missing: (run: number, collection: number): number[] => missing({ run, collection }),
    /** The next described images of the collection after `image`, ascending. */
    some: (run: number, collection: number, after: number, limit: number): { image: number; symbols: Buffer }[] =>
      some.all({ run, collection, after, limit }) as { image: number; symbols: Buffer }[],
    /** Entries of the collection that the run has described. */
    described: (run: number, collection: number): number => described({ run, collection })!.n,
  };
}

export function writeDescriptions(db: WriteHandle) {
  const put = change(db, 'INSERT INTO descriptions (run, image, symbols) VALUES (?, ?, ?) ON CONFLICT (run, image) DO UPDATE SET symbols = excluded.symbols');
  const removeSome = change(db, 'DELETE FROM descriptions WHERE run = ? AND image IN (SELECT image FROM descriptions WHERE run = ? LIMIT ?)');
  return {
    put: (run: number, image: number, symbols: ArrayLike<number>): void => void put(run, image, symbolsToBytes(symbols)),
    /** Takes up to `count` descriptions of a run away; gives how many went. */
    removeSome: (run: number, count: number): number => removeSome(run, run, count).changes,
  };
}
