import { toErrorDetail } from '../contract/errors';

export interface Stream {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

/** Plain lines (no terminal) at most this often, besides one whenever the phase changes. */
const plainInterval = 5000;
const terminalInterval = 100;

/** A message may end with a path. */
export const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/**
 * What a command says: results to stdout, everything else to stderr. On a terminal progress is one line that is
 * written over; elsewhere it is a line every few seconds.
 */
export class Output {
  readonly json: boolean;
  readonly #out: Stream;
  readonly #err: Stream;
  readonly #now: () => number;
  #line = '';
  #phase = '';
  #shownAt = -Infinity;

  constructor(o: { json: boolean; stdout?: Stream; stderr?: Stream; now?: () => number }) {
    this.json = o.json;
    this.#out = o.stdout ?? process.stdout;
    this.#err = o.stderr ?? process.stderr;
    this.#now = o.now ?? (() => performance.now());
  }

  /** The result: `document` with --json, the text otherwise. */
  result(document: unknown, text: string): void {
    this.#clear();
    this.#out.write(this.json ? `${JSON.stringify(document, null, 2)}\n` : text === '' ? '' : `${text}\n`);
  }

  /** One of many results, a JSON document on a line of its own with --json. */
  item(document: unknown, text: string): void {
    this.#clear();
    this.#out.write(this.json ? `${JSON.stringify(document)}\n` : `${text}\n`);
  }

  /** A line for the reader, not part of the result. */
  note(text: string): void {
    this.#clear();
    this.#err.write(`${text}\n`);
  }

  error(error: unknown): void {
    const { code, message, subject, remedy } = toErrorDetail(error);
    if (this.json) this.note(JSON.stringify({ code, message, subject, remedy }));
    else this.note(`${sentence(message)}${remedy ? ` ${remedy}` : ''} [${code}]`);
  }

  /** How far the work is; `phase` decides when a plain line is due. */
  progress(phase: string, text: string): void {
    const now = this.#now();
    const due = phase !== this.#phase || now - this.#shownAt >= (this.#err.isTTY ? terminalInterval : plainInterval);
    if (!due) return;
    this.#phase = phase;
    this.#shownAt = now;
    if (!this.#err.isTTY) return void this.#err.write(`${text}\n`);
    this.#line = text.slice(0, Math.max(20, (this.#err.columns ?? 80) - 1));
    this.#err.write(`\r\x1b[2K${this.#line}`);
  }

  /** Removes the progress line. */
  #clear(): void {
    if (this.#line === '') return;
    this.#line = '';
    this.#err.write('\r\x1b[2K');
  }

  /** Called once at the end, so that a shell's prompt begins on a fresh line. */
  end(): void {
    this.#clear();
  }
}
