import type { TrainingEvent } from '../contract/runs';
import type { LibraryDatabase } from '../database/library-database';
import { pause } from './change-feed';

/** Events are stored and sent on in steps of this many milliseconds. */
const interval = 100;
/** Events of the past sent in one message. */
const replayed = 2_000;

/**
 * The events of one run: kept in memory until the next transaction, stored in batches, and given to whoever watches.
 */
export class TrainingFeed {
  readonly #db: LibraryDatabase;
  readonly #run: number;
  readonly #onEvent: (event: TrainingEvent) => void;
  readonly #onFailure: (error: unknown) => void;
  #unstored: TrainingEvent[] = [];
  #timer: NodeJS.Timeout | null = null;
  readonly #watchers = new Set<{ events: TrainingEvent[]; wake: () => void }>();

  /** @param o.onEvent called with every event */
  constructor(o: { db: LibraryDatabase; run: number; onEvent: (event: TrainingEvent) => void; onFailure: (error: unknown) => void }) {
    this.#db = o.db;
    this.#run = o.run;
    this.#onEvent = o.onEvent;
    this.#onFailure = o.onFailure;
  }

  add(event: TrainingEvent): void {
    this.#unstored.push(event);
    for (const watcher of this.#watchers) {
      watcher.events.push(event);
      watcher.wake();
    }
    this.#onEvent(event);
    this.#timer ??= setTimeout(() => {
      try {
        this.flush();
      } catch (error) {
        this.#onFailure(error);
      }
    }, interval);
  }

  /** Stores what is not stored yet, in one transaction. */
  flush(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const events = this.#unstored;
    if (events.length === 0) return;
    this.#db.transaction(() => {
      for (const event of events) {
        this.#db.write.trainingEvents.add(this.#run, event);
        if (event.type === 'step') this.#db.write.runProgress.setStep(this.#run, event.step);
        if (event.type === 'evaluation') {
          const longest = Object.keys(event.knnTop1).sort((a, b) => Number(b) - Number(a))[0];
          if (longest !== undefined) this.#db.write.runProgress.setKnnTop1(this.#run, event.knnTop1[longest]);
        }
      }
    });
    this.#unstored = [];
  }

  /**
   * The present state, then the stored events after `step`, then events as they happen, in batches at most every 100 ms.
   * States of the past are left out: whoever follows a run that goes on would take the end of before for its own. Ends when
   * `signal` aborts.
   * @param now.row of the newest stored state when `now.state` was read
   */
  async *watch(step: number, now: { state: TrainingEvent; row: number }, signal: AbortSignal | undefined): AsyncGenerator<TrainingEvent[], void, void> {
    let wake = (): void => undefined;
    const watcher = { events: [] as TrainingEvent[], wake: () => wake() };
    this.flush();
    this.#watchers.add(watcher);
    const aborted = () => wake();
    signal?.addEventListener('abort', aborted);
    try {
      yield [now.state];
      for (let row = 0; !signal?.aborted; ) {
        this.flush();
        // What came meanwhile is stored now, and read with the others unless it is of an earlier step.
        watcher.events = watcher.events.filter((event) => !('step' in event) || event.step <= step);
        const past = this.#db.read.trainingEvents.after(this.#run, step, row, replayed);
        if (past.length === 0) break;
        const news = past.filter(({ event, row: at }) => event.type !== 'state' || at > now.row);
        if (news.length > 0) yield news.map(({ event }) => event);
        row = past[past.length - 1].row;
      }
      while (!signal?.aborted) {
        if (watcher.events.length === 0) await new Promise<void>((resolve) => (wake = resolve));
        if (signal?.aborted) return;
        await pause(interval, signal);
        const events = watcher.events.splice(0);
        if (events.length) yield events;
      }
    } finally {
      this.#watchers.delete(watcher);
      signal?.removeEventListener('abort', aborted);
    }
  }
}
