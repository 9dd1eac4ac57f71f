import { Notification } from 'electron';
import { followEngine } from './engine-client';
import type { EngineAddress } from './engine-process';

export interface RunNoticesOptions {
  /** Nothing is shown while the user looks at the window. */
  focused: () => boolean;
  /** Shows a run in the window. */
  open: (run: number) => void;
}

/** Desktop notifications of what happens to runs, while they are wanted. The page itself has no right to notify. */
export class RunNotices {
  readonly #o: RunNoticesOptions;
  #following: AbortController | null = null;
  /** What is shown is kept from being collected, else a click on it would do nothing. */
  readonly #shown = new Set<Notification>();

  constructor(o: RunNoticesOptions) {
    this.#o = o;
  }

  /** Tells of the runs of an engine from now on; null: of none. */
  follow(engine: EngineAddress | null): void {
    this.#following?.abort();
    this.#following = null;
    if (!engine || !Notification.isSupported()) return;
    const following = (this.#following = new AbortController());
    void followEngine(
      engine,
      (client) => client.runs.news(undefined, { signal: following.signal }),
      ({ run, title, text }) => {
        if (!this.#o.focused()) this.#show(run, title, text);
      },
      following.signal,
    ).catch((error: Error) => {
      if (!following.signal.aborted) process.stderr.write(`Notifications have ended: ${error.message}\n`); // the engine has: the window says so
    });
  }

  #show(run: number, title: string, body: string): void {
    const notification = new Notification({ title, body });
    const forget = () => this.#shown.delete(notification);
    this.#shown.add(notification);
    notification.on('close', forget);
    notification.on('click', () => {
      forget();
      this.#o.open(run);
    });
    notification.show();
  }
}
