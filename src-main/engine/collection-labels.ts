import type { Split } from '../contract/names';
import type { LibraryDatabase } from '../database/library-database';
import { breathe } from '../evaluation/breathe';

/** The entries of a collection in the order of their images; the same image may stand there more than once. */
export interface LabelledImages {
  images: Int32Array;
  /** Index into `classes`, −1 without a label. */
  labels: Int16Array;
  splits: (Split | null)[];
  classes: string[];
}

/** Rows read between two breaths. */
const rowsAtOnce = 5_000;

export async function labelledImages(db: LibraryDatabase, collection: number): Promise<LabelledImages> {
  const images: number[] = [];
  const names: (string | null)[] = [];
  const splits: (Split | null)[] = [];
  for (let after = { image: 0, position: -1 }; ; await breathe()) {
    const rows = db.read.collectionImages.labelled(collection, after, rowsAtOnce);
    for (const row of rows) {
      images.push(row.image);
      names.push(row.label);
      splits.push(row.split);
    }
    if (rows.length < rowsAtOnce) break;
    after = rows[rows.length - 1];
  }
  const classes = [...new Set(names)].filter((name) => name !== null).sort();
  const numbers = new Map(classes.map((name, i) => [name, i]));
  return { images: Int32Array.from(images), labels: Int16Array.from(names, (name) => (name === null ? -1 : numbers.get(name)!)), splits, classes };
}

/** Slots of images in the library's fixed-record files. */
export const slotsOf = (images: ArrayLike<number>): Int32Array => Int32Array.from(images, (image) => image - 1);
