import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import type { Router } from '@orpc/server';
import { RPCHandler } from '@orpc/server/ws';
import { Hono } from 'hono';
import { WebSocketServer, type WebSocket } from 'ws';
import * as z from 'zod';
import type { Contract } from '../contract/api';
import { GlyphscopeError } from '../contract/errors';
import { sessionPath, socketPath } from '../contract/urls';
import { Authentication, type Rights } from './authentication';
import { servePage } from './page-files';
import type { CallContext } from './router/procedures';
import { securityHeaders } from './security-headers';

/** Largest message on a socket: an image of 64 MiB and what stands around it. */
const maxMessage = (64 << 20) + (1 << 20);
const maxSockets = 64;
const maxConnections = 256;
/** Sockets that do not answer a ping within this time are closed (milliseconds). */
const heartbeat = 30_000;
const sessionRequest = z.object({ token: z.string().max(200) });

export interface EngineServer {
  /** Where it listens. */
  readonly origin: string;
  /** Where the page is opened: the other end of the tunnel where one was named, else `origin`. */
  readonly pageOrigin: string;
  readonly port: number;
  readonly authentication: Authentication;
  close(): Promise<void>;
}

export interface ServerOptions {
  host: string;
  port: number;
  /** Port of 127.0.0.1 on the user's machine from which a tunnel leads here, where it is not `port`. */
  tunnelPort?: number;
  /** Folder of the built page. */
  page: string;
  router: Router<Contract, CallContext>;
  /** Adds the routes that give what the library holds; each of them is closed to whoever has no session. */
  routes: (app: Hono) => void;
  log: (line: string) => void;
}

/** Listens on `host`:`port` (0: any free port) and serves the page, the images and the socket of the contract. */
export async function startServer(o: ServerOptions): Promise<EngineServer> {
  if (o.host === '0.0.0.0' || o.host === '::')
    throw new GlyphscopeError('INVALID_INPUT', 'The engine answers to one exact address, never to all of a machine.', {
      subject: 'host',
      remedy: 'Keep 127.0.0.1 and forward the port (ssh -L PORT:127.0.0.1:PORT), or give one address of this machine.',
    });
  let port = o.port;
  const authentication = new Authentication(() => [{ host: o.host, port }, ...(o.tunnelPort === undefined ? [] : [{ host: '127.0.0.1', port: o.tunnelPort }])]);
  const app = new Hono();
  app.onError((error, c) => {
    o.log(`${c.req.method} ${c.req.path} failed: ${error.stack ?? error.message}`);
    return c.json({ code: 'INTERNAL', message: 'The engine could not answer.' }, 500);
  });
  app.post(sessionPath, async (c) => {
    const body = sessionRequest.safeParse(await c.req.json().catch(() => null));
    const origin = authentication.originOf((c.env as HttpBindings).incoming);
    const cookie = body.success && origin !== null ? authentication.openSession(body.data.token, origin) : null;
    return cookie ? c.body(null, 204, { 'Set-Cookie': cookie }) : c.json({ code: 'NOT_ALLOWED', message: 'The token is wrong.' }, 401);
  });
  const closed = new Hono();
  closed.get(sessionPath, (c) => c.body(null, 204));
  o.routes(closed);
  // Asked by the router that finds the route, so that no other spelling of an address (%69mages, x/../images) gets past.
  for (const path of new Set(closed.routes.map((route) => route.path)))
    app.use(path, async (c, next) => {
      const verdict = authentication.check((c.env as HttpBindings).incoming, { state: false });
      if (!verdict.allowed || verdict.rights === null) return c.json({ code: 'NOT_ALLOWED', message: 'Open the link that the engine printed: it starts a session.' }, 401);
      await next();
    });
  app.route('/', closed);
  servePage(app, o.page);

  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const server = createServer(
    { maxHeaderSize: 16 << 10, headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 30_000, connectionsCheckingInterval: 5_000 },
    (request, response) => {
      for (const [name, value] of Object.entries(securityHeaders(authentication.originOf(request) ?? authentication.origins[0]))) response.setHeader(name, value);
      const refusal = refusalOf(request, authentication);
      if (!refusal) return void listener(request, response);
      response.writeHead(refusal.status, { 'Content-Type': 'application/json', Connection: 'close' });
      response.end(JSON.stringify({ code: refusal.status === 413 ? 'INVALID_INPUT' : 'NOT_ALLOWED', message: refusal.reason }));
    },
  );
  server.maxConnections = maxConnections;
  const sockets = acceptSockets(server, o.router, authentication);
  await listen(server, o.host, o.port);
  port = (server.address() as AddressInfo).port;
  return {
    origin: authentication.origins[0],
    pageOrigin: authentication.origins.at(-1)!,
    port,
    authentication,
    close: async () => {
      sockets.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** What no route is asked about: the wrong caller, method or size. Null: go on. */
function refusalOf(request: IncomingMessage, authentication: Authentication): { status: number; reason: string } | null {
  const method = request.method ?? '';
  const path = (request.url ?? '').split('?', 1)[0];
  const verdict = authentication.check(request, { state: method !== 'GET' && method !== 'HEAD' });
  if (!verdict.allowed) return verdict;
  if (method !== 'GET' && method !== 'HEAD' && !(method === 'POST' && path === sessionPath)) return { status: 405, reason: 'Only GET is answered here.' };
  if (Number(request.headers['content-length'] ?? 0) > 4096 || (method !== 'POST' && request.headers['transfer-encoding']))
    return { status: 413, reason: 'The request is too large.' };
  if (method === 'POST' && request.headers['content-length'] === undefined) return { status: 413, reason: 'The length is missing.' };
  return null;
}

function acceptSockets(server: Server, router: Router<Contract, CallContext>, authentication: Authentication): { close: () => void } {
  const handler = new RPCHandler(router);
  const wss = new WebSocketServer({ noServer: true, maxPayload: maxMessage, perMessageDeflate: false });
  const alive = new WeakSet<WebSocket>();
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const refuse = (status: string) => socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    if ((request.url ?? '').split('?', 1)[0] !== socketPath) return refuse('404 Not Found');
    const bearer = request.headers.authorization !== undefined;
    const verdict = authentication.check(request, { state: !bearer });
    if (!verdict.allowed) return refuse(verdict.status === 401 ? '401 Unauthorized' : '403 Forbidden');
    if (verdict.rights === null) return refuse('401 Unauthorized');
    if (wss.clients.size >= maxSockets) return refuse('503 Service Unavailable');
    const rights: Rights = verdict.rights;
    wss.handleUpgrade(request, socket, head, (client) => {
      alive.add(client);
      client.on('pong', () => alive.add(client));
      client.on('error', () => client.terminate());
      void handler.upgrade(client, { context: { rights } });
    });
  });
  const beat = setInterval(() => {
    for (const client of wss.clients) {
      if (!alive.delete(client)) client.terminate();
      else client.ping();
    }
  }, heartbeat);
  beat.unref();
  return {
    close: () => {
      clearInterval(beat);
      for (const client of wss.clients) client.terminate();
      wss.close();
    },
  };
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES' || error.code === 'EADDRNOTAVAIL')
        reject(
          new GlyphscopeError('INVALID_INPUT', `The engine cannot listen on ${host}:${port}: ${error.code === 'EADDRINUSE' ? 'the port is in use' : error.message}.`, {
            subject: 'port',
            remedy: 'Choose another port with --port, or 0 for any free one.',
            cause: error,
          }),
        );
      else reject(error);
    });
    server.listen(port, host, () => resolve());
  });
}
