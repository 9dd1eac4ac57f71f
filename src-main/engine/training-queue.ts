import type { LibraryDatabase } from '../database/library-database';

/**
 * The order of the runs that wait to be trained. A run waits by its state alone; the order is kept beside it, so that
 * nothing waits twice or is forgotten, whatever moment an engine ended at.
 */
export class TrainingQueue {
  readonly #db: LibraryDatabase;

  constructor(db: LibraryDatabase) {
    this.#db = db;
  }

  /** Ids, the next one first. */
  get order(): number[] {
    const waiting = new Set(this.#db.read.runs.inStates(['queued']));
    const placed = this.#db.read.trainingQueue.all().filter((run) => waiting.delete(run));
    return [...placed, ...[...waiting].sort((a, b) => a - b)];
  }

  /** Takes a run in, which is queued by now: behind all others, but one that was begun before goes before those that were not. */
  add(run: number): void {
    const { byId } = this.#db.read.runs;
    const begun = (id: number) => byId(id)?.checkpointStep !== null;
    const others = this.order.filter((id) => id !== run);
    const found = begun(run) ? others.findIndex((id) => !begun(id)) : -1;
    this.#insert(others, run, found < 0 ? others.length : found);
  }

  /** Puts a run at a place from 1 on; the last where there are not as many. */
  move(run: number, place: number): void {
    const others = this.order.filter((id) => id !== run);
    this.#insert(others, run, Math.min(place - 1, others.length));
  }

  /** Takes a run out. */
  take(run: number): void {
    this.#replace(this.order.filter((id) => id !== run));
  }

  #insert(others: readonly number[], run: number, index: number): void {
    this.#replace([...others.slice(0, index), run, ...others.slice(index)]);
  }

  #replace(order: readonly number[]): void {
    this.#db.durableTransaction(() => this.#db.write.trainingQueue.replace(order));
  }
}
