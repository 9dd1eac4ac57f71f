import type { ErrorDetail } from '../../src-main/contract/errors';
import { explain } from '../client';
import { shell } from '../host';
import type { Jobs } from './jobs.svelte';

/** An export as a dialog begins and follows it: into a folder that the window's own dialog chose, or as files that a browser fetches. */
export class StartedExport {
  readonly #jobs: Jobs;
  #job = $state<string | null>(null);
  #toFolder = $state(false);
  #starting = $state(false);
  #error = $state.raw<ErrorDetail | null>(null);

  constructor(jobs: Jobs) {
    this.#jobs = jobs;
  }

  /** The job at work; null before it has begun. */
  get running() {
    return this.#job === null ? null : this.#jobs.byId(this.#job);
  }
  get toFolder(): boolean {
    return this.#toFolder;
  }
  /** Whether it is too late to begin. */
  get begun(): boolean {
    return this.#starting || this.#job !== null;
  }
  get error(): ErrorDetail | null {
    return this.#error;
  }

  /** Asks for a folder where there is a shell, then begins; nothing happens when the user chooses none. */
  async start(begin: { toGrant: (grant: string) => Promise<{ job: string }>; toDownload: () => Promise<{ job: string }> }): Promise<void> {
    this.#starting = true;
    this.#error = null;
    try {
      const grant = shell && (await shell.chooseExportFolder());
      if (shell && !grant) return;
      this.#toFolder = grant !== null;
      this.#job = (await (grant ? begin.toGrant(grant.grant) : begin.toDownload())).job;
    } catch (thrown) {
      this.#error = explain(thrown);
    } finally {
      this.#starting = false;
    }
  }

  dismissError(): void {
    this.#error = null;
  }
}
