import { describe, expect, test } from 'vitest';
import { givenSymbolName } from '../../../src-main/contract/names';
import { Journal } from '../../../src-main/engine/changes/journal';
import { addRun, temporaryDatabase } from './library.fixture';

describe('names of symbols', () => {
  test('a symbol has one name everywhere and one at each position, apart for every run', () => {
    const db = temporaryDatabase();
    const [run, other] = [addRun(db, 'a'), addRun(db, 'b')];
    const { put } = db.write.symbolNames;
    expect(put(run, 3, null, 'wings')).toBeNull();
    expect(put(run, 3, 2, 'tail')).toBeNull();
    expect(put(other, 3, null, 'wings')).toBeNull();
    expect(put(run, 3, null, 'feathers')).toBe('wings');
    expect(db.read.symbolNames.of(run)).toEqual([{ symbol: 3, position: null, name: 'feathers' }, { symbol: 3, position: 2, name: 'tail' }]);
    expect(put(run, 3, 2, null)).toBe('tail');
    expect(db.read.symbolNames.of(run)).toEqual([{ symbol: 3, position: null, name: 'feathers' }]);
    expect(db.read.symbolNames.of(other)).toEqual([{ symbol: 3, position: null, name: 'wings' }]);
  });

  test('a name belongs to one symbol of a run, whatever its case; its own may change case', () => {
    const db = temporaryDatabase();
    const run = addRun(db, 'a');
    const { put } = db.write.symbolNames;
    put(run, 3, null, 'Wings');
    expect(() => put(run, 4, null, 'wings')).toThrow('"Wings" is the name of symbol 3 already.');
    expect(() => put(run, 3, 5, 'WINGS')).toThrow('"Wings" is the name of symbol 3 already.');
    expect(put(run, 3, null, 'WINGS')).toBe('Wings');
    expect(db.read.symbolNames.of(run)).toEqual([{ symbol: 3, position: null, name: 'WINGS' }]);
  });

  test('naming is undone and done again, and names go with their run', () => {
    const db = temporaryDatabase();
    const run = addRun(db, 'a');
    const journal = new Journal(db);
    const names = () => db.read.symbolNames.of(run).map(({ name }) => name);
    expect(journal.do({ kind: 'name-symbol', run, symbol: 3, position: null, name: 'wings' }).title).toBe('Named symbol 3 “wings”');
    journal.do({ kind: 'name-symbol', run, symbol: 3, position: null, name: 'feathers' });
    expect(journal.do({ kind: 'name-symbol', run, symbol: 3, position: null, name: null }).title).toBe('Took the name “feathers” from symbol 3');
    expect(names()).toEqual([]);
    expect([journal.undo(), ...names()]).toEqual(['Took the name “feathers” from symbol 3', 'feathers']);
    expect([journal.undo(), ...names()]).toEqual(['Named symbol 3 “feathers”', 'wings']);
    expect([journal.redo(), ...names()]).toEqual(['Named symbol 3 “feathers”', 'feathers']);
    expect(journal.do({ kind: 'name-symbol', run, symbol: 3, position: null, name: 'feathers' })).toEqual({ title: 'Nothing to change', images: 0 });
    db.write.runs.remove(run);
    expect(names()).toEqual([]);
    expect(() => journal.undo()).toThrow('There is no run');
  });

  test('a name is one line of letters and more, never a number or a piece of a query', () => {
    for (const good of ['wings', ' sky above ', 'Flügel 2', '鳥']) expect(givenSymbolName.parse(good)).toBe(good.trim());
    for (const bad of ['', '  ', '45', '12 7', 'two\nlines', 'say "x"', '*', 'x'.repeat(41)]) expect(givenSymbolName.safeParse(bad).success).toBe(false);
  });
});
