import type { ErrorDetail } from '../../src-main/contract/errors';
import type { ImageItem, ImagePage } from '../../src-main/contract/images';
import { explain, wasAborted } from '../client';

export type AskPage = (offset: number, limit: number, signal: AbortSignal) => Promise<ImagePage>;

/**
 * A long list of images, read page by page as it is looked at. A new question keeps the old images on screen until its
 * first page is there; pages that are no longer wanted are not waited for; at most `kept` pages stay in memory.
 */
export class ImagePages {
  readonly pageSize: number;
  readonly #kept: number;
  #ask: AskPage | null = null;
  #pages = new Map<number, readonly ImageItem[]>();
  #asking = new Map<number, AbortController>();
  #first: AbortController | null = null;
  #stale = new Set<number>();
  #refreshes = $state(0);
  #version = $state(0);
  #total = $state<number | null>(null);
  #generation = $state(0);
  #loading = $state(false);
  #error = $state.raw<ErrorDetail | null>(null);

  constructor(options: { pageSize?: number; kept?: number } = {}) {
    this.pageSize = options.pageSize ?? 120;
    this.#kept = options.kept ?? 60;
  }

  /** Images in all; null before the first answer. */
  get total(): number | null {
    return this.#total;
  }
  /** Grows when the answer to a new question replaces the old list. */
  get generation(): number {
    return this.#generation;
  }
  /** Whether the answer to the newest question is still awaited. */
  get loading(): boolean {
    return this.#loading;
  }
  get error(): ErrorDetail | null {
    return this.#error;
  }

  /** A new question: its first page replaces everything once it is there. */
  reset(ask: AskPage): void {
    this.#ask = ask;
    this.#first?.abort();
    for (const asking of this.#asking.values()) asking.abort();
    this.#asking.clear();
    this.#loading = true;
    const first = new AbortController();
    this.#first = first;
    ask(0, this.pageSize, first.signal).then(
      (page) => {
        if (this.#first !== first) return;
        this.#first = null;
        this.#pages = new Map([[0, page.items]]);
        this.#stale.clear();
        this.#total = page.total;
        this.#loading = false;
        this.#error = null;
        this.#generation += 1;
        this.#version += 1;
      },
      (error: unknown) => {
        if (this.#first !== first) return;
        this.#first = null;
        this.#loading = false;
        if (!wasAborted(error)) this.#error = explain(error);
      },
    );
  }

  /** The same question again, because its answer may have changed: everything stays where it is until it is read anew. */
  refresh(ask: AskPage): void {
    if (!this.#total || this.#first) return this.reset(ask); // an empty list has no page that would be looked at
    this.#ask = ask;
    for (const asking of this.#asking.values()) asking.abort();
    this.#asking.clear();
    this.#stale = new Set(this.#pages.keys());
    this.#refreshes += 1;
  }

  /** Forgets everything: there is nothing to ask. */
  clear(): void {
    this.#first?.abort();
    this.#first = null;
    this.#ask = null;
    this.#pages = new Map();
    this.#total = null;
    this.#loading = false;
    this.#error = null;
    this.#version += 1;
  }

  /** The image at a place of the list, or undefined while its page is not there. */
  at(index: number): ImageItem | undefined {
    void this.#version;
    return this.#pages.get(Math.floor(index / this.pageSize))?.[index % this.pageSize];
  }

  /** Says which places are in view: their pages and the next one are read, others no longer. */
  want(first: number, end: number): void {
    void this.#refreshes;
    if (!this.#ask || this.#first || this.#total === null) return;
    const from = Math.max(0, Math.floor(first / this.pageSize));
    const last = Math.min(Math.ceil(this.#total / this.pageSize) - 1, Math.floor(Math.max(first, end - 1) / this.pageSize) + 1);
    for (const [page, asking] of this.#asking)
      if (page < from - 1 || page > last + 1) {
        asking.abort();
        this.#asking.delete(page);
      }
    for (let page = from; page <= last; page++) if ((!this.#pages.has(page) || this.#stale.has(page)) && !this.#asking.has(page)) this.#load(page, this.#ask);
  }

  #load(page: number, ask: AskPage): void {
    const asking = new AbortController();
    this.#asking.set(page, asking);
    ask(page * this.pageSize, this.pageSize, asking.signal).then(
      (answer) => {
        if (this.#asking.get(page) !== asking) return;
        this.#asking.delete(page);
        this.#pages.set(page, answer.items);
        this.#stale.delete(page);
        this.#total = answer.total;
        this.#forgetFarFrom(page);
        this.#error = null;
        this.#version += 1;
      },
      (error: unknown) => {
        if (this.#asking.get(page) !== asking) return;
        this.#asking.delete(page);
        if (!wasAborted(error)) this.#error = explain(error);
      },
    );
  }

  #forgetFarFrom(page: number): void {
    if (this.#pages.size <= this.#kept) return;
    const farthestFirst = [...this.#pages.keys()].sort((a, b) => Math.abs(b - page) - Math.abs(a - page));
    for (const far of farthestFirst.slice(0, this.#pages.size - this.#kept)) this.#pages.delete(far);
  }
}
