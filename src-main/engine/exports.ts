import { mkdir, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { GlyphscopeError } from '../contract/errors';
import type { ExportedFile } from '../contract/export';
import { harmlessParts } from './uploads';

/** Finished exports that a browser has yet to fetch, each a folder below `exports/` of the library, until the next start. */
export class Exports {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  folder(id: string): string {
    if (!/^[\w-]{1,64}$/.test(id)) throw new GlyphscopeError('NOT_FOUND', 'There is no such export.', { subject: 'export' });
    return join(this.#root, id);
  }

  /** The files of an export, by name. @throws GlyphscopeError NOT_FOUND */
  async files(id: string): Promise<ExportedFile[]> {
    const folder = this.folder(id);
    const names = await readdir(folder).catch(() => {
      throw new GlyphscopeError('NOT_FOUND', 'This export is no longer there.', { subject: 'export', remedy: 'Export again.' });
    });
    return Promise.all(names.sort().map(async (name) => ({ name, bytes: (await stat(join(folder, name))).size })));
  }

  /** Path of one of its files. @throws GlyphscopeError NOT_FOUND */
  async path(id: string, name: string): Promise<string> {
    if (!(await this.files(id)).some((file) => file.name === name)) throw new GlyphscopeError('NOT_FOUND', `The export has no file "${name}".`, { subject: name });
    return join(this.folder(id), name);
  }
}

/** A folder inside `parent` that is not there yet, named after what is exported. */
export async function freeFolder(parent: string, wanted: string): Promise<string> {
  const [name] = harmlessParts(wanted.replace(/[\\/]/g, ' '));
  const taken = new Set(await readdir(parent));
  let free = name;
  for (let n = 2; taken.has(free); n++) free = `${name} ${n}`;
  return join(parent, free);
}

/**
 * Lets `write` fill a folder beside the target, which gets the target's name only when all is written: whoever finds the
 * target finds all of it.
 * @throws GlyphscopeError INVALID_INPUT when the target exists and is not empty
 */
export async function writeFolder(target: string, write: (folder: string) => Promise<void>): Promise<void> {
  const before = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw notWritable(target, error);
  });
  if (before?.length) throw new GlyphscopeError('INVALID_INPUT', `${target} is not empty.`, { subject: target, remedy: 'Choose a folder that is empty or not there yet.' });
  const part = join(dirname(target), `.${basename(target)}.${process.hrtime.bigint().toString(36)}.part`);
  await mkdir(part, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    throw notWritable(target, error);
  });
  try {
    await write(part);
    if (before) await rmdir(target);
    await rename(part, target);
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    throw error;
  }
}

const notWritable = (target: string, error: NodeJS.ErrnoException) =>
  new GlyphscopeError('INVALID_INPUT', `Nothing can be written to ${target} (${error.code ?? error.message}).`, { subject: target, remedy: 'Choose another folder.', cause: error });
