import type { WriteHandle } from '../handles';

/**
 * Documents about a run on a collection, of several kinds in one table, and what evaluations of all runs of one teacher,
 * K and L have in common: `images` is the hash of the images, labels and split that it was measured on.
 */
export function runDocuments(db: WriteHandle): void {
  db.exec(`
    CREATE TABLE run_documents (
      run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
      collection INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
      kind TEXT NOT NULL,
      document TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      PRIMARY KEY (run, collection, kind)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX run_documents_by_collection ON run_documents (collection);
    INSERT INTO run_documents SELECT run, collection, 'evaluation', document, created_at FROM evaluations;
    DROP TABLE evaluations;

    CREATE TABLE reference_figures (
      collection INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
      teacher TEXT NOT NULL,
      vocabulary INTEGER NOT NULL,
      length INTEGER NOT NULL,
      images TEXT NOT NULL,
      document TEXT NOT NULL,
      PRIMARY KEY (collection, teacher, vocabulary, length)
    ) STRICT, WITHOUT ROWID;
  `);
}
