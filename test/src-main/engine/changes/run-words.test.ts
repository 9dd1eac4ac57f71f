import { expect, it } from 'vitest';
import { Journal } from '../../../../src-main/engine/changes/journal';
import { addRun, temporaryDatabase } from '../../database/library.fixture';

it('stars of several runs are one change, and only of those that had none', () => {
  const db = temporaryDatabase();
  const runs = ['a', 'b', 'c'].map((name) => addRun(db, name));
  const told: number[] = [];
  const journal = new Journal(db, (run) => told.push(run));
  const starred = () => runs.map((id) => db.read.runs.byId(id)!.starred);
  expect(journal.do({ kind: 'star-runs', runs: [runs[1]], starred: true })).toEqual({ title: 'Starred “b”', images: 1 });
  expect(journal.do({ kind: 'star-runs', runs, starred: true }).title).toBe('Starred 2 runs');
  expect(starred()).toEqual([true, true, true]);
  expect(journal.undo()).toBe('Starred 2 runs');
  expect(starred()).toEqual([false, true, false]);
  expect(journal.redo()).toBe('Starred 2 runs');
  expect(starred()).toEqual([true, true, true]);
  expect(told).toEqual([runs[1], runs[0], runs[2], runs[0], runs[2], runs[0], runs[2]]);
  expect(() => journal.do({ kind: 'star-runs', runs: [99], starred: true })).toThrow(/no run 99/);
});

it('a note that is saved while it is written is taken back as one change, another one by itself', () => {
  const db = temporaryDatabase();
  const [a, b] = [addRun(db, 'a'), addRun(db, 'b')];
  const journal = new Journal(db);
  const note = (run: number) => db.read.runs.byId(run)!.note;
  journal.do({ kind: 'note-run', run: a, note: 'first' });
  journal.do({ kind: 'note-run', run: a, note: 'first, then' });
  journal.do({ kind: 'note-run', run: a, note: 'first, then more' }, { goesOn: true });
  journal.do({ kind: 'note-run', run: b, note: 'of b' }, { goesOn: true }); // the change before is of another run
  journal.do({ kind: 'note-run', run: b, note: 'of b, on' }, { goesOn: true });
  expect(new Journal(db).undo()).toBe('Changed the note of “b”'); // as after a restart
  expect([note(a), note(b)]).toEqual(['first, then more', '']);
  journal.undo();
  expect(note(a)).toBe('first');
  journal.do({ kind: 'note-run', run: a, note: 'anew' }, { goesOn: true }); // something was undone since: a change of its own
  expect(journal.redo()).toBeNull();
  journal.undo();
  expect(note(a)).toBe('first');
  journal.undo();
  expect(note(a)).toBe('');
});
