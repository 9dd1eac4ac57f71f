import type { ErrorDetail } from '../../src-main/contract/errors';
import type { DescribedFile } from '../../src-main/contract/explore';
import { explain, type Client } from '../client';
import type { DroppedFile, UnreadableEntry } from './dropped-files';

/** One file on the Describe page and what became of it. */
export class Describing {
  readonly id: number;
  readonly name: string;
  /** null for an entry that could not even be opened. */
  readonly file: File | null;
  #state = $state<'waiting' | 'working' | 'done' | 'failed' | 'cancelled'>('waiting');
  #result = $state.raw<DescribedFile | null>(null);
  #error = $state.raw<ErrorDetail | null>(null);
  #withNeighbours = $state(false);

  constructor(id: number, name: string, file: File | null) {
    this.id = id;
    this.name = name;
    this.file = file;
  }

  get state() {
    return this.#state;
  }
  get result(): DescribedFile | null {
    return this.#result;
  }
  get error(): ErrorDetail | null {
    return this.#error;
  }

  /** False while the neighbours of this file have not been asked for. */
  get withNeighbours(): boolean {
    return this.#withNeighbours;
  }

  begin(): void {
    this.#state = 'working';
  }
  finish(result: DescribedFile, withNeighbours: boolean): void {
    this.#result = result;
    this.#withNeighbours = withNeighbours;
    this.#state = 'done';
  }
  fail(error: ErrorDetail): void {
    this.#error = error;
    this.#state = 'failed';
  }
  cancel(): void {
    this.#state = 'cancelled';
  }
}

export interface DescribeTarget {
  run: number;
  collection: number | undefined;
}

const filesAtOnce = 3;
const neighbourCount = 12;
/** Neighbours are some 20 kB a file: of the files after these they are asked for when one is looked at. */
const filesWithNeighbours = 200;

/**
 * Files that were dropped, chosen or pasted on the Describe page, in their order, described a few at a time. It
 * outlives the page, so that results are still there after a look elsewhere.
 */
export class DescribeQueue {
  readonly #client: Client;
  readonly #target: () => DescribeTarget | null;
  #items = $state.raw<readonly Describing[]>([]);
  #chosen = $state<number | null>(null);
  #reading = $state(0);
  #counts = $state.raw({ done: 0, failed: 0, cancelled: 0 });
  #waiting: Describing[] = [];
  #working = 0;
  #nextId = 1;
  #stop = new AbortController();

  /** @param target the run that describes and the collection to find neighbours in; null while there is no run */
  constructor(client: Client, target: () => DescribeTarget | null) {
    this.#client = client;
    this.#target = target;
  }

  get items(): readonly Describing[] {
    return this.#items;
  }
  get done(): number {
    return this.#counts.done;
  }
  get failed(): number {
    return this.#counts.failed;
  }
  get cancelled(): number {
    return this.#counts.cancelled;
  }
  /** Whether files are still being read from a folder or described. */
  get busy(): boolean {
    return this.#reading > 0 || this.#counts.done + this.#counts.failed + this.#counts.cancelled < this.#items.length;
  }
  get chosen(): Describing | null {
    return this.#items.find((item) => item.id === this.#chosen) ?? null;
  }

  choose(id: number): void {
    this.#chosen = id;
    const item = this.chosen;
    if (item?.state === 'done' && !item.withNeighbours) void this.#completeNeighbours(item);
  }

  async #completeNeighbours(item: Describing): Promise<void> {
    const target = this.#target();
    if (!target || !item.file) return;
    try {
      item.finish(await this.#client.describe.file({ ...target, name: item.name, file: item.file, neighbours: neighbourCount }), true);
    } catch (error) {
      item.fail(explain(error));
      this.#counts = { ...this.#counts, done: this.#counts.done - 1, failed: this.#counts.failed + 1 };
    }
  }

  /** Adds files as they come; the first of them is described while the rest is still being found. */
  async add(files: AsyncIterable<DroppedFile | UnreadableEntry> | Iterable<DroppedFile | UnreadableEntry>): Promise<void> {
    const stop = this.#stop;
    this.#reading += 1;
    let batch: Describing[] = [];
    let flushed = 0;
    const flush = () => {
      if (batch.length === 0) return;
      this.#items = [...this.#items, ...batch];
      this.#chosen ??= batch[0].id;
      batch = [];
      flushed = performance.now();
      this.#pump();
    };
    try {
      for await (const found of files) {
        if (stop.signal.aborted) break;
        const item = new Describing(this.#nextId++, found.name, 'file' in found ? found.file : null);
        batch.push(item);
        if ('file' in found) this.#waiting.push(item);
        else this.#fail(item, { code: 'IMAGE_UNREADABLE', message: found.reason, subject: found.name, remedy: 'Check that the file can be read, then drop it again.' });
        if (performance.now() - flushed > 50) flush();
      }
    } finally {
      if (!stop.signal.aborted) flush();
      this.#reading -= 1;
    }
  }

  /** Stops what is under way; what is described stays. */
  cancel(): void {
    this.#stop.abort();
    this.#stop = new AbortController();
    const cancelled = this.#items.filter((item) => item.state === 'waiting' || item.state === 'working');
    for (const item of cancelled) item.cancel();
    this.#waiting = [];
    this.#count('cancelled', cancelled.length);
  }

  clear(): void {
    this.cancel();
    this.#items = [];
    this.#chosen = null;
    this.#counts = { done: 0, failed: 0, cancelled: 0 };
  }

  #count(what: 'done' | 'failed' | 'cancelled', by = 1): void {
    this.#counts = { ...this.#counts, [what]: this.#counts[what] + by };
  }

  #fail(item: Describing, error: ErrorDetail): void {
    item.fail(error);
    this.#count('failed');
  }

  #pump(): void {
    while (this.#working < filesAtOnce) {
      const item = this.#waiting.shift();
      if (!item) return;
      void this.#describe(item, this.#stop.signal);
    }
  }

  async #describe(item: Describing, signal: AbortSignal): Promise<void> {
    const target = this.#target();
    if (!item.file) return;
    if (!target) {
      this.#fail(item, { code: 'RUN_NOT_TRAINED', message: 'There is no trained run to describe with.', remedy: 'Start a training on the Training page, then drop the file again.' });
      return this.#pump();
    }
    this.#working += 1;
    item.begin();
    try {
      const withNeighbours = item.id === this.#chosen || this.#counts.done < filesWithNeighbours;
      const result = await this.#client.describe.file({ ...target, name: item.name, file: item.file, neighbours: withNeighbours ? neighbourCount : 0 }, { signal });
      if (signal.aborted) return;
      item.finish(result, withNeighbours);
      this.#count('done');
    } catch (error) {
      if (!signal.aborted) this.#fail(item, explain(error));
    } finally {
      this.#working -= 1;
      this.#pump();
    }
  }
}
