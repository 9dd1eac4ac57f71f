import { GlyphscopeError } from '../../contract/errors';
import type { ChangeMade, History } from '../../contract/curate';
import type { JournalEntry } from '../../database/journal';
import type { LibraryDatabase } from '../../database/library-database';
import { apply, operation, runsOf, type Applied, type Operation } from './operations';

/**
 * Does what the user changes by hand, takes it back and does it again. What is done and its entry are one transaction, and
 * the entries are in the library, so that all of it survives a restart.
 */
export class Journal {
  readonly #db: LibraryDatabase;
  readonly #onRun: (run: number) => void;

  /** @param onRun told of every run of which something was changed */
  constructor(db: LibraryDatabase, onRun: (run: number) => void = () => undefined) {
    this.#db = db;
    this.#onRun = onRun;
  }

  /**
   * Does an operation and notes how it is taken back. A note that `goesOn` from the change before it, as one that is saved
   * while it is being written, is taken back together with it.
   * @throws GlyphscopeError of the operation; nothing is changed then
   */
  do(wanted: Operation, { goesOn = false } = {}): ChangeMade {
    const applied = this.#db.transaction(() => {
      const together = goesOn && this.#isNewest(wanted);
      const applied = apply(this.#db, wanted);
      if (applied && !together) this.#db.write.journal.add(applied.title, JSON.stringify(applied.inverse), Date.now());
      return applied;
    });
    this.#tell(applied);
    return { title: applied?.title ?? 'Nothing to change', images: applied?.changed ?? 0 };
  }

  /** Whether the change that undo would take back is of the same note, with nothing undone since. */
  #isNewest(wanted: Operation): boolean {
    const { journal } = this.#db.read;
    const newest = journal.next();
    if (wanted.kind !== 'note-run' || !newest || journal.nextAgain()) return false;
    const before = readOperation(newest);
    return before.kind === 'note-run' && before.run === wanted.run;
  }

  /** What undo and redo would turn back next. */
  history(): History {
    const { journal } = this.#db.read;
    return { undo: journal.next()?.title ?? null, redo: journal.nextAgain()?.title ?? null };
  }

  /** Takes back what was done last; gives its title, or null when there is nothing. @throws GlyphscopeError as #turn */
  undo(): string | null {
    return this.#turn(() => this.#db.read.journal.next());
  }

  /** Does again what was taken back last; gives its title, or null when there is nothing. @throws GlyphscopeError as #turn */
  redo(): string | null {
    return this.#turn(() => this.#db.read.journal.nextAgain());
  }

  /** @throws GlyphscopeError when the entry can no longer be turned: it is taken off, so that the one before can be */
  #turn(next: () => JournalEntry | null): string | null {
    const entry = next();
    if (!entry) return null;
    try {
      const applied = this.#db.transaction(() => {
        const applied = apply(this.#db, readOperation(entry));
        if (applied) this.#db.write.journal.turn(entry.id, JSON.stringify(applied.inverse));
        else this.#db.write.journal.remove(entry.id);
        return applied;
      });
      if (!applied) return this.#turn(next); // it is that way already: the one before is meant
      this.#tell(applied);
      return entry.title;
    } catch (error) {
      if (!(error instanceof GlyphscopeError)) throw error;
      this.#db.write.journal.remove(entry.id);
      throw new GlyphscopeError(error.code, `“${entry.title}” can no longer be turned back: ${error.message}`, { subject: error.subject, remedy: 'It was taken off the list; what was done before it can still be undone.', cause: error });
    }
  }

  /** Lists and facets that were computed before are out of date. */
  #tell(applied: Applied | null): void {
    if (!applied) return;
    this.#db.read.excludedImages.changed();
    this.#db.read.collectionImages.changed('words');
    for (const run of runsOf(applied.inverse)) this.#onRun(run);
  }
}

/** @throws GlyphscopeError LIBRARY_DAMAGED when the entry does not hold an operation */
function readOperation({ operation: text }: JournalEntry): Operation {
  try {
    return operation.parse(JSON.parse(text));
  } catch (error) {
    throw new GlyphscopeError('LIBRARY_DAMAGED', 'The library no longer says what was changed.', { subject: 'journal', cause: error });
  }
}
