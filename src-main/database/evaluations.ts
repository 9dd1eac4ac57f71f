import { evaluation, type Evaluation } from '../contract/evaluation';
import { change, oneRow, type ReadHandle, type WriteHandle } from './handles';

export function readEvaluations(db: ReadHandle) {
  const one = oneRow<{ document: string }>(db, 'SELECT document FROM evaluations WHERE run = ? AND collection = ?');
  return {
    of: (run: number, collection: number): Evaluation | null => {
      const row = one(run, collection);
      return row ? evaluation.parse(JSON.parse(row.document)) : null;
    },
  };
}

export function writeEvaluations(db: WriteHandle) {
  const put = change(
    db,
    `INSERT INTO evaluations (run, collection, document, created_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (run, collection) DO UPDATE SET document = excluded.document, created_at = excluded.created_at`,
  );
  return { put: (run: number, collection: number, document: Evaluation, at: number): void => void put(run, collection, JSON.stringify(document), at) };
}
