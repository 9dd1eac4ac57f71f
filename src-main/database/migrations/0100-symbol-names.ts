import type { WriteHandle } from '../handles';

/** Names that the user gave to symbols of a run: `position` counts from 1, null is wherever the symbol stands. */
export function symbolNames(db: WriteHandle): void {
  db.exec(`
    CREATE TABLE symbol_names (
      run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
      symbol INTEGER NOT NULL CHECK (symbol >= 0),
      position INTEGER CHECK (position BETWEEN 1 AND 8),
      name TEXT NOT NULL COLLATE NOCASE
    ) STRICT;
    CREATE UNIQUE INDEX symbol_names_by_symbol ON symbol_names (run, symbol, ifnull(position, 0));
    CREATE UNIQUE INDEX symbol_names_by_name ON symbol_names (run, name);
  `);
}
