import { toErrorDetail } from '../contract/errors';

export interface Stream {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
  rows?: number;
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
  /** Lines of progress on the terminal. */
  #lines = 0;
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
    if (this.#err.isTTY) this.#draw([text]);
    else this.#err.write(`${text}\n`);
  }

  /** How far several works are, a line each: renewed in place on a terminal; elsewhere `summary` is the progress. */
  board(lines: readonly string[], phase: string, summary: string): void {
    if (!this.#err.isTTY) return this.progress(phase, summary);
    if (this.#now() - this.#shownAt < terminalInterval) return;
    this.#shownAt = this.#now();
    const room = Math.max(2, (this.#err.rows ?? 24) - 2);
    this.#draw([...lines.slice(0, room), ...(lines.length > room ? [`… and ${lines.length - room} more`] : []), summary]);
  }

  #draw(lines: readonly string[]): void {
    const width = Math.max(20, (this.#err.columns ?? 80) - 1);
    this.#clear();
    this.#err.write(`\r\x1b[2K${lines.map((line) => line.slice(0, width)).join('\n')}`);
    this.#lines = lines.length;
  }

  /** Removes the lines of progress. */
  #clear(): void {
    if (this.#lines === 0) return;
    this.#err.write(this.#lines === 1 ? '\r\x1b[2K' : `\r\x1b[${this.#lines - 1}A\x1b[J`);
    this.#lines = 0;
  }

  /** Called once at the end, so that a shell's prompt begins on a fresh line. */
  end(): void {
    this.#clear();
  }
}
