import type { ErrorDetail } from '../../../../src-main/contract/errors';
import type { Job } from '../../../../src-main/contract/jobs';
import { explain } from '../../../client';
import type { App } from '../../../state/app.svelte';
import { isArchive } from '../../../state/dropped-files';
import { isActive } from '../../../state/jobs.svelte';
import type { ImportSource } from '../../../state/imports.svelte';
import { sendFiles } from '../../../state/send-files';

/** Brings one exported run into the library: sends it where the engine cannot read it, and follows the job. */
export class RunImport {
  readonly #app: Pick<App, 'client' | 'jobs'>;
  #stop = new AbortController();
  #job = $state<string | null>(null);
  #sent = $state<number | null>(null);
  #error = $state.raw<ErrorDetail | null>(null);

  constructor(app: Pick<App, 'client' | 'jobs'>) {
    this.#app = app;
  }

  /** The job, once it has begun. */
  get job(): Job | null {
    return this.#job === null ? null : this.#app.jobs.byId(this.#job);
  }
  /** Files that have been sent; null while none are being sent. */
  get sent(): number | null {
    return this.#sent;
  }
  get error(): ErrorDetail | null {
    return this.#error;
  }
  get busy(): boolean {
    const { job } = this;
    return this.#sent !== null || (this.#job !== null && (job === null || isActive(job) || job.state === 'done'));
  }

  async start(source: ImportSource, name: string): Promise<void> {
    const { runFolders } = this.#app.client;
    this.#error = null;
    this.#job = null;
    this.#stop = new AbortController();
    try {
      if (source.kind === 'grant') this.#job = (await runFolders.fromGrant({ grant: source.grant, name })).job;
      else if (isOtherFolder(source)) this.#error = { code: 'RUN_FOLDER_UNUSABLE', message: `${source.name} is no exported run: it holds no manifest.json.`, subject: source.name, remedy: 'Choose the folder that holds manifest.json, or an archive of it.' };
      else {
        this.#sent = 0;
        const upload = await sendFiles(this.#app.client, source.files, { signal: this.#stop.signal, onSent: () => (this.#sent = (this.#sent ?? 0) + 1), onFailure: ({ name: file, reason }) => this.#refuse(file, reason) });
        if (this.#error === null) this.#job = (await runFolders.finishUpload({ upload, name })).job;
      }
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#error = explain(error);
    } finally {
      this.#sent = null;
    }
  }

  /** Stops sending. */
  stop(): void {
    this.#stop.abort();
  }

  #refuse(file: string, reason: string): void {
    this.#error ??= { code: 'RUN_FOLDER_UNUSABLE', message: `${file} could not be sent: ${reason}`, subject: file, remedy: 'Import it with the command line: glyphscope import-run FOLDER.' };
    this.#stop.abort();
  }
}

/** Whether files that are all known are those of another folder, which need not be sent to be told so. */
function isOtherFolder(source: ImportSource & { kind: 'files' }): boolean {
  return Array.isArray(source.files) && !source.files.some(({ name }: { name: string }) => isArchive(name) || name.split('/').at(-1) === 'manifest.json');
}
