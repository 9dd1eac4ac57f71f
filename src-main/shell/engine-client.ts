import './older-node';
import http from 'node:http';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { WebSocket } from 'ws';
import type { Contract } from '../contract/api';
import type { GrantPurpose } from '../contract/export';
import { sessionPath, socketPath } from '../contract/urls';
import type { EngineAddress } from './engine-process';

const limit = 10_000;

/** The session's cookie, given for the page token. */
export interface SessionCookie {
  name: string;
  value: string;
}

/** Exchanges the page token for the session's cookie, as a browser does with the token in its address. */
export function openSession({ origin, pageToken }: EngineAddress): Promise<SessionCookie> {
  const body = JSON.stringify({ token: pageToken });
  return new Promise((resolve, reject) => {
    const request = http.request(
      `${origin}${sessionPath}`,
      { method: 'POST', timeout: limit, headers: { Origin: origin, 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) } },
      (response) => {
        response.resume();
        const [name, value] = (response.headers['set-cookie']?.[0] ?? '').split(';', 1)[0].split('=', 2);
        if (name && value) resolve({ name, value });
        else reject(new Error(`The engine gave no session (HTTP ${response.statusCode}).`));
      },
    );
    request.on('timeout', () => request.destroy(new Error('The engine did not answer.')));
    request.on('error', reject);
    request.end(body);
  });
}

/** Tells the engine a path that the user chose in a native dialog; the page gets the grant and never the path. */
export async function grantPath({ origin, hostToken }: EngineAddress, chosen: string, purpose: GrantPurpose): Promise<{ grant: string; name: string }> {
  const socket = new WebSocket(`${origin.replace(/^http/, 'ws')}${socketPath}`, { headers: { Authorization: `Bearer ${hostToken}` }, handshakeTimeout: limit, perMessageDeflate: false });
  socket.binaryType = 'arraybuffer';
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.on('error', reject);
    });
    const client: ContractRouterClient<Contract> = createORPCClient(new RPCLink({ websocket: socket as unknown as globalThis.WebSocket }));
    return await client.host.grant({ path: chosen, purpose });
  } finally {
    socket.close();
  }
}
