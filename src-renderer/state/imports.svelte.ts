import type { ErrorDetail } from '../../src-main/contract/errors';
import type { FileFailure } from '../../src-main/contract/images';
import { givenName } from '../../src-main/contract/names';
import { explain, type Client } from '../client';
import type { DroppedFile, UnreadableEntry } from './dropped-files';
import { sendFiles } from './send-files';

/** What will be imported once it has a name. */
export type ImportSource =
  | { kind: 'grant'; grant: string; name: string }
  | { kind: 'files'; name: string; files: AsyncIterable<DroppedFile | UnreadableEntry> | Iterable<DroppedFile | UnreadableEntry>; /** Known beforehand, or null. */ count: number | null };

/** Files on their way from the browser to the engine. */
export interface Upload {
  collection: string;
  sent: number;
  /** null while a folder is still being read. */
  total: number | null;
  failures: readonly FileFailure[];
}

/** Makes a name that the library does not have yet out of a file or folder name. */
export function freeName(wanted: string, taken: readonly string[]): string {
  const base = wanted.replace(/\.(zip|tar|tgz|tar\.gz)$/i, '').replace(/[\\/\p{Cc}]+/gu, ' ').trim().slice(0, 70) || 'Images';
  let name = base;
  for (let n = 2; taken.includes(name); n++) name = `${base} ${n}`;
  return name;
}

/** Why a name cannot be used, or null. */
export function nameProblem(name: string): string | null {
  const parsed = givenName.safeParse(name);
  return parsed.success ? null : `${parsed.error.issues[0].message[0].toUpperCase()}${parsed.error.issues[0].message.slice(1)}.`;
}

/** Bringing images into the library: by a grant of the shell, or by sending files from the browser. */
export class Imports {
  readonly #client: Client;
  /** The source that waits for a name; a dialog shows while there is one. */
  #pending = $state.raw<ImportSource | null>(null);
  #upload = $state.raw<Upload | null>(null);
  #error = $state.raw<ErrorDetail | null>(null);
  #started = $state.raw<readonly string[]>([]);
  #stop: AbortController | null = null;

  constructor(client: Client) {
    this.#client = client;
  }

  get pending(): ImportSource | null {
    return this.#pending;
  }
  get upload(): Upload | null {
    return this.#upload;
  }
  get error(): ErrorDetail | null {
    return this.#error;
  }
  /** Jobs that this window has started. */
  get started(): readonly string[] {
    return this.#started;
  }

  propose(source: ImportSource): void {
    this.#error = null;
    this.#pending = source;
  }
  dismissProposal(): void {
    this.#pending = null;
  }
  dismissError(): void {
    this.#error = null;
  }
  cancelUpload(): void {
    this.#stop?.abort();
  }

  /** Imports the proposed source under a name. Errors end up in `error`; the job then shows by itself. */
  async start(collection: string): Promise<void> {
    const source = this.#pending;
    if (!source) return;
    this.#pending = null;
    this.#error = null;
    try {
      const { job } = source.kind === 'grant' ? await this.#client.imports.fromGrant({ grant: source.grant, collection }) : await this.#send(source, collection);
      this.#started = [...this.#started, job];
    } catch (error) {
      if (!this.#stop?.signal.aborted) this.#error = explain(error);
    } finally {
      this.#upload = null;
      this.#stop = null;
    }
  }

  async #send(source: ImportSource & { kind: 'files' }, collection: string): Promise<{ job: string }> {
    this.#stop = new AbortController();
    this.#upload = { collection, sent: 0, total: source.count, failures: [] };
    const upload = await sendFiles(this.#client, source.files, { signal: this.#stop.signal, onSent: () => this.#sent(), onFailure: (failure) => this.#fail(failure) });
    return this.#client.imports.finishUpload({ upload, collection });
  }

  #sent(): void {
    if (this.#upload) this.#upload = { ...this.#upload, sent: this.#upload.sent + 1 };
  }
  #fail(failure: FileFailure): void {
    if (this.#upload) this.#upload = { ...this.#upload, failures: [...this.#upload.failures, failure] };
  }
}
