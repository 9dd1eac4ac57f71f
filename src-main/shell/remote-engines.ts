import fs from 'node:fs';
import path from 'node:path';
import { type KnownEngines, type RememberedEngine, rememberedEngines, tunnelOrigin } from '../contract/remote';

/** The system's own store of secrets (Electron's safeStorage). */
export interface Vault {
  isEncryptionAvailable(): boolean;
  encryptString(text: string): Buffer;
  decryptString(bytes: Buffer): string;
}

const most = 20;

/**
 * Remote engines that the window was connected to, in a file that only its user may read. A token is in it only as the
 * system encrypted it; where the system keeps no secrets it is not kept at all.
 */
export class RemoteEngines {
  readonly #file: string;
  readonly #vault: Vault;

  constructor(file: string, vault: Vault) {
    this.#file = file;
    this.#vault = vault;
  }

  /** The last connected first. */
  known(): KnownEngines {
    const engines = this.#read().map(({ token, ...engine }) => ({ ...engine, signedIn: token !== null }));
    return { engines, keepsTokens: this.#vault.isEncryptionAvailable() };
  }

  /** The token of an engine; null where none is kept, or the system no longer gives it. */
  token(origin: string): string | null {
    const kept = this.#read().find((one) => one.origin === origin)?.token ?? null;
    try {
      return kept === null ? null : this.#vault.decryptString(Buffer.from(kept, 'base64'));
    } catch {
      return null; // encrypted for another user or before the system's store was made anew
    }
  }

  remember({ origin, host, token }: { origin: string; host: string; token: string }): void {
    const sealed = this.#vault.isEncryptionAvailable() ? this.#vault.encryptString(token).toString('base64') : null;
    const others = this.#read().filter((one) => one.origin !== origin);
    this.#write([{ origin: tunnelOrigin.parse(origin), host, connectedAt: Date.now(), token: sealed }, ...others].slice(0, most));
  }

  forget(origin: string): void {
    this.#write(this.#read().filter((one) => one.origin !== origin));
  }

  /** What is damaged or missing is as at the first start. */
  #read(): RememberedEngine[] {
    try {
      return rememberedEngines.parse(JSON.parse(fs.readFileSync(this.#file, 'utf8')));
    } catch {
      return [];
    }
  }

  #write(engines: readonly RememberedEngine[]): void {
    fs.mkdirSync(path.dirname(this.#file), { recursive: true });
    fs.writeFileSync(`${this.#file}.new`, JSON.stringify(engines), { mode: 0o600 });
    fs.renameSync(`${this.#file}.new`, this.#file);
  }
}
