import { createORPCClient, isDefinedError, ORPCError, type ClientLink } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import type { pageContract } from '../src-main/contract/api';
import { toErrorDetail, type ErrorDetail } from '../src-main/contract/errors';

/** Every procedure of the contract that a page may call. */
export type Client = ContractRouterClient<typeof pageContract>;

export type ConnectionStatus = 'connecting' | 'open' | 'lost' | 'refused';

/** The socket closed while an answer was awaited, or could not be opened again in time. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
  constructor() {
    super('The connection to the engine was lost.');
  }
}

export interface ReconnectingOptions {
  /** Opens a socket; called again after every loss. */
  openSocket: () => WebSocket;
  /** Tells a refused session from an engine that is away; asked after a socket that never opened. */
  sessionState: () => Promise<'good' | 'refused' | 'unreachable'>;
  onStatus: (status: ConnectionStatus, retryAt: number | null) => void;
  /** Milliseconds to wait before each attempt; the last one repeats. */
  delays?: readonly number[];
  /** How long a call waits for a connection before it fails with ConnectionLost. */
  patience?: number;
}

/** An oRPC link over a WebSocket that opens a new socket whenever the last one closes. Calls wait for an open one. */
export class ReconnectingLink implements ClientLink<Record<never, never>> {
  readonly #options: Required<ReconnectingOptions>;
  #link: RPCLink<Record<never, never>> | null = null;
  #socket: WebSocket | null = null;
  #waiting = new Set<() => void>();
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(options: ReconnectingOptions) {
    this.#options = { delays: [250, 500, 1000, 2000, 4000], patience: 20_000, ...options };
    this.#open();
  }

  #open(): void {
    clearTimeout(this.#timer);
    const socket = this.#options.openSocket();
    this.#socket = socket;
    const link = new RPCLink({ websocket: socket });
    let opened = false;
    socket.addEventListener('open', () => {
      opened = true;
      this.#attempt = 0;
      this.#link = link;
      this.#options.onStatus('open', null);
      for (const wake of [...this.#waiting]) wake();
    });
    socket.addEventListener('close', () => {
      if (this.#socket !== socket) return;
      this.#socket = null;
      this.#link = null;
      if (!this.#closed) void this.#lost(opened);
    });
  }

  async #lost(opened: boolean): Promise<void> {
    if (!opened && (await this.#options.sessionState()) === 'refused') {
      this.#options.onStatus('refused', null);
      return;
    }
    if (this.#closed || this.#socket) return;
    const delay = this.#options.delays[Math.min(this.#attempt++, this.#options.delays.length - 1)];
    this.#options.onStatus('lost', Date.now() + delay);
    this.#timer = setTimeout(() => this.#open(), delay);
  }

  /** Tries at once instead of waiting for the next attempt. */
  retryNow(): void {
    if (this.#socket || this.#closed) return;
    this.#open();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#socket?.close();
  }

  #whenOpen(signal: AbortSignal | undefined): Promise<RPCLink<Record<never, never>>> {
    if (this.#link) return Promise.resolve(this.#link);
    return new Promise((resolve, reject) => {
      const settle = () => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        signal?.removeEventListener('abort', aborted);
      };
      const wake = () => {
        if (!this.#link) return;
        settle();
        resolve(this.#link);
      };
      const aborted = () => {
        settle();
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        settle();
        reject(new ConnectionLost());
      }, this.#options.patience);
      if (signal?.aborted) return aborted();
      signal?.addEventListener('abort', aborted);
      this.#waiting.add(wake);
    });
  }

  async call(path: readonly string[], input: unknown, options: { signal?: AbortSignal; lastEventId?: string; context: Record<never, never> }): Promise<unknown> {
    const link = await this.#whenOpen(options.signal);
    try {
      return await link.call(path, input, options);
    } catch (error) {
      if (this.#link !== link && !options.signal?.aborted && !(error instanceof ORPCError)) throw new ConnectionLost();
      throw error;
    }
  }
}

export const createClient = (link: ClientLink<Record<never, never>>): Client => createORPCClient<Client>(link);

/** Whether this only says that the caller itself gave up. */
export function wasAborted(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** What to show for anything that a call threw: what happened, to what, and what to do. */
export function explain(error: unknown): ErrorDetail {
  if (error instanceof ConnectionLost)
    return { code: 'PROCESS_DIED', message: error.message, remedy: 'Glyphscope connects again by itself; then try once more.' };
  if (isDefinedError(error as Error)) return toErrorDetail((error as { data: unknown }).data);
  if (error instanceof ORPCError) {
    const code = error.code === 'BAD_REQUEST' ? 'INVALID_INPUT' : error.code === 'NOT_FOUND' ? 'NOT_FOUND' : 'INTERNAL';
    return { code, message: error.message };
  }
  return toErrorDetail(error);
}
