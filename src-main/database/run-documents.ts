import type * as z from 'zod';
import { evaluation, fewShot } from '../contract/evaluation';
import { languageStatistics } from '../contract/language';
import { change, oneRow, type ReadHandle, type WriteHandle } from './handles';

/** The newest document of each kind about a run on a collection. */
const kinds = { evaluation, 'few-shot': fewShot, statistics: languageStatistics };
type Kind = keyof typeof kinds;
type DocumentOf<K extends Kind> = z.infer<(typeof kinds)[K]>;

export function readRunDocuments(db: ReadHandle) {
  const one = oneRow<{ document: string }>(db, 'SELECT document FROM run_documents WHERE run = ? AND collection = ? AND kind = ?');
  return {
    of: <K extends Kind>(kind: K, run: number, collection: number): DocumentOf<K> | null => {
      const row = one(run, collection, kind);
      return row ? (kinds[kind].parse(JSON.parse(row.document)) as DocumentOf<K>) : null;
    },
  };
}

export function writeRunDocuments(db: WriteHandle) {
  const put = change(
    db,
    `INSERT INTO run_documents (run, collection, kind, document, created_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (run, collection, kind) DO UPDATE SET document = excluded.document, created_at = excluded.created_at`,
  );
  return {
    put: <K extends Kind>(kind: K, run: number, collection: number, document: DocumentOf<K>, at: number): void => void put(run, collection, kind, JSON.stringify(document), at),
  };
}
