import { createReadStream } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { extract, type Extract } from 'tar-stream';
import { GlyphscopeError } from '../contract/errors';
import { judgeMember, reportMember, UnpackedBytes, type ArchiveFile } from './archive-limits';
import { CommonFolders, placementOf } from './placement';
import { throwIfCancelled, type ImageSource, type SourceReading } from './source';

/** A .tar or .tar.gz, or null when the bytes are not those of one. Read from front to back, twice: once to list it. */
export async function openTar(path: string, title: string): Promise<Omit<ImageSource, 'fingerprint'> | null> {
  const archive = await realpath(path);
  const file = await open(archive, 'r');
  const start = Buffer.alloc(512);
  const { size } = await file.stat();
  const { bytesRead } = await file.read(start, 0, 512, 0);
  await file.close();
  const zipped = start[0] === 0x1f && start[1] === 0x8b;
  if (!zipped && !(bytesRead === 512 && (start.toString('latin1', 257, 262) === 'ustar' || start.every((byte) => byte === 0)))) return null;
  return {
    kind: 'archive',
    path: archive,
    title,
    async *entries(reading: SourceReading = {}) {
      const common = new CommonFolders();
      let files = 0;
      for await (const { judged } of members(archive, size, zipped, reading.signal)) {
        if (judged.use !== 'image') continue;
        common.see(judged.name);
        if (++files % 1000 === 0) reading.onListed?.(files, false);
      }
      reading.onListed?.(files, true);
      for await (const { entry, judged } of members(archive, size, zipped, reading.signal)) {
        reportMember(judged, reading);
        if (judged.use !== 'image') continue;
        yield {
          name: judged.name,
          ...placementOf(judged.name, common.depth),
          size: entry.header.size ?? 0,
          modifiedAt: entry.header.mtime?.getTime() ?? null,
          path: null,
          read: () => contentOf(entry, judged.name),
        };
      }
    },
  };
}

type Entry = Extract extends AsyncIterable<infer Item> ? Item : never;

async function* members(archive: string, size: number, zipped: boolean, signal: AbortSignal | undefined): AsyncGenerator<{ entry: Entry; judged: ArchiveFile }> {
  const file = createReadStream(archive, { highWaterMark: 256 * 1024 });
  const tar = extract();
  const unpacked = new UnpackedBytes(archive, size);
  const limited = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      unpacked.add(chunk.length);
      yield chunk;
    }
  };
  // Every error, the limit's included, destroys `tar` and so reaches the loop below.
  const ended = () => {};
  if (zipped) pipeline(file, createGunzip({ chunkSize: 256 * 1024 }), limited, tar, ended);
  else pipeline(file, tar, ended);
  try {
    for await (const entry of tar) {
      throwIfCancelled(signal);
      const { name, type, size: bytes } = entry.header;
      const kind = type === 'file' || type === 'contiguous-file' ? 'file' : type === 'directory' ? 'folder' : type === 'symlink' || type === 'link' ? 'link' : 'other';
      yield { entry, judged: judgeMember(name, kind, bytes ?? 0) };
      entry.resume();
    }
  } catch (error) {
    if (error instanceof GlyphscopeError) throw error;
    throw new GlyphscopeError('SOURCE_UNREADABLE', `The archive is damaged (${(error as Error).message}): ${archive}`, { subject: archive, remedy: 'Make or download it again.', cause: error });
  } finally {
    file.destroy();
    tar.destroy();
  }
}

async function contentOf(entry: Entry, name: string): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(entry.header.size ?? 0);
  let filled = 0;
  for await (const chunk of entry as AsyncIterable<Buffer>) filled += chunk.copy(bytes, filled);
  if (filled !== bytes.length) throw new GlyphscopeError('IMAGE_UNREADABLE', 'Cut short inside the archive.', { subject: name });
  return bytes;
}
