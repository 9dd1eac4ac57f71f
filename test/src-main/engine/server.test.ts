import { request } from 'node:http';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:net';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Contract } from '../../../src-main/contract/api';
import { makeProcedures } from '../../../src-main/engine/router/procedures';
import { startServer, type EngineServer } from '../../../src-main/engine/server';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';

let server: EngineServer;
let cookie: string;
let folder: string;
const logged: string[] = [];

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

function ask(o: { method?: string; path?: string; headers?: Record<string, string>; body?: string }): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const body = o.body ?? '';
    const sent = request(
      { host: '127.0.0.1', port: server.port, method: o.method ?? 'GET', path: o.path ?? '/', headers: { ...(body ? { 'Content-Length': String(Buffer.byteLength(body)) } : {}), ...o.headers }, agent: false },
      (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body: text }));
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

/** The status that a socket's handshake ends with; 101 when it opens. */
function shake(headers: Record<string, string>, path = '/rpc'): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, { headers });
    socket.on('open', () => (socket.terminate(), resolve(101)));
    socket.on('unexpected-response', (_, response) => (socket.terminate(), resolve(response.statusCode!)));
    socket.on('error', () => undefined); // the answer has said it
  });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'glyphscope-test-'));
  mkdirSync(join(folder, 'page', 'assets'), { recursive: true });
  writeFileSync(join(folder, 'page', 'index.html'), '<!doctype html><title>Glyphscope</title>');
  writeFileSync(join(folder, 'page', 'assets', 'index-abc.js'), 'export {};');
  writeFileSync(join(folder, 'secret.html'), 'not for anyone');
  const procedures = makeProcedures((line) => logged.push(line));
  const router = {
    collections: { remove: procedures.collections.remove.handler(() => undefined), list: procedures.collections.list.handler(() => []) },
    host: {
      shutdown: procedures.host.shutdown.handler(() => undefined),
      grant: procedures.host.grant.handler(() => {
        throw new Error('a defect with /its/path');
      }),
    },
  };
  server = await startServer({
    host: '127.0.0.1',
    port: 0,
    page: join(folder, 'page'),
    router: router as never, // the parts of the contract that are asked here
    routes: (app) => {
      app.get('/images/:id/original', (c) => c.text('an image'));
      app.get('/kept/:name', (c) => c.text('what the library keeps'));
    },
    log: (line) => logged.push(line),
  });
  const opened = await ask({ method: 'POST', path: '/session', headers: { Origin: server.origin }, body: JSON.stringify({ token: server.authentication.pageToken }) });
  expect(opened.status).toBe(204);
  [cookie] = (opened.headers['set-cookie'] as string[])[0].split(';');
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('who may ask what', () => {
  it.each(['/images/1/original', '/kept/secret', '/%69mages/1/original', '/x/../images/1/original', '/x/%2e%2e/images/1/original', '/./kept/secret', '//kept/secret', '/images/1/original?', '/kept/secret#x', '/images%2F1%2Foriginal'])(
    'gives nothing of the library at %s without a session',
    async (path) => {
      const answer = await ask({ path });
      expect([401, 404, 400]).toContain(answer.status);
      expect(answer.body).not.toMatch(/an image|what the library keeps/);
    },
  );
  it('opens every route of the library to a session', async () => {
    for (const path of ['/images/1/original', '/kept/secret']) {
      expect((await ask({ path })).status).toBe(401);
      expect((await ask({ path, headers: { Cookie: cookie } })).status).toBe(200);
    }
  });

  const hosts = { exact: () => `127.0.0.1:${server.port}`, localhost: () => `localhost:${server.port}`, otherPort: () => `127.0.0.1:${server.port + 1}`, noPort: () => '127.0.0.1', evil: () => 'evil.example', rebound: () => `127.0.0.1.nip.io:${server.port}` };
  const origins = { none: () => undefined, own: () => server.origin, otherPort: () => `http://127.0.0.1:${server.port + 1}`, evil: () => 'http://evil.example', null: () => 'null', https: () => server.origin.replace('http:', 'https:') };
  const callers = {
    nobody: () => ({}),
    session: () => ({ Cookie: cookie }),
    wrongSession: () => ({ Cookie: `${cookie.split('=')[0]}=${'A'.repeat(43)}` }),
    host: () => ({ Authorization: `Bearer ${server.authentication.hostToken}` }),
    wrongHost: () => ({ Authorization: `Bearer ${'A'.repeat(43)}` }),
    pageTokenAsBearer: () => ({ Authorization: `Bearer ${server.authentication.pageToken}` }),
    basic: () => ({ Authorization: 'Basic YTpi' }),
  };
  const resources = { page: ['GET', '/'], image: ['GET', '/images/1/original'], session: ['GET', '/session'], post: ['POST', '/images/1/original'], socket: ['UPGRADE', '/rpc'] } as const;
  type Key<T> = Extract<keyof T, string>;
  const matrix = (Object.keys(resources) as Key<typeof resources>[]).flatMap((resource) =>
    (Object.keys(hosts) as Key<typeof hosts>[]).flatMap((host) =>
      (Object.keys(origins) as Key<typeof origins>[]).flatMap((origin) => (Object.keys(callers) as Key<typeof callers>[]).map((caller) => ({ resource, host, origin, caller }))),
    ),
  );

  /** The rules as docs/architecture.md words them. */
  function expected({ resource, host, origin, caller }: (typeof matrix)[number]): number {
    if (host !== 'exact') return 403;
    const bearer = ['host', 'wrongHost', 'pageTokenAsBearer', 'basic'].includes(caller);
    if (bearer) {
      if (origin !== 'none') return 403;
      if (caller !== 'host') return 401;
    } else {
      if (origin !== 'none' && origin !== 'own') return 403;
      if ((resource === 'socket' || resource === 'post') && origin !== 'own') return 403;
    }
    const known = caller === 'host' || caller === 'session';
    if (resource === 'post') return 405;
    if (resource === 'page') return 200;
    if (!known) return 401;
    return resource === 'socket' ? 101 : resource === 'session' ? 204 : 200;
  }

  it(`answers all ${matrix.length} combinations of resource, Host, Origin and credentials as the rules say`, async () => {
    const wrong: string[] = [];
    for (const one of matrix) {
      const [method, path] = resources[one.resource];
      const origin = origins[one.origin]();
      const headers = { Host: hosts[one.host](), ...(origin ? { Origin: origin } : {}), ...callers[one.caller]() } as Record<string, string>;
      const status = method === 'UPGRADE' ? await shake(headers, path) : (await ask({ method, path, headers, body: method === 'POST' ? '{}' : undefined })).status;
      if (status !== expected(one)) wrong.push(`${JSON.stringify(one)}: ${status}, not ${expected(one)}`);
    }
    expect(wrong).toEqual([]);
  });

  it.each(['cross-site', 'same-site'])('refuses what another page makes the browser fetch (Sec-Fetch-Site %s), session or not', async (site) => {
    expect((await ask({ path: '/images/1/original', headers: { Cookie: cookie, 'Sec-Fetch-Site': site } })).status).toBe(403);
  });

  it('has no answer for a missing Host', async () => {
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(server.port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nConnection: close\r\n\r\n'));
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('close', () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 40[03]/);
  });

  it('takes the token from the body alone, and the right one only', async () => {
    const post = (token: unknown) => ask({ method: 'POST', path: '/session', headers: { Origin: server.origin }, body: JSON.stringify({ token }) });
    for (const token of ['', 'x', server.authentication.hostToken, null, 5, 'A'.repeat(43)]) expect((await post(token)).status).toBe(401);
    expect((await ask({ path: `/session?token=${server.authentication.pageToken}` })).status).toBe(401);
    expect((await ask({ path: `/images/1/original?token=${server.authentication.hostToken}` })).status).toBe(401);
    expect(await shake({ Origin: server.origin }, `/rpc?token=${server.authentication.hostToken}`)).toBe(401);
  });

  it('gives a session that scripts cannot read, other sites cannot use, and no token can be read from', async () => {
    const answer = await ask({ method: 'POST', path: '/session', headers: { Origin: server.origin }, body: JSON.stringify({ token: server.authentication.pageToken }) });
    const [set] = answer.headers['set-cookie'] as string[];
    expect(set).toMatch(new RegExp(`^glyphscope-${server.port}=[\\w-]{43}; HttpOnly; SameSite=Strict; Path=/$`));
    expect(set).not.toContain(server.authentication.pageToken);
    expect(set.split(';')[0]).not.toBe(cookie);
  });
});

describe('the socket', () => {
  async function client(headers: Record<string, string>): Promise<{ client: ContractRouterClient<Contract>; close: () => void }> {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/rpc`, { headers });
    await new Promise((resolve) => socket.once('open', resolve));
    return { client: createORPCClient(new RPCLink({ websocket: socket as never })), close: () => socket.terminate() };
  }

  it('lets the page call what is the page\'s, and NOT_ALLOWED answers what is the host\'s', async () => {
    const page = await client({ Cookie: cookie, Origin: server.origin });
    expect(await page.client.collections.list()).toEqual([]);
    await expect(page.client.host.shutdown()).rejects.toMatchObject({ code: 'GLYPHSCOPE', data: { code: 'NOT_ALLOWED', subject: 'host.shutdown' } });
    await expect(page.client.host.grant({ path: '/etc' })).rejects.toMatchObject({ data: { code: 'NOT_ALLOWED' } });
    page.close();
    const host = await client({ Authorization: `Bearer ${server.authentication.hostToken}` });
    expect(await host.client.host.shutdown()).toBeUndefined();
    host.close();
  });

  it('says which field is wrong, and tells a defect without its insides', async () => {
    const host = await client({ Authorization: `Bearer ${server.authentication.hostToken}` });
    await expect(host.client.collections.remove({ collection: -1 })).rejects.toMatchObject({ data: { code: 'INVALID_INPUT', subject: 'collection', message: expect.stringContaining('collection:') } });
    await expect(host.client.host.grant({ path: '/x' })).rejects.toMatchObject({ data: { code: 'INTERNAL' } });
    expect(logged.some((line) => line.includes('host.grant failed') && line.includes('server.test'))).toBe(true);
    host.close();
  });

  it('closes when a message is larger than it takes', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/rpc`, { headers: { Authorization: `Bearer ${server.authentication.hostToken}` } });
    await new Promise((resolve) => socket.once('open', resolve));
    const closed = new Promise<number>((resolve) => socket.once('close', (code) => resolve(code)));
    socket.on('error', () => undefined);
    socket.send(Buffer.alloc(66 << 20));
    expect([1006, 1009]).toContain(await closed);
    expect((await ask({ path: '/' })).status).toBe(200);
  });
});

describe('answers', () => {
  it('carry the security headers, whatever they say', async () => {
    for (const answer of [await ask({}), await ask({ path: '/nothing.js' }), await ask({ path: '/images/1/original' }), await ask({ headers: { Host: 'evil' } })]) {
      const policy = String(answer.headers['content-security-policy']);
      expect(policy).toContain(`default-src 'none'`);
      expect(policy).toContain(`connect-src 'self' ws://127.0.0.1:${server.port};`);
      expect(policy).toContain(`frame-ancestors 'none'`);
      expect(policy).not.toMatch(/unsafe|\*|data:|https?:/);
      expect(answer.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cross-origin-resource-policy': 'same-origin', 'cross-origin-opener-policy': 'same-origin' });
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  it.each(['/../secret.html', '/..%2fsecret.html', '/assets/../../secret.html', '/%2e%2e/secret.html', '//secret.html', '/assets/%00.js', '/.hidden.html', '/assets\\..\\..\\secret.html', '/index.html/'])('never lead out of the page: %s', async (path) => {
    const answer = await ask({ path });
    expect([400, 404]).toContain(answer.status);
    expect(answer.body).not.toContain('not for anyone');
  });

  it('let the page be kept by its tag, and hashed files for good', async () => {
    const first = await ask({ path: '/' });
    expect(first.headers['cache-control']).toBe('no-cache');
    expect((await ask({ path: '/', headers: { 'If-None-Match': String(first.headers.etag) } })).status).toBe(304);
    expect((await ask({ path: '/assets/index-abc.js' })).headers['cache-control']).toContain('immutable');
  });

  it('refuse bodies where none belong', async () => {
    expect((await ask({ method: 'POST', path: '/session', headers: { Origin: server.origin }, body: JSON.stringify({ token: 'x'.repeat(5000) }) })).status).toBe(413);
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS']) expect((await ask({ method, path: '/', headers: { Origin: server.origin }, body: 'x' })).status).toBe(405);
  });
});

it('says that a port is in use, and what to do', async () => {
  const again = startServer({ host: '127.0.0.1', port: server.port, page: folder, router: {} as never, routes: () => undefined, log: () => undefined });
  await expect(again).rejects.toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('the port is in use'), remedy: expect.stringContaining('--port') });
});

it.each(['0.0.0.0', '::'])('does not listen on all of a machine: %s', async (host) => {
  const open = startServer({ host, port: 0, page: folder, router: {} as never, routes: () => undefined, log: () => undefined });
  await expect(open).rejects.toMatchObject({ code: 'INVALID_INPUT', remedy: expect.stringContaining('ssh -L') });
});

it('never logs a token', () => {
  for (const line of logged) for (const secret of [server.authentication.hostToken, server.authentication.pageToken, cookie.split('=')[1]]) expect(line).not.toContain(secret);
});
