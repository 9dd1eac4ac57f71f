import type { Comparison, RunPair } from '../contract/compare';
import { change, oneRow, type ReadHandle, type WriteHandle } from './handles';

/** A comparison as it is kept, with the checkpoints whose descriptions it is about. */
export interface StoredComparison extends Omit<Comparison, 'images' | 'kept'> {
  step: number;
  otherStep: number;
  /** [n] ascending. */
  images: Int32Array;
  /** [n] neighbours that each image keeps. */
  kept: Uint8Array;
}

interface ComparisonRow {
  step: number;
  other_step: number;
  neighbours: number;
  images: Buffer;
  kept: Buffer;
  created_at: number;
}

export function readComparisons(db: ReadHandle) {
  const one = oneRow<ComparisonRow>(db, 'SELECT step, other_step, neighbours, images, kept, created_at FROM comparisons WHERE run = ? AND other = ? AND collection = ?');
  return {
    of: ({ run, other, collection }: RunPair): StoredComparison | null => {
      const row = one(run, other, collection);
      if (!row) return null;
      const images = new Int32Array(Uint8Array.from(row.images).buffer);
      return { run, other, collection, step: row.step, otherStep: row.other_step, neighbours: row.neighbours, images, kept: Uint8Array.from(row.kept), createdAt: row.created_at };
    },
  };
}

export function writeComparisons(db: WriteHandle) {
  const put = change(
    db,
    'INSERT OR REPLACE INTO comparisons (run, other, collection, step, other_step, neighbours, images, kept, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  return {
    /** Takes the place of the one before. */
    put: (c: StoredComparison): void =>
      void put(c.run, c.other, c.collection, c.step, c.otherStep, c.neighbours, Buffer.from(c.images.buffer, c.images.byteOffset, c.images.byteLength), Buffer.from(c.kept), c.createdAt),
  };
}
