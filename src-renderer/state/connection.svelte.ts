import { socketPath } from '../../src-main/contract/urls';
import { createClient, ReconnectingLink, wasAborted, type Client, type ConnectionStatus } from '../client';
import { sessionState } from '../session';

const openSocket = () => {
  const url = new URL(socketPath, location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return new WebSocket(url);
};

/** The one connection to the engine: its client, its state, and streams that survive a reconnection. */
export class Connection {
  readonly client: Client;
  readonly #link: ReconnectingLink;
  #status = $state<ConnectionStatus>('connecting');
  #retryAt = $state<number | null>(null);
  #epoch = $state(0);

  constructor(options: { openSocket?: () => WebSocket; sessionState?: typeof sessionState } = {}) {
    this.#link = new ReconnectingLink({
      openSocket: options.openSocket ?? openSocket,
      sessionState: options.sessionState ?? sessionState,
      onStatus: (status, retryAt) => {
        this.#status = status;
        this.#retryAt = retryAt;
        if (status === 'open') this.#epoch += 1;
      },
    });
    this.client = createClient(this.#link);
  }

  get status(): ConnectionStatus {
    return this.#status;
  }

  /** When the next attempt comes, in milliseconds since 1970; null while connected or refused. */
  get retryAt(): number | null {
    return this.#retryAt;
  }

  /** Counts connections; what reads it in an effect is asked again after each reconnection. */
  get epoch(): number {
    return this.#epoch;
  }

  retryNow(): void {
    this.#link.retryNow();
  }

  close(): void {
    this.#link.close();
  }

  /**
   * Reads a stream until the returned function is called, and opens it again after a lost connection.
   * `onError` gets what the engine answered when the stream itself fails; it is not opened again then.
   */
  follow<T>(open: (signal: AbortSignal) => Promise<AsyncIterable<T>>, onItem: (item: T) => void, onError?: (error: unknown) => void): () => void {
    const stop = new AbortController();
    void (async () => {
      while (!stop.signal.aborted) {
        const epoch = this.#epoch;
        try {
          for await (const item of await open(stop.signal)) {
            if (stop.signal.aborted) return;
            onItem(item);
          }
          if (this.#status === 'open' && this.#epoch === epoch) return; // the engine ended the stream: it is complete
        } catch (error) {
          if (stop.signal.aborted) return;
          const engineAnswered = this.#status === 'open' && this.#epoch === epoch && epoch > 0 && !wasAborted(error);
          if (engineAnswered) {
            onError?.(error);
            return;
          }
        }
        await new Promise((resolve) => setTimeout(resolve, 200)); // the socket's close and the stream's end come in either order
      }
    })();
    return () => stop.abort();
  }
}
