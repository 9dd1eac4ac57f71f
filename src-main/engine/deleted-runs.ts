import type { ChangeMade } from '../contract/curate';
import { GlyphscopeError } from '../contract/errors';
import { keptDays, usualKeptDays, type DeletedRun } from '../contract/run-folder';
import type { Journal } from './changes/journal';
import type { JobBoard } from './jobs';
import type { Library } from './library';
import { toRun, type Runs } from './runs';
import type { Students } from './students';

const setting = 'deleted-runs-kept-days';
const day = 24 * 60 * 60_000;
/** How often it is looked whether the time of some is over, in milliseconds. */
const lookEvery = 60 * 60_000;

export interface DeletedRunsOptions {
  library: Pick<Library, 'db'>;
  runs: Runs;
  journal: Journal;
  jobs: Pick<JobBoard, 'assertUnused'>;
  students: Pick<Students, 'letGo'>;
  log: (line: string) => void;
}

/**
 * Runs that were deleted: hidden everywhere else, kept whole until they are emptied, by hand or when their time is over.
 * Deleting and restoring go through the journal, so that undo and redo turn them.
 */
export class DeletedRuns {
  readonly #o: DeletedRunsOptions;
  #timer: NodeJS.Timeout | null = null;
  #emptying: Promise<void> = Promise.resolve();
  #closed = false;
  /** Removals that an earlier engine began, and runs that it did not finish putting together. */
  readonly #leftOver: readonly number[];

  constructor(o: DeletedRunsOptions) {
    this.#o = o;
    this.#leftOver = o.library.db.read.runs.emptying();
  }

  /** Days that they are kept for; null: until they are emptied by hand. */
  get keptDays(): number | null {
    const stored = this.#o.library.db.read.settings.get(setting);
    return stored === null ? usualKeptDays : keptDays.parse(JSON.parse(stored));
  }

  /** Those whose time is over then go at once. */
  setKeptDays(days: number | null): void {
    this.#o.library.db.write.settings.set(setting, JSON.stringify(keptDays.parse(days)));
    this.#emptyOld();
  }

  /** The last deleted first. */
  list(): DeletedRun[] {
    const days = this.keptDays;
    return this.#o.library.db.read.runs.removed().map((stored) => {
      const removedAt = stored.removedAt!;
      return { ...toRun(stored, []), removedAt, emptiedAt: days === null ? null : removedAt + days * day };
    });
  }

  /** @throws GlyphscopeError NOT_FOUND, RUN_BUSY while one is trained or a job works with it; none is deleted then */
  async delete(ids: readonly number[]): Promise<ChangeMade> {
    for (const id of ids) this.#o.jobs.assertUnused(`run ${id}`, this.#o.runs.get(id).name);
    const made = this.#o.journal.do({ kind: 'delete-runs', runs: [...ids] });
    for (const id of ids) await this.#o.students.letGo(id);
    return made;
  }

  /** Puts deleted runs back, under another name where theirs was taken meanwhile. @throws GlyphscopeError NOT_FOUND */
  restore(ids: readonly number[]): ChangeMade {
    for (const id of ids) this.#assertDeleted(id);
    return this.#o.journal.do({ kind: 'restore-runs', runs: [...ids] });
  }

  /**
   * Takes deleted runs away for good.
   * @returns how many, and how many bytes of their folders were set free
   * @throws GlyphscopeError NOT_FOUND for one that is not deleted; none is taken away then
   */
  async empty(ids: readonly number[]): Promise<{ runs: number; bytes: number }> {
    for (const id of ids) this.#assertDeleted(id);
    let bytes = 0;
    for (const id of ids) {
      bytes += await this.#o.runs.diskBytes(id);
      await this.#remove(id);
    }
    return { runs: ids.length, bytes };
  }

  /** Goes on with what an earlier engine began, empties what is old, and looks again from time to time. */
  begin(): void {
    for (const id of this.#leftOver) this.#removeLater(id);
    this.#emptyOld();
    this.#timer = setInterval(() => this.#emptyOld(), lookEvery);
    this.#timer.unref();
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer) clearInterval(this.#timer);
    await this.#emptying;
  }

  #assertDeleted(id: number): void {
    const run = this.#o.library.db.read.runs.any(id);
    if (!run) throw new GlyphscopeError('NOT_FOUND', `There is no run ${id}.`, { subject: `run ${id}` });
    if (run.removedAt === null) throw new GlyphscopeError('NOT_FOUND', `The run "${run.name}" is not deleted.`, { subject: run.name, remedy: 'Delete it first: until it is emptied it can be restored.' });
  }

  #emptyOld(): void {
    const now = Date.now();
    for (const { id, name, emptiedAt } of this.list()) {
      if (emptiedAt === null || emptiedAt > now) continue;
      this.#o.log(`The run "${name}" was deleted more than ${this.keptDays} days ago: it is emptied.`);
      this.#removeLater(id);
    }
  }

  /** One after the other; a failure is told and leaves the run marked for the next start. */
  #remove(id: number): Promise<void> {
    const removed = this.#emptying.then(() => (this.#closed ? undefined : this.#o.runs.remove(id)));
    this.#emptying = removed.catch((error: Error) => this.#o.log(`Run ${id} could not be emptied: ${error.message}`));
    return removed;
  }

  /** The same for those that nobody waits for: what went wrong is in the log. */
  #removeLater(id: number): void {
    this.#remove(id).catch(() => undefined);
  }
}
