import type { Split } from '../contract/names';
import type { LibraryDatabase } from '../database/library-database';

/** The different images of a collection, ascending, each with the label and split of its first entry. */
export interface LabelledImages {
  images: Int32Array;
  /** Index into `classes`, −1 without a label. */
  labels: Int16Array;
  splits: (Split | null)[];
  classes: string[];
}

export function labelledImages(db: LibraryDatabase, collection: number): LabelledImages {
  const rows = db.read.collectionImages.labelled(collection);
  const first = rows.filter((row, i) => i === 0 || rows[i - 1].image !== row.image);
  const classes = [...new Set(first.flatMap(({ label }) => (label === null ? [] : [label])))].sort();
  const numbers = new Map(classes.map((name, i) => [name, i]));
  return {
    images: Int32Array.from(first, ({ image }) => image),
    labels: Int16Array.from(first, ({ label }) => (label === null ? -1 : numbers.get(label)!)),
    splits: first.map(({ split }) => split),
    classes,
  };
}

/** Slots of images in the library's fixed-record files. */
export const slotsOf = (images: ArrayLike<number>): Int32Array => Int32Array.from(images, (image) => image - 1);
