import type { Job } from '../../src-main/contract/jobs';
import { explain } from '../client';
import type { ErrorDetail } from '../../src-main/contract/errors';
import type { Connection } from './connection.svelte';

export const isActive = (job: Job) => job.state === 'running' || job.state === 'waiting';

/** Long work in the engine, as the engine tells it. */
export class Jobs {
  readonly #connection: Pick<Connection, 'client' | 'follow'>;
  #all = $state.raw<readonly Job[]>([]);
  #error = $state.raw<ErrorDetail | null>(null);
  #listeners = new Set<(job: Job) => void>();
  /** Jobs known to have ended; null before the first list, whose ended jobs are of the past. */
  #endedIds: ReadonlySet<string> | null = null;

  constructor(connection: Pick<Connection, 'client' | 'follow'>) {
    this.#connection = connection;
  }

  /** Begins to watch; returns how to end it. */
  watch(): () => void {
    return this.#connection.follow(
      (signal) => this.#connection.client.jobs.watch(undefined, { signal }),
      (list) => this.take(list),
      (error) => (this.#error = explain(error)),
    );
  }

  /** Takes a new list over and tells who waits for jobs to end. */
  take(list: readonly Job[]): void {
    const known = this.#endedIds;
    const over = list.filter((job) => !isActive(job));
    this.#endedIds = new Set(over.map((job) => job.id));
    this.#all = list;
    this.#error = null;
    if (!known) return;
    // A short job may begin and end between two lists, and be seen first when it has ended.
    for (const job of over.filter(({ id }) => !known.has(id))) for (const listener of this.#listeners) listener(job);
  }

  get all(): readonly Job[] {
    return this.#all;
  }
  get active(): readonly Job[] {
    return this.#all.filter(isActive);
  }
  get ended(): readonly Job[] {
    return this.#all.filter((job) => !isActive(job));
  }
  get error(): ErrorDetail | null {
    return this.#error;
  }
  byId(id: string): Job | null {
    return this.#all.find((job) => job.id === id) ?? null;
  }

  /** Called for each job that ends while this page watches. Returns how to stop. */
  onEnd(listener: (job: Job) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async cancel(job: string): Promise<void> {
    try {
      await this.#connection.client.jobs.cancel({ job });
    } catch (error) {
      this.#error = explain(error);
    }
  }

  async dismiss(job: string): Promise<void> {
    try {
      await this.#connection.client.jobs.dismiss({ job });
    } catch (error) {
      this.#error = explain(error);
    }
  }
}
