import type * as z from 'zod';
import { nearDuplicates } from '../contract/curate';
import { evaluation, fewShot } from '../contract/evaluation';
import { languageStatistics } from '../contract/language';
import { change, oneRow, type ReadHandle, type WriteHandle } from './handles';

/** The newest document of each kind about a run on a collection. */
const kinds = { evaluation, 'few-shot': fewShot, statistics: languageStatistics, 'near-duplicates': nearDuplicates };
type Kind = keyof typeof kinds;
type DocumentOf<K extends Kind> = z.infer<(typeof kinds)[K]>;

export function readRunDocuments(db: ReadHandle) {
  const one = oneRow<{ document: string }>(db, 'SELECT document FROM run_documents WHERE run = ? AND collection = ? AND kind = ?');
  const writtenAt = oneRow<{ at: number }>(db, 'SELECT created_at AS at FROM run_documents WHERE run = ? AND collection = ? AND kind = ?');
  return {
    /** When the document was written, in milliseconds since 1970; null when there is none. */
    writtenAt: (kind: Kind, run: number, collection: number): number | null => writtenAt(run, collection, kind)?.at ?? null,
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
