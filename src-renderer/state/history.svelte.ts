import type { ChangeMade } from '../../src-main/contract/curate';
import type { ErrorDetail } from '../../src-main/contract/errors';
import { explain, type Client } from '../client';

/** What the user is told of the last change. `undoable`: the change can be taken back from where it is told. */
export interface Notice {
  text: string;
  undoable: boolean;
  error: ErrorDetail | null;
}

/** How long a notice stays, in milliseconds; errors stay until they are closed. */
const shownFor = 8_000;

/** Changes made by hand: tells of each, takes them back and does them again. */
export class History {
  readonly #client: Client;
  readonly #changed: () => void;
  #notice = $state.raw<Notice | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #turn: Promise<void> = Promise.resolve();

  /** @param changed called after every change: what is on screen is asked for again */
  constructor(client: Client, changed: () => void) {
    this.#client = client;
    this.#changed = changed;
  }

  get notice(): Notice | null {
    return this.#notice;
  }

  /** Waits for a change and tells of it; gives whether it was made. */
  async do(change: Promise<ChangeMade>): Promise<boolean> {
    try {
      this.note(await change);
      return true;
    } catch (error) {
      this.fail(error);
      return false;
    }
  }

  /** Tells of something that did not work. */
  fail(error: unknown): void {
    this.#tell({ text: 'That did not work', undoable: false, error: explain(error) });
  }

  /** Tells of a change that was made. */
  note({ title, images }: ChangeMade): void {
    this.#tell({ text: title, undoable: images > 0, error: null });
    if (images > 0) this.#changed();
  }

  undo(): Promise<void> {
    return this.#step(() => this.#client.curate.undo(), 'Undone', 'Nothing to undo');
  }
  redo(): Promise<void> {
    return this.#step(() => this.#client.curate.redo(), 'Done again', 'Nothing to do again');
  }

  dismiss(): void {
    clearTimeout(this.#timer);
    this.#notice = null;
  }

  /** One after the other, however fast the keys are pressed. */
  #step(ask: () => Promise<string | null>, done: string, nothing: string): Promise<void> {
    this.#turn = this.#turn.then(async () => {
      try {
        const title = await ask();
        this.#tell({ text: title === null ? nothing : `${done}: ${title}`, undoable: false, error: null });
        if (title !== null) this.#changed();
      } catch (error) {
        this.fail(error);
      }
    });
    return this.#turn;
  }

  #tell(notice: Notice): void {
    clearTimeout(this.#timer);
    this.#notice = notice;
    if (!notice.error) this.#timer = setTimeout(() => (this.#notice = null), shownFor);
  }
}
