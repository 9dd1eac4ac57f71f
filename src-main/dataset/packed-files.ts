import { constants, createReadStream } from 'node:fs';
import { lstat, open, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { pipeline } from 'node:stream';
import { extract } from 'tar-stream';
import * as yauzl from 'yauzl';
import { GlyphscopeError } from '../contract/errors';
import { largestRatio, UnpackedBytes } from './archive-limits';
import { isSystemFile } from './placement';

/** One file of a folder or an archive, whatever it is. */
export interface PackedFile {
  /** As it stands there, '/' between the parts; it is never used as a path. */
  name: string;
  /** Its bytes, to be read to their end, or not at all, before the next file is asked for. */
  content: AsyncIterable<Buffer>;
}

/** An archive may unpack to so much in any case. */
const alwaysAllowed = 64 << 20;

/**
 * Every regular file of a folder (two levels deep), .zip, .tar or .tar.gz, one at a time. Links are refused, files of the
 * system (.DS_Store) passed over, and an archive that grows without end is stopped.
 * @throws GlyphscopeError SOURCE_UNREADABLE, naming the member or the archive
 */
export async function* packedFiles(path: string, signal: AbortSignal): AsyncGenerator<PackedFile> {
  const title = basename(path); // where it lies is not for everybody who may have sent it
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(title, `cannot be opened (${error.code ?? error.message})`, error);
  });
  if (found.isDirectory()) yield* ofFolder(path, '', signal);
  else if (!found.isFile()) throw unreadable(title, 'is neither a folder nor a file');
  else yield* ofArchive(path, title, found.size, signal);
}

async function* ofFolder(folder: string, inside: string, signal: AbortSignal): AsyncGenerator<PackedFile> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    signal.throwIfAborted();
    const [name, path] = [`${inside}${entry.name}`, join(folder, entry.name)];
    if (isOfTheSystem(name)) continue;
    if (entry.isSymbolicLink()) throw unreadable(name, 'is a link: links are not followed');
    if (entry.isDirectory() && inside.split('/').length <= 2) yield* ofFolder(path, `${name}/`, signal);
    else if (entry.isFile()) yield { name, content: piecesOf(path) };
  }
}

/** A file's bytes; no link is followed, should one have taken its place meanwhile. */
async function* piecesOf(path: string): AsyncGenerator<Buffer> {
  const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  yield* file.createReadStream({ highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>;
}

async function* ofArchive(path: string, title: string, size: number, signal: AbortSignal): AsyncGenerator<PackedFile> {
  const file = await open(path, 'r');
  const start = Buffer.alloc(512);
  const { bytesRead } = await file.read(start, 0, 512, 0).finally(() => file.close());
  const unpacked = new UnpackedBytes(title, size, Math.max(alwaysAllowed, size * largestRatio));
  try {
    if (start.subarray(0, 2).toString('latin1') === 'PK') yield* ofZip(path, unpacked, signal);
    else if ((start[0] === 0x1f && start[1] === 0x8b) || (bytesRead === 512 && start.toString('latin1', 257, 262) === 'ustar')) yield* ofTar(path, start[0] === 0x1f, unpacked, signal);
    else throw unreadable(title, 'is no .zip, .tar or .tar.gz');
  } catch (error) {
    if (error instanceof GlyphscopeError || signal.aborted) throw error;
    throw unreadable(title, `is damaged (${(error as Error).message})`, error);
  }
}

async function* ofZip(path: string, unpacked: UnpackedBytes, signal: AbortSignal): AsyncGenerator<PackedFile> {
  const zip = await yauzl.openPromise(path, { autoClose: false });
  try {
    for await (const entry of zip.eachEntry()) {
      signal.throwIfAborted();
      const name = entry.fileName;
      if (name.endsWith('/') || isOfTheSystem(name)) continue;
      if (((entry.externalFileAttributes >>> 28) & 0xf) === 10) throw unreadable(name, 'is a link inside the archive: links are not followed');
      if (entry.isEncrypted()) throw unreadable(name, 'is encrypted inside the archive');
      yield { name, content: unpack(zip, entry, unpacked) };
    }
  } finally {
    zip.close();
  }
}

/** Opened when it is read, so that what nobody reads holds no file open. */
async function* unpack(zip: yauzl.ZipFile, entry: yauzl.Entry, unpacked: UnpackedBytes): AsyncGenerator<Buffer> {
  yield* counted(await zip.openReadStreamPromise(entry), unpacked);
}

async function* ofTar(path: string, zipped: boolean, unpacked: UnpackedBytes, signal: AbortSignal): AsyncGenerator<PackedFile> {
  const file = createReadStream(path, { highWaterMark: 1 << 18 });
  const tar = extract();
  const ended = () => {}; // every error destroys `tar` and so reaches the loop below
  if (zipped) pipeline(file, createGunzip(), (chunks: AsyncIterable<Buffer>) => counted(chunks, unpacked), tar, ended);
  else pipeline(file, tar, ended);
  try {
    for await (const entry of tar) {
      signal.throwIfAborted();
      const { name, type } = entry.header;
      if (type === 'symlink' || type === 'link') throw unreadable(name, 'is a link inside the archive: links are not followed');
      if ((type === 'file' || type === 'contiguous-file') && !isOfTheSystem(name)) yield { name, content: entry as AsyncIterable<Buffer> };
      entry.resume();
    }
  } finally {
    file.destroy();
    tar.destroy();
  }
}

async function* counted(chunks: AsyncIterable<Buffer>, unpacked: UnpackedBytes): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    unpacked.add(chunk.length);
    yield chunk;
  }
}

/** A name that leads up, or stays where it is, is no file of the system: it is for the caller to judge. */
const isOfTheSystem = (name: string) => isSystemFile(name.split('/').filter((part) => part !== '.' && part !== '..').join('/'));

const unreadable = (subject: string, why: string, cause?: unknown) =>
  new GlyphscopeError('SOURCE_UNREADABLE', `${subject} ${why}.`, { subject, remedy: 'Give the folder, or a .zip, .tar or .tar.gz of it, as it was exported.', cause });
