import './older-node';
import http from 'node:http';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { WebSocket } from 'ws';
import type { Contract } from '../contract/api';
import { GlyphscopeError } from '../contract/errors';
import type { GrantPurpose } from '../contract/export';
import { remoteInfo } from '../contract/remote';
import { sessionPath, socketPath } from '../contract/urls';
import type { EngineAddress } from './engine-process';

const limit = 10_000;

/** The session's cookie, given for the page token. */
export interface SessionCookie {
  name: string;
  value: string;
}

/**
 * Exchanges the page token for the session's cookie, as a browser does with the token in its address.
 * @throws GlyphscopeError ENGINE_UNREACHABLE, NOT_ALLOWED (another token), INVALID_INPUT (nothing that is an engine)
 */
export function openSession({ origin, pageToken }: Pick<EngineAddress, 'origin' | 'pageToken'>): Promise<SessionCookie> {
  const body = JSON.stringify({ token: pageToken });
  return new Promise((resolve, reject) => {
    const request = http.request(
      `${origin}${sessionPath}`,
      { method: 'POST', timeout: limit, headers: { Origin: origin, 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) } },
      (response) => {
        response.resume();
        const [name, value] = (response.headers['set-cookie']?.[0] ?? '').split(';', 1)[0].split('=', 2);
        if (response.statusCode === 204 && name && value) resolve({ name, value });
        else reject(refusalOf(origin, response.statusCode ?? 0));
      },
    );
    request.on('timeout', () => request.destroy(new Error('no answer within 10 seconds')));
    request.on('error', (error) => reject(unreachable(origin, error)));
    request.end(body);
  });
}

const unreachable = (origin: string, error: Error) =>
  new GlyphscopeError('ENGINE_UNREACHABLE', `No engine answers at ${origin} (${error.message}).`, {
    subject: origin,
    remedy: 'For an engine on a server: see that the SSH tunnel is open and that `glyphscope serve` runs there.',
    cause: error,
  });

function refusalOf(origin: string, status: number): GlyphscopeError {
  if (status === 401)
    return new GlyphscopeError('NOT_ALLOWED', `The engine at ${origin} does not know this token: it has been started again since.`, {
      subject: origin,
      remedy: 'Give the link that it printed last; `glyphscope link` on the server prints it.',
    });
  if (status === 403)
    return new GlyphscopeError('NOT_ALLOWED', `The engine behind ${origin} does not answer to this address.`, {
      subject: origin,
      remedy: 'Give the tunnel the same port at both ends, or start the engine with --remote --tunnel-port and the port of this end.',
    });
  return new GlyphscopeError('INVALID_INPUT', `What answers at ${origin} is no Glyphscope engine (HTTP ${status}).`, { subject: origin, remedy: 'See which port the tunnel begins at.' });
}

/** Asks the shell's own engine with the rights of the host. */
export function askEngine<T>({ origin, hostToken }: EngineAddress, work: (client: ContractRouterClient<Contract>) => Promise<T>): Promise<T> {
  return withSocket(origin, { Authorization: `Bearer ${hostToken}` }, work);
}

/** Reads a stream of the shell's own engine until it ends or `signal` aborts. */
export function followEngine<T>(engine: EngineAddress, open: (client: ContractRouterClient<Contract>) => Promise<AsyncIterable<T>>, onItem: (item: T) => void, signal: AbortSignal): Promise<void> {
  return askEngine(engine, async (client) => {
    for await (const item of await open(client)) {
      if (signal.aborted) return;
      onItem(item);
    }
  });
}

/** Tells the engine a path that the user chose in a native dialog; the page gets the grant and never the path. */
export function grantPath(engine: EngineAddress, chosen: string, purpose: GrantPurpose): Promise<{ grant: string; name: string }> {
  return askEngine(engine, (client) => client.host.grant({ path: chosen, purpose }));
}

/**
 * The name of the machine that an engine runs on, asked with a session.
 * @throws GlyphscopeError ENGINE_UNREACHABLE, INVALID_INPUT
 */
export async function hostOf(origin: string, { name, value }: SessionCookie): Promise<string> {
  const info = await withSocket(origin, { Cookie: `${name}=${value}`, Origin: origin }, (client) => client.system.info(undefined, { signal: AbortSignal.timeout(limit) })).catch((error: Error) => {
    throw unreachable(origin, error);
  });
  const told = remoteInfo.safeParse(info);
  if (!told.success) throw new GlyphscopeError('INVALID_INPUT', `The engine at ${origin} is of a version that tells no host name.`, { subject: origin, remedy: 'Install the same Glyphscope on both machines.' });
  return told.data.host;
}

async function withSocket<T>(origin: string, headers: Record<string, string>, work: (client: ContractRouterClient<Contract>) => Promise<T>): Promise<T> {
  const socket = new WebSocket(`${origin.replace(/^http/, 'ws')}${socketPath}`, { headers, handshakeTimeout: limit, perMessageDeflate: false, maxPayload: 1 << 20 });
  socket.binaryType = 'arraybuffer';
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.on('error', reject);
    });
    return await work(createORPCClient(new RPCLink({ websocket: socket as unknown as globalThis.WebSocket })));
  } finally {
    socket.close();
  }
}
