import { allRows, allValues, change, oneRow, type ReadHandle, type WriteHandle } from './handles';

/** Where an image's bytes are: a file that stays the user's, or a pack of the library. */
export type ImagePlace = { path: string } | { pack: number; offset: number; length: number };

export interface StoredImage {
  id: number;
  /** Hexadecimal. */
  sha256: string;
  width: number;
  height: number;
  /** As the decoder names it: jpeg, png, webp, … */
  format: string;
  bytes: number;
  place: ImagePlace;
}

interface ImageRow {
  id: number;
  sha256: Buffer;
  width: number;
  height: number;
  format: string;
  bytes: number;
  path: string | null;
  pack: number | null;
  pack_offset: number | null;
}

function toImage(row: ImageRow): StoredImage {
  const place: ImagePlace = row.path !== null ? { path: row.path } : { pack: row.pack!, offset: row.pack_offset!, length: row.bytes };
  return { id: row.id, sha256: row.sha256.toString('hex'), width: row.width, height: row.height, format: row.format, bytes: row.bytes, place };
}

const columns = 'id, sha256, width, height, format, bytes, path, pack, pack_offset';

export function readImages(db: ReadHandle) {
  const byId = oneRow<ImageRow>(db, `SELECT ${columns} FROM images WHERE id = ?`);
  const several = allRows<ImageRow>(db, `SELECT ${columns} FROM images WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id`);
  const ofCollection = allValues<number>(
    db,
    'SELECT DISTINCT image FROM collection_images INDEXED BY collection_images_by_image WHERE collection = ? ORDER BY image',
  );
  const longestEdge = oneRow<{ edge: number }>(
    db,
    'SELECT coalesce(max(max(i.width, i.height)), 0) AS edge FROM collection_images c JOIN images i ON i.id = c.image WHERE c.collection = ?',
  );
  const heldBy = allValues<number>(
    db,
    `SELECT value FROM json_each(:images) WHERE EXISTS (SELECT 1 FROM collection_images c WHERE c.collection = :collection AND c.image = value) ORDER BY value`,
  );
  const sizes = allRows<{ id: number; width: number; height: number; bytes: number }>(db, 'SELECT id, width, height, bytes FROM images WHERE id IN (SELECT value FROM json_each(?))');
  const count = oneRow<{ n: number }>(db, 'SELECT count(*) AS n FROM images');
  return {
    byId: (id: number): StoredImage | null => {
      const row = byId(id);
      return row ? toImage(row) : null;
    },
    /** Those of the given ids that exist, by id. */
    several: (ids: readonly number[]): StoredImage[] => several(JSON.stringify(ids)).map(toImage),
    /** Longest edge of any of a collection's images, in pixels; 0 without images. */
    longestEdge: (collection: number): number => longestEdge(collection)!.edge,
    /** Those of the given images that a collection holds, ascending. */
    heldBy: (collection: number, images: readonly number[]): number[] => heldBy({ collection, images: JSON.stringify(images) }),
    /** The different images of a collection, ascending. */
    ofCollection: (collection: number): number[] => ofCollection(collection),
    /** Width, height and bytes of those of the given ids that exist, in no order. */
    sizes: (ids: readonly number[]) => sizes(JSON.stringify(ids)),
    count: (): number => count()!.n,
  };
}

export function writeImages(db: WriteHandle) {
  // An image that comes again from a folder is taken from its newest place; one that has its bytes in a pack stays there.
  const add = db.prepare(`
    INSERT INTO images (sha256, width, height, format, bytes, path, pack, pack_offset)
    VALUES (:sha256, :width, :height, :format, :bytes, :path, :pack, :offset)
    ON CONFLICT (sha256) DO UPDATE SET
      path = CASE WHEN images.pack IS NULL THEN excluded.path END,
      pack = CASE WHEN images.pack IS NULL THEN excluded.pack ELSE images.pack END,
      pack_offset = CASE WHEN images.pack IS NULL THEN excluded.pack_offset ELSE images.pack_offset END
    RETURNING id`);
  const find = oneRow<{ id: number; pack: number | null }>(db, 'SELECT id, pack FROM images WHERE sha256 = ?');
  const begin = change(db, `INSERT INTO sqlite_sequence (name, seq) SELECT 'images', 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'images')`);
  const advance = change(db, `UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'images'`);
  return {
    /** Never gives an id up to `id` to a new image: there are records under its slot. */
    neverReuseUpTo: (id: number): void => {
      begin();
      advance(id);
    },
    /** The image with these bytes, rows of the present transaction included; `packed`: the library has its bytes itself. */
    find: (sha256: string): { id: number; packed: boolean } | null => {
      const row = find(Buffer.from(sha256, 'hex'));
      return row ? { id: row.id, packed: row.pack !== null } : null;
    },
    /** Adds an image or finds the one with these bytes; gives its id. */
    add: (image: Omit<StoredImage, 'id'>): number => {
      const inFile = 'path' in image.place;
      const row = add.get({
        sha256: Buffer.from(image.sha256, 'hex'),
        width: image.width,
        height: image.height,
        format: image.format,
        bytes: image.bytes,
        path: inFile ? (image.place as { path: string }).path : null,
        pack: inFile ? null : (image.place as { pack: number }).pack,
        offset: inFile ? null : (image.place as { offset: number }).offset,
      }) as { id: number };
      return row.id;
    },
  };
}

