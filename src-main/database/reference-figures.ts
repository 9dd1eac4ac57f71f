import { referenceFigures, type ReferenceFigures } from '../contract/evaluation';
import { change, oneRow, type ReadHandle, type WriteHandle } from './handles';

/** What reference figures were measured for. */
export interface ReferenceKey {
  collection: number;
  /** Id of the teacher. */
  teacher: string;
  vocabulary: number;
  length: number;
  /** Hash of the images, their labels and their split. */
  images: string;
}

export function readReferenceFigures(db: ReadHandle) {
  const one = oneRow<{ document: string }>(
    db,
    'SELECT document FROM reference_figures WHERE collection = :collection AND teacher = :teacher AND vocabulary = :vocabulary AND length = :length AND images = :images',
  );
  return {
    /** null when they were not measured, or on other images. */
    of: (key: ReferenceKey): ReferenceFigures | null => {
      const row = one(key);
      return row ? referenceFigures.parse(JSON.parse(row.document)) : null;
    },
  };
}

export function writeReferenceFigures(db: WriteHandle) {
  const put = change(
    db,
    `INSERT INTO reference_figures (collection, teacher, vocabulary, length, images, document)
     VALUES (:collection, :teacher, :vocabulary, :length, :images, :document)
     ON CONFLICT (collection, teacher, vocabulary, length) DO UPDATE SET images = excluded.images, document = excluded.document`,
  );
  return { put: (key: ReferenceKey, figures: ReferenceFigures): void => void put({ ...key, document: JSON.stringify(figures) }) };
}
