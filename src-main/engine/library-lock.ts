import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { GlyphscopeError } from '../contract/errors';
import { holdFile } from '../database/hold-file';

/** What `library.lock` says about the engine that holds the library; port 0: it does not listen. */
export const lockContent = z.object({ pid: z.int().min(1), port: z.int().min(0), hostToken: z.string(), /** Opens the page. */ link: z.string().default('') });
export type LockContent = z.infer<typeof lockContent>;

const lockFile = (directory: string) => join(directory, 'library.lock');

/** The lock file of a library as it stands there, which may be left over from an engine that died; null without one. */
export function readLock(directory: string): LockContent | null {
  try {
    return lockContent.parse(JSON.parse(readFileSync(lockFile(directory), 'utf8')));
  } catch {
    return null; // absent, half written or not ours: there is nothing to reach through it
  }
}

/**
 * The right to a library: one engine at a time. The operating system's lock on `library.guard` decides and ends with
 * the process, so a lock file that a killed engine left over is known to be stale whatever its process number says.
 * `library.lock` (mode 0600) tells others how to reach the engine.
 */
export class LibraryLock {
  /** True when the engine before this one ended in an orderly way. */
  readonly clean: boolean;
  readonly #directory: string;
  readonly #letGo: () => void;

  private constructor(directory: string, letGo: () => void) {
    this.#directory = directory;
    this.#letGo = letGo;
    this.clean = !existsSync(lockFile(directory));
  }

  /** @throws GlyphscopeError LIBRARY_IN_USE, naming the engine that holds it */
  static acquire(directory: string): LibraryLock {
    const letGo = holdFile(join(directory, 'library.guard'));
    if (letGo) return new LibraryLock(directory, letGo);
    const holder = readLock(directory);
    const where = !holder ? '' : holder.port ? ` It answers at http://127.0.0.1:${holder.port}/ (process ${holder.pid}).` : ` Its process is ${holder.pid}.`;
    throw new GlyphscopeError('LIBRARY_IN_USE', `Another Glyphscope engine holds this library.${where}`, {
      subject: directory,
      remedy: 'Use the engine that is running, end it, or choose another library with --library.',
    });
  }

  /** Tells others how to reach this engine. */
  publish(content: LockContent): void {
    const file = lockFile(this.#directory);
    rmSync(`${file}.new`, { force: true });
    writeFileSync(`${file}.new`, `${JSON.stringify(content)}\n`, { mode: 0o600, flag: 'wx' });
    renameSync(`${file}.new`, file);
  }

  release(): void {
    rmSync(lockFile(this.#directory), { force: true });
    this.#letGo();
  }
}
