import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RemoteEngines, type Vault } from '../../../src-main/shell/remote-engines';

let folder: string;
let file: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'glyphscope-test-'));
  file = path.join(folder, 'profile', 'remote-engines.json');
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

/** Turns every byte over, so that what was sealed is not what it was. */
const turned = (bytes: Buffer) => Buffer.from(bytes.map((byte) => 255 - byte));
const vault: Vault = { isEncryptionAvailable: () => true, encryptString: (text) => turned(Buffer.from(text)), decryptString: (bytes) => turned(bytes).toString() };
const noVault: Vault = {
  isEncryptionAvailable: () => false,
  encryptString: () => {
    throw new Error('no store');
  },
  decryptString: () => {
    throw new Error('no store');
  },
};
const [gpu1, gpu2] = [
  { origin: 'http://127.0.0.1:7427', host: 'gpu1', token: 'secret-of-gpu1' },
  { origin: 'http://127.0.0.1:7428', host: 'gpu2', token: 'secret-of-gpu2' },
];

it('remembers engines, the last first, with tokens that only the system can read', () => {
  const engines = new RemoteEngines(file, vault);
  for (const one of [gpu1, gpu2, { ...gpu1, token: 'newer' }]) engines.remember(one);
  expect(engines.known()).toMatchObject({ keepsTokens: true, engines: [{ host: 'gpu1', signedIn: true }, { host: 'gpu2', signedIn: true }] });
  expect(JSON.stringify(engines.known())).not.toMatch(/secret|newer/);
  expect(new RemoteEngines(file, vault).token(gpu1.origin)).toBe('newer');
  expect(fs.readFileSync(file, 'utf8')).not.toMatch(/secret|newer/);
  if (process.platform !== 'win32') expect(fs.statSync(file).mode & 0o777).toBe(0o600);
  engines.forget(gpu1.origin);
  expect(engines.known().engines.map(({ host }) => host)).toEqual(['gpu2']);
});

it('keeps no token where the system has no store for secrets', () => {
  const engines = new RemoteEngines(file, noVault);
  engines.remember(gpu1);
  expect(engines.known()).toMatchObject({ keepsTokens: false, engines: [{ host: 'gpu1', signedIn: false }] });
  expect(engines.token(gpu1.origin)).toBeNull();
  expect(fs.readFileSync(file, 'utf8')).not.toContain('secret');
});

it('gives no token that the system cannot read any more, and begins anew from a damaged file', () => {
  new RemoteEngines(file, vault).remember(gpu1);
  expect(new RemoteEngines(file, noVault).token(gpu1.origin)).toBeNull();
  fs.writeFileSync(file, '[{"origin":"http://evil.example","host":"x","connectedAt":0,"token":null}]');
  expect(new RemoteEngines(file, vault).known().engines).toEqual([]);
});

it('remembers no address but one of this machine', () => {
  expect(() => new RemoteEngines(file, vault).remember({ ...gpu1, origin: 'http://gpu1:7427' })).toThrow();
});
