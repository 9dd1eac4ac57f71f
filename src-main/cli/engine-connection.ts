import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { createRouterClient } from '@orpc/server';
import { WebSocket } from 'ws';
import type { Contract } from '../contract/api';
import { errorDetail, GlyphscopeError } from '../contract/errors';
import { socketPath } from '../contract/urls';
import { readLock } from '../engine/library-lock';
import type { Invocation } from './command';

/** The whole contract, whichever engine answers. */
export type Client = ContractRouterClient<Contract>;

interface Connection {
  client: Client;
  close(): Promise<void>;
}

const connectLimit = 3000;

/**
 * Runs `work` with the one engine of the library: the one that is running and listens, or else one inside this process,
 * which ends with the command. Errors come out as GlyphscopeErrors.
 * @throws GlyphscopeError LIBRARY_IN_USE when an engine that does not listen holds the library
 */
export async function withEngine<T>(invocation: Pick<Invocation, 'library' | 'out'>, work: (client: Client) => Promise<T>): Promise<T> {
  const connection = (await connectToRunning(invocation.library)) ?? (await startInside(invocation));
  try {
    return await work(connection.client);
  } catch (error) {
    throw errorOf(error);
  } finally {
    await connection.close();
  }
}

/** What a call threw, as the GlyphscopeError that the engine meant. */
export function errorOf(error: unknown): unknown {
  const detail = errorDetail.safeParse((error as { data?: unknown } | null)?.data);
  if (!detail.success) return error;
  const { code, message, subject, remedy } = detail.data;
  return new GlyphscopeError(code, message, { subject, remedy, cause: error });
}

/** The engine that the lock file tells of; null when there is none or it does not answer (a lock left over). */
export async function connectToRunning(library: string): Promise<Connection | null> {
  const lock = readLock(library);
  if (!lock || lock.port === 0) return null;
  const socket = new WebSocket(`ws://127.0.0.1:${lock.port}${socketPath}`, { headers: { Authorization: `Bearer ${lock.hostToken}` }, handshakeTimeout: connectLimit, perMessageDeflate: false });
  socket.binaryType = 'arraybuffer';
  const open = await new Promise<boolean>((resolve) => {
    socket.once('open', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
  if (!open) return null;
  socket.on('error', () => {}); // followed by close, which ends every open call with an error
  // The ws package's socket has the browser's interface; its event types only differ in name.
  const link = new RPCLink({ websocket: socket as unknown as globalThis.WebSocket });
  return {
    client: createORPCClient(link),
    close: async () => {
      if (socket.readyState === WebSocket.CLOSED) return;
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.close();
      const timer = setTimeout(() => socket.terminate(), 1000);
      await closed;
      clearTimeout(timer);
    },
  };
}

async function startInside({ library, out }: Pick<Invocation, 'library' | 'out'>): Promise<Connection> {
  const { startEngine } = await import('../engine/index');
  const engine = await startEngine({ library, listen: null, firstLaunch: false, log: (line) => out.note(line) });
  return { client: createRouterClient(engine.router, { context: { rights: 'host' } }), close: () => engine.close() };
}
