import { bytesAtOnce, filesAtOnce, type Described, type DescribeOutcome } from '../../src-main/contract/describing';
import type { ErrorDetail } from '../../src-main/contract/errors';
import { explain, type Client } from '../client';
import { Explanation } from './explanation.svelte';
import type { DroppedFile, UnreadableEntry } from './dropped-files';

/** One file on the Describe page and what became of it. */
export class Describing {
  readonly id: number;
  readonly name: string;
  /** null for an entry that could not even be opened. */
  readonly file: File | null;
  /** Which parts of the picture its symbols depend on. */
  readonly why = new Explanation();
  #state = $state<'waiting' | 'working' | 'done' | 'failed' | 'cancelled'>('waiting');
  #result = $state.raw<Described | null>(null);
  #run = $state<number | null>(null);
  #error = $state.raw<ErrorDetail | null>(null);

  constructor(id: number, name: string, file: File | null) {
    this.id = id;
    this.name = name;
    this.file = file;
  }

  get state() {
    return this.#state;
  }
  get result(): Described | null {
    return this.#result;
  }
  /** The run that described it; null before. */
  get run(): number | null {
    return this.#run;
  }
  get error(): ErrorDetail | null {
    return this.#error;
  }

  wait(): void {
    this.#state = 'waiting';
    this.#result = null;
    this.#error = null;
    this.why.clear();
  }
  begin(): void {
    this.#state = 'working';
  }
  finish(result: Described, run: number): void {
    this.#result = result;
    this.#run = run;
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

/** Requests under way at a time: one is read and decoded while the student works on another. */
const requestsAtOnce = 3;
/** A few files go one by one, so that the first is there at once; of many, each request takes this part of what waits. */
const share = 1 / 12;

/** How many of the files that wait, given by their bytes, go into the next request. */
export function batchLength(sizes: readonly number[]): number {
  const most = Math.min(filesAtOnce, Math.max(1, Math.ceil(sizes.length * share)));
  let bytes = sizes[0] ?? 0;
  let length = Math.min(1, sizes.length);
  while (length < most && length < sizes.length && bytes + sizes[length] <= bytesAtOnce) bytes += sizes[length++];
  return length;
}

/**
 * Files that were dropped, chosen or pasted on the Describe page, in their order, described in batches. It outlives the
 * page, so that results are still there after a look elsewhere.
 */
export class DescribeQueue {
  readonly #client: Client;
  readonly #run: () => number | null;
  readonly #byId = new Map<number, Describing>();
  #items = $state.raw<readonly Describing[]>([]);
  #chosen = $state<number | null>(null);
  #reading = $state(0);
  #counts = $state.raw({ done: 0, failed: 0, cancelled: 0 });
  #waiting: Describing[] = [];
  #working = 0;
  #nextId = 1;
  #stop = new AbortController();

  /** @param run the run that describes; null while there is none */
  constructor(client: Client, run: () => number | null) {
    this.#client = client;
    this.#run = run;
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
    return this.#chosen === null ? null : (this.#byId.get(this.#chosen) ?? null);
  }

  choose(id: number): void {
    this.#chosen = id;
  }

  /** Adds files as they come; the first of them is described while the rest is still being found. Gives the first. */
  async add(files: AsyncIterable<DroppedFile | UnreadableEntry> | Iterable<DroppedFile | UnreadableEntry>): Promise<Describing | null> {
    const stop = this.#stop;
    this.#reading += 1;
    let first: Describing | null = null;
    let batch: Describing[] = [];
    let flushed = 0;
    const flush = () => {
      if (batch.length === 0) return;
      this.#items = [...this.#items, ...batch];
      for (const item of batch) this.#byId.set(item.id, item);
      this.#chosen ??= batch[0].id;
      batch = [];
      flushed = performance.now();
      this.#pump();
    };
    try {
      for await (const found of files) {
        if (stop.signal.aborted) break;
        const item = new Describing(this.#nextId++, found.name, 'file' in found ? found.file : null);
        first ??= item;
        batch.push(item);
        if ('file' in found) this.#waiting.push(item);
        else this.#fail(item, { code: 'IMAGE_UNREADABLE', message: found.reason, subject: found.name, remedy: 'Check that the file can be read, then drop it again.' });
        if (performance.now() - flushed <= 50) continue;
        flush();
        await new Promise((resolve) => setTimeout(resolve)); // lets the page draw and answer
      }
    } finally {
      if (!stop.signal.aborted) flush();
      this.#reading -= 1;
    }
    return first;
  }

  /** Describes every file anew: with another run, or those that failed or were cancelled. */
  again(): void {
    this.cancel();
    const readable = this.#items.filter((item) => item.file !== null);
    for (const item of readable) item.wait();
    this.#waiting = readable;
    this.#counts = { done: 0, failed: this.#items.length - readable.length, cancelled: 0 };
    this.#pump();
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
    for (const item of this.#items) item.why.cancel();
    this.#items = [];
    this.#byId.clear();
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
    while (this.#working < requestsAtOnce && this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, batchLength(this.#waiting.slice(0, filesAtOnce / share).map(({ file }) => file?.size ?? 0)));
      void this.#describe(batch, this.#stop.signal);
    }
  }

  async #describe(batch: readonly Describing[], signal: AbortSignal): Promise<void> {
    const run = this.#run();
    const files = batch.flatMap(({ name, file }) => (file ? [{ name, file }] : []));
    if (run === null) {
      for (const item of batch) this.#fail(item, { code: 'RUN_NOT_TRAINED', message: 'There is no trained run to describe with.', remedy: 'Start a training on the Training page, then drop the file again.' });
      return;
    }
    this.#working += 1;
    for (const item of batch) item.begin();
    try {
      const outcomes = await this.#client.describe.files({ run, files }, { signal });
      if (signal.aborted) return;
      batch.forEach((item, i) => this.#settle(item, outcomes[i], run));
    } catch (error) {
      if (!signal.aborted) for (const item of batch) this.#fail(item, explain(error));
    } finally {
      this.#working -= 1;
      this.#pump();
    }
  }

  #settle(item: Describing, outcome: DescribeOutcome, run: number): void {
    if ('error' in outcome) return this.#fail(item, outcome.error);
    item.finish(outcome.file, run);
    this.#count('done');
  }
}
