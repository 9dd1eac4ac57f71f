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

/**
 * The same entries in the order of their images' SHA-256, which says nothing of them: what is drawn from it, and summed in
 * it, does not depend on the order of the import.
 */
export async function inContentOrder(db: LibraryDatabase, all: LabelledImages): Promise<LabelledImages> {
  const hashes = new Map<number, string>();
  for (let at = 0; at < all.images.length; at += rowsAtOnce, await breathe())
    for (const { id, sha256 } of db.read.images.several([...all.images.subarray(at, at + rowsAtOnce)])) hashes.set(id, sha256);
  const names = Array.from(all.images, (image) => hashes.get(image) ?? '');
  const keys = Float64Array.from(names, (name) => parseInt(name.slice(0, 12), 16)); // numbers are compared faster than texts
  const order = Int32Array.from(names.keys()).sort((a, b) => keys[a] - keys[b] || (names[a] < names[b] ? -1 : names[a] > names[b] ? 1 : a - b));
  return {
    images: Int32Array.from(order, (row) => all.images[row]),
    labels: Int16Array.from(order, (row) => all.labels[row]),
    splits: Array.from(order, (row) => all.splits[row]),
    classes: all.classes,
  };
}

/** Slots of images in the library's fixed-record files. */
export const slotsOf = (images: ArrayLike<number>): Int32Array => Int32Array.from(images, (image) => image - 1);
