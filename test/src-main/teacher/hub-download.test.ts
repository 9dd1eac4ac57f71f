import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askHub, downloadFile, type HubFile } from '../../../src-main/teacher/hub-download';
import { removeFolder, temporaryFolder } from '../../support/temporary';

const commit = '0123456789abcdef0123456789abcdef01234567';
const model = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7919) % 251));
const config = Buffer.from('{"model_type": "vit"}');
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const gitHash = (bytes: Buffer) => createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');

let server: Server;
let hub: string;
let folder: string;
let asked: string[];
/** Answers before the usual ones do; true when it has answered. */
let instead: (request: IncomingMessage, response: ServerResponse) => boolean;
const signal = () => new AbortController().signal;
const source = () => ({ hub, id: 'owner/model', revision: 'main' });

/** As the hub answers: a redirect with hash and size for what LFS keeps, the bytes elsewhere; small files at once. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  asked.push(`${request.method} ${request.url}${request.headers.range ? ` ${request.headers.range}` : ''}`);
  if (instead(request, response)) return;
  const path = request.url!.replace(/^\/owner\/model\/resolve\/(main|[0-9a-f]{40})\//, '');
  if (path === 'onnx/model.onnx') return void response.writeHead(302, { location: `${hub.replace('127.0.0.1', 'localhost')}/bytes/model`, 'x-repo-commit': commit, 'x-linked-etag': `"${sha256(model)}"`, 'x-linked-size': model.length }).end();
  if (path === 'config.json') return void response.writeHead(200, { 'content-length': config.length, etag: `"${gitHash(config)}"`, 'x-repo-commit': commit }).end(request.method === 'HEAD' ? undefined : config);
  if (path === '/bytes/model') {
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    return void response.writeHead(from ? 206 : 200, { ...(from && { 'content-range': `bytes ${from}-${model.length - 1}/${model.length}` }), 'content-length': model.length - from }).end(model.subarray(from));
  }
  response.writeHead(404, { 'x-error-code': 'EntryNotFound' }).end();
}

beforeEach(async () => {
  folder = temporaryFolder('hub');
  asked = [];
  instead = () => false;
  server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, resolve));
  hub = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  removeFolder(folder);
});

const ask = async (name: string): Promise<HubFile> => (await askHub(source(), name, signal()))!;

describe('asking the hub', () => {
  it('gives size, commit and hash of what LFS keeps, and of small files', async () => {
    expect(await ask('onnx/model.onnx')).toMatchObject({ bytes: model.length, commit, hash: { kind: 'sha256', value: sha256(model) } });
    expect(await ask('config.json')).toMatchObject({ bytes: config.length, commit, hash: { kind: 'git', value: gitHash(config) } });
    expect(asked).toEqual(['HEAD /owner/model/resolve/main/onnx/model.onnx', 'HEAD /owner/model/resolve/main/config.json']);
  });
  it('finds a repository that was renamed', async () => {
    instead = ({ url }, response) => url!.startsWith('/owner/') && (response.writeHead(307, { location: url!.replace('/owner/model', '/new/name') }).end(), true);
    const renamed = await askHub(source(), 'config.json', signal()).catch((error: { message: string }) => error.message);
    expect(asked[1]).toBe('HEAD /new/name/resolve/main/config.json');
    expect(renamed).toBeNull(); // this server has nothing there
  });
  it('asks no other host, however a redirect names it', async () => {
    for (const location of [`//localhost:${new URL(hub).port}/elsewhere`, `http://localhost:${new URL(hub).port}/elsewhere`]) {
      asked = [];
      instead = (_, response) => (response.writeHead(302, { location, 'content-length': 0, etag: `"${commit}"` }).end(), true);
      expect(await ask('config.json')).toMatchObject({ bytes: null, hash: null }); // those of the redirect are not the file's
      expect(asked).toEqual(['HEAD /owner/model/resolve/main/config.json']);
    }
  });
  it('tells a missing file, repository or revision and one that is not open apart', async () => {
    expect(await askHub(source(), 'none.json', signal())).toBeNull();
    const refusing = (status: number, code: string) => (instead = (_, response) => (response.writeHead(status, { 'x-error-code': code }).end(), true));
    refusing(401, 'RepoNotFound');
    await expect(ask('config.json')).rejects.toMatchObject({ code: 'NOT_FOUND', message: `${hub} has no model owner/model, or it is not public.` });
    refusing(404, 'RevisionNotFound');
    await expect(ask('config.json')).rejects.toMatchObject({ code: 'NOT_FOUND', message: 'owner/model has no revision main.' });
    refusing(403, 'GatedRepo');
    await expect(ask('config.json')).rejects.toMatchObject({ code: 'NOT_ALLOWED', remedy: expect.stringContaining('teachers add FOLDER') });
  });
  it('says what to do when there is no network', async () => {
    await expect(askHub({ ...source(), hub: 'http://127.0.0.1:9' }, 'config.json', signal())).rejects.toMatchObject({
      code: 'HUB_UNREACHABLE',
      message: expect.stringContaining('owner/model could not be downloaded from http://127.0.0.1:9'),
      remedy: expect.stringContaining('add it with `glyphscope teachers add FOLDER`'),
    });
  });
});

describe('downloading', () => {
  const target = () => join(folder, 'onnx', 'model.onnx');
  const download = async (o: { signal?: AbortSignal; onBytes?: (bytes: number) => void } = {}) => downloadFile(await ask('onnx/model.onnx'), target(), { signal: o.signal ?? signal(), onBytes: o.onBytes ?? (() => undefined) });

  it('follows to the bytes, counts them, checks them and puts them in their place', async () => {
    let last = 0;
    await download({ onBytes: (bytes) => (last = bytes) });
    expect(last).toBe(model.length);
    expect(readFileSync(target()).equals(model)).toBe(true);
    expect(existsSync(`${target()}.part`)).toBe(false);
    expect(asked[1]).toBe(`GET /owner/model/resolve/${commit}/onnx/model.onnx`); // of the commit that was asked about
    await downloadFile(await ask('config.json'), join(folder, 'config.json'), { signal: signal(), onBytes: () => undefined });
    expect(readFileSync(join(folder, 'config.json')).equals(config)).toBe(true);
  });

  it('goes on where it was broken off, by itself', async () => {
    let broken = 0;
    instead = ({ url, headers }, response) => {
      if (url !== '/bytes/model' || headers.range || broken++) return false;
      response.writeHead(200, { 'content-length': model.length });
      response.write(model.subarray(0, 100_000), () => setTimeout(() => response.destroy(), 100)); // once it has arrived
      return true;
    };
    await download();
    expect(readFileSync(target()).equals(model)).toBe(true);
    expect(asked.filter((line) => line.startsWith('GET /bytes/model bytes='))).toHaveLength(1);
  });

  it('goes on with what an earlier download left, and starts anew when the hub does not go on', async () => {
    mkdirSync(join(folder, 'onnx'));
    writeFileSync(`${target()}.part`, model.subarray(0, 200_000));
    await download();
    expect(asked.at(-1)).toBe('GET /bytes/model bytes=200000-');
    expect(readFileSync(target()).equals(model)).toBe(true);

    writeFileSync(join(folder, 'second.part'), model.subarray(0, 5));
    instead = ({ url }, response) => url === '/bytes/model' && (response.writeHead(200).end(model), true);
    await downloadFile(await ask('onnx/model.onnx'), join(folder, 'second'), { signal: signal(), onBytes: () => undefined });
    expect(readFileSync(join(folder, 'second')).equals(model)).toBe(true);
  });

  it('keeps what it has when it is cancelled', async () => {
    instead = ({ url }, response) => url === '/bytes/model' && (response.writeHead(200, { 'content-length': model.length }).write(model.subarray(0, 50_000)), true);
    const control = new AbortController();
    await expect(download({ signal: control.signal, onBytes: () => control.abort() })).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(existsSync(target())).toBe(false);
    expect(existsSync(`${target()}.part`)).toBe(true);
  });

  it('refuses bytes that are not those that the hub speaks of, and forgets them', async () => {
    instead = ({ url }, response) => url === '/bytes/model' && (response.writeHead(200).end(Buffer.from(model).fill(1, 1000, 1001)), true);
    await expect(download()).rejects.toMatchObject({ code: 'INVALID_INPUT', message: 'onnx/model.onnx of owner/model came with other bytes than the hub says it has.' });
    expect(existsSync(target()) || existsSync(`${target()}.part`)).toBe(false);
  });

  it('stops at the size that the hub spoke of, however much comes', async () => {
    let sent = 0;
    instead = ({ url }, response) => {
      if (url !== '/bytes/model') return false;
      response.writeHead(200);
      const more = () => {
        while (sent < 50 * model.length && response.write(model)) sent += model.length;
        if (sent < 50 * model.length) response.once('drain', more);
        else response.end();
      };
      more();
      return true;
    };
    let most = 0;
    await expect(download({ onBytes: (bytes) => (most = bytes) })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(most).toBeLessThan(2 * model.length);
    expect(existsSync(target()) || existsSync(`${target()}.part`)).toBe(false);
  });
});
