import { change, oneRow, type ReadHandle, type WriteHandle } from './handles';

/** Something that was changed by hand. `operation` is the JSON of what takes it back, or does it again once undone. */
export interface JournalEntry {
  id: number;
  title: string;
  operation: string;
}

/** Entries kept; older ones can no longer be undone. */
const kept = 1_000;

const newestDone = 'SELECT id, title, operation FROM journal WHERE undone = 0 ORDER BY id DESC LIMIT 1';
const oldestUndone = 'SELECT id, title, operation FROM journal WHERE undone = 1 ORDER BY id LIMIT 1';

export function readJournal(db: ReadHandle) {
  const [done, undone] = [oneRow<JournalEntry>(db, newestDone), oneRow<JournalEntry>(db, oldestUndone)];
  return {
    /** What an undo would take back; null when there is nothing. */
    next: (): JournalEntry | null => done() ?? null,
    /** What a redo would do again; null when there is nothing. */
    nextAgain: (): JournalEntry | null => undone() ?? null,
  };
}

export function writeJournal(db: WriteHandle) {
  const forgetUndone = change(db, 'DELETE FROM journal WHERE undone = 1');
  const add = change(db, 'INSERT INTO journal (title, operation, created_at) VALUES (?, ?, ?)');
  const forgetOld = change(db, 'DELETE FROM journal WHERE id <= ?');
  const turn = change(db, 'UPDATE journal SET operation = ?, undone = 1 - undone WHERE id = ?');
  const remove = change(db, 'DELETE FROM journal WHERE id = ?');
  return {
    /** Adds what was just done; what had been undone can no longer be done again. */
    add: (title: string, operation: string, at: number): void => {
      forgetUndone();
      const { id } = add(title, operation, at);
      forgetOld(id - kept);
    },
    /** Marks an entry as undone, or as done again; `operation` is what turns it back. */
    turn: (id: number, operation: string): void => void turn(operation, id),
    /** Takes off an entry that can no longer be turned. */
    remove: (id: number): void => void remove(id),
  };
}
