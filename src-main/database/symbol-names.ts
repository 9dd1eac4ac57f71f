import { GlyphscopeError } from '../contract/errors';
import type { SymbolName } from '../contract/explore';
import { allRows, change, oneRow, type ReadHandle, type WriteHandle } from './handles';

export function readSymbolNames(db: ReadHandle) {
  const all = allRows<SymbolName>(db, 'SELECT symbol, position, name FROM symbol_names WHERE run = ? ORDER BY symbol, ifnull(position, 0)');
  return {
    /** All names of a run, by symbol and position. */
    of: (run: number): SymbolName[] => all(run),
  };
}

export function writeSymbolNames(db: WriteHandle) {
  const named = oneRow<SymbolName>(db, 'SELECT symbol, position, name FROM symbol_names WHERE run = ? AND name = ?');
  const present = oneRow<{ name: string }>(db, 'SELECT name FROM symbol_names WHERE run = ? AND symbol = ? AND position IS ?');
  const remove = change(db, 'DELETE FROM symbol_names WHERE run = ? AND symbol = ? AND position IS ?');
  const add = change(db, 'INSERT INTO symbol_names (run, symbol, position, name) VALUES (?, ?, ?, ?)');
  return {
    /**
     * Names a symbol, or takes its name away with null; gives the name it had. Call it within a transaction.
     * @throws GlyphscopeError NAME_TAKEN when another symbol or position of the run has the name, in any case
     */
    put: (run: number, symbol: number, position: number | null, name: string | null): string | null => {
      const before = present(run, symbol, position)?.name ?? null;
      const other = name === null ? undefined : named(run, name);
      if (other && (other.symbol !== symbol || other.position !== position))
        throw new GlyphscopeError('NAME_TAKEN', `"${other.name}" is the name of symbol ${other.symbol}${other.position === null ? '' : ` at position ${other.position}`} already.`, {
          subject: name ?? undefined,
          remedy: 'Choose another name, or take it from that symbol first.',
        });
      remove(run, symbol, position);
      if (name !== null) add(run, symbol, position, name);
      return before;
    },
  };
}
