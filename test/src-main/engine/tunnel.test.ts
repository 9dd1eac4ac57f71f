import { request } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startServer, type EngineServer } from '../../../src-main/engine/server';

/** A tunnel's near end: no one listens there in this test, only its name reaches the engine. */
const tunnelPort = 50_123;
let server: EngineServer;

interface Answer {
  status: number;
  policy: string;
  cookie: string;
}

function ask(host: string, o: { origin?: string; cookie?: string; token?: string } = {}): Promise<Answer> {
  const body = o.token === undefined ? '' : JSON.stringify({ token: o.token });
  const headers = { Host: host, ...(o.origin && { Origin: o.origin }), ...(o.cookie && { Cookie: o.cookie }), ...(body && { 'Content-Length': String(body.length) }) };
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: server.port, path: '/session', method: body ? 'POST' : 'GET', headers, agent: false }, (response) => {
      response.resume();
      resolve({ status: response.statusCode!, policy: String(response.headers['content-security-policy']), cookie: (response.headers['set-cookie']?.[0] ?? '').split(';')[0] });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

beforeAll(async () => {
  server = await startServer({ host: '127.0.0.1', port: 0, tunnelPort, page: '/', router: {} as never, routes: () => undefined, log: () => undefined });
});
afterAll(() => server.close());

it('answers to its own address and to the end of its tunnel, and to no other', async () => {
  expect(server.pageOrigin).toBe(`http://127.0.0.1:${tunnelPort}`);
  for (const host of [`127.0.0.1:${server.port}`, `127.0.0.1:${tunnelPort}`]) expect((await ask(host)).status).toBe(401);
  for (const host of [`localhost:${tunnelPort}`, `127.0.0.1:${tunnelPort + 1}`, `127.0.0.1.nip.io:${tunnelPort}`, 'evil.example']) expect((await ask(host)).status).toBe(403);
});

it('gives each address a session of its own: the origin and the cookie are those of the address asked', async () => {
  const token = server.authentication.pageToken;
  const near = `127.0.0.1:${tunnelPort}`;
  const own = `127.0.0.1:${server.port}`;
  expect((await ask(near, { origin: server.origin, token })).status).toBe(403);
  const opened = await ask(near, { origin: `http://${near}`, token });
  expect(opened.status).toBe(204);
  expect(opened.cookie).toMatch(new RegExp(`^glyphscope-${tunnelPort}=`));
  expect(opened.policy).toContain(`connect-src 'self' ws://${near};`);
  expect((await ask(near, { cookie: opened.cookie })).status).toBe(204);
  expect((await ask(own, { cookie: opened.cookie })).status).toBe(401);
  expect((await ask(near, { origin: 'http://evil.example', cookie: opened.cookie })).status).toBe(403);
});
