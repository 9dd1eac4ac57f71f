import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { GlyphscopeError } from '../contract/errors';
import { looksLikeImage, unreadableByName } from './image-format';
import { CommonFolders, isSystemFile, placementOf } from './placement';
import { readRegularFile, tooManyBytes } from './regular-file';
import { largestFile, throwIfCancelled, type ImageSource, type SourceEntry, type SourceReading } from './source';

/** Files whose state is asked for at a time: one by one, each question would wait behind images that are being decoded. */
const lookAhead = 256;

/** A candidate found by walking: a regular file, or a link to one inside the same folder. */
interface Found {
  name: string;
  link: boolean;
}

/** A folder on disk and everything below it. Links are read when they lead to a file inside the folder; linked folders are not entered. */
export async function openFolder(path: string, title: string): Promise<ImageSource> {
  const root = await realpath(path);
  return {
    kind: 'folder',
    path: root,
    title,
    fingerprint: async () => null,
    async *entries(reading: SourceReading = {}) {
      const common = new CommonFolders();
      let files = 0;
      for await (const found of walk(root, '', { signal: reading.signal })) {
        common.see(found.name);
        if (++files % 1000 === 0) reading.onListed?.(files, false);
      }
      reading.onListed?.(files, true);
      for await (const some of chunks(walk(root, '', reading), lookAhead)) {
        for (const entry of await Promise.all(some.map((found) => entryOf(root, found, common.depth, reading)))) {
          throwIfCancelled(reading.signal);
          if (entry !== null) yield entry;
        }
      }
    },
  };
}

/** Gathers up to `size` items, so that something can be done for all of them at once. */
async function* chunks<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let some: T[] = [];
  for await (const item of items) {
    if (some.push(item) < size) continue;
    yield some;
    some = [];
  }
  if (some.length > 0) yield some;
}

/** Files of a folder that are images by name, folder by folder in the order of their names. Reports what it passes over. */
async function* walk(root: string, folder: string, reading: SourceReading): AsyncGenerator<Found> {
  throwIfCancelled(reading.signal);
  const path = join(root, folder);
  let items;
  try {
    items = await readdir(path, { withFileTypes: true });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (folder === '') throw new GlyphscopeError('SOURCE_UNREADABLE', `The folder cannot be read (${code}): ${path}`, { subject: path, remedy: 'Check its permissions.', cause: error });
    reading.onFailure?.({ name: folder, code: 'SOURCE_UNREADABLE', reason: code === 'EACCES' ? 'You may not read this folder.' : `The folder cannot be read (${code}).` });
    return;
  }
  items.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  for (const item of items) {
    if (isSystemFile(item.name)) continue;
    const name = folder === '' ? item.name : `${folder}/${item.name}`;
    if (item.isDirectory()) yield* walk(root, name, reading);
    else if (!looksLikeImage(item.name)) {
      if (item.isSymbolicLink() && (await leadsToFolder(join(root, name)))) reading.onFailure?.({ name, code: 'SOURCE_UNREADABLE', reason: 'A link to a folder; linked folders are not entered.' });
      else reading.onSkipped?.(name);
    } else if (item.isFile()) yield { name, link: false };
    else if (item.isSymbolicLink()) yield { name, link: true };
    else reading.onFailure?.({ name, code: 'IMAGE_UNREADABLE', reason: 'Not a regular file.' });
  }
}

const leadsToFolder = (path: string) => stat(path).then((found) => found.isDirectory(), () => false);

/** What is known of a file without opening it; null when it was reported as a failure. */
async function entryOf(root: string, found: Found, wrapping: number, reading: SourceReading): Promise<SourceEntry | null> {
  const { name } = found;
  const fail = (code: string, reason: string) => {
    reading.onFailure?.({ name, code, reason });
    return null;
  };
  const unreadable = unreadableByName(name);
  if (unreadable !== null) return fail('IMAGE_UNSUPPORTED', `${unreadable} images cannot be read.`);
  let path = join(root, name);
  try {
    if (found.link) {
      path = await realpath(path);
      const inside = relative(root, path);
      if (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) return fail('IMAGE_UNREADABLE', 'A link that leads outside the folder; it is not followed.');
    }
    const state = await lstat(path);
    if (!state.isFile()) return fail('IMAGE_UNREADABLE', 'Not a regular file.');
    if (state.size > largestFile) {
      const error = tooManyBytes(name, state.size, largestFile);
      return fail(error.code, error.message);
    }
    return {
      name,
      ...placementOf(name, wrapping),
      size: state.size,
      modifiedAt: Math.floor(state.mtimeMs),
      path,
      read: async () => readRegularFile(path, name, largestFile),
    };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ELOOP') return fail('IMAGE_UNREADABLE', 'A link that leads to itself.');
    if (code === 'ENOENT') return fail('IMAGE_GONE', found.link ? 'A link to a file that is not there.' : 'The file went away during the import.');
    return fail('IMAGE_UNREADABLE', `The file cannot be read (${code ?? (error as Error).message}).`);
  }
}
