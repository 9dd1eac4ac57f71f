import type { WriteHandle } from '../handles';

/** Symbols are searched in memory (database/image-search.ts): their index is of no use any more. */
export function symbolsWithoutIndex(db: WriteHandle): void {
  db.exec('DROP INDEX descriptions_by_symbols');
}
