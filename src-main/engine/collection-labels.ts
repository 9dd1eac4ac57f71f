import type { Split } from '../contract/names';
import type { LibraryDatabase } from '../database/library-database';

/** The entries of a collection in the order of their images; the same image may stand there more than once. */
export interface LabelledImages {
  images: Int32Array;
  /** Index into `classes`, −1 without a label. */
  labels: Int16Array;
  splits: (Split | null)[];
  classes: string[];
}

export function labelledImages(db: LibraryDatabase, collection: number): LabelledImages {
  const rows = db.read.collectionImages.labelled(collection);
  const classes = [...new Set(rows.flatMap(({ label }) => (label === null ? [] : [label])))].sort();
  const numbers = new Map(classes.map((name, i) => [name, i]));
  return {
    images: Int32Array.from(rows, ({ image }) => image),
    labels: Int16Array.from(rows, ({ label }) => (label === null ? -1 : numbers.get(label)!)),
    splits: rows.map(({ split }) => split),
    classes,
  };
}

/** Slots of images in the library's fixed-record files. */
export const slotsOf = (images: ArrayLike<number>): Int32Array => Int32Array.from(images, (image) => image - 1);
