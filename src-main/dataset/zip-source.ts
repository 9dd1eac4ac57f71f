import { open, realpath, type FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { crc32, inflateRaw, inflateRawSync } from 'node:zlib';
import * as yauzl from 'yauzl';
import { GlyphscopeError } from '../contract/errors';
import { judgeMember, reportMember, UnpackedBytes, type ArchiveFile } from './archive-limits';
import { CommonFolders, placementOf } from './placement';
import { tooManyBytes } from './regular-file';
import { largestFile, throwIfCancelled, type ImageSource, type SourceReading } from './source';

/** A .zip, or null when the bytes are not those of one. Entries are unpacked one by one, straight from the file. */
export async function openZip(path: string, title: string): Promise<Omit<ImageSource, 'fingerprint'> | null> {
  const archive = await realpath(path);
  const file = await open(archive, 'r');
  const start = Buffer.alloc(4);
  const { size } = await file.stat();
  await file.read(start, 0, 4, 0);
  await file.close();
  const isZip = start.equals(Buffer.from('PK\x03\x04', 'latin1')) || start.equals(Buffer.from('PK\x05\x06', 'latin1'));
  if (!isZip) return null;
  return {
    kind: 'archive',
    path: archive,
    title,
    async *entries(reading: SourceReading = {}) {
      const common = new CommonFolders();
      let files = 0;
      for await (const { judged } of members(archive, reading.signal)) {
        if (judged.use !== 'image') continue;
        common.see(judged.name);
        if (++files % 1000 === 0) reading.onListed?.(files, false);
      }
      reading.onListed?.(files, true);
      const unpacked = new UnpackedBytes(archive, size);
      for await (const { file, entry, judged } of members(archive, reading.signal)) {
        reportMember(judged, reading);
        if (judged.use !== 'image') continue;
        yield {
          name: judged.name,
          ...placementOf(judged.name, common.depth),
          size: entry.uncompressedSize,
          modifiedAt: entry.getLastModDate({ timezone: 'UTC' }).getTime(),
          path: null,
          read: () => unpack(file, entry, judged.name, unpacked),
        };
      }
    },
  };
}

interface Member {
  file: ReadAhead;
  entry: yauzl.Entry;
  judged: ArchiveFile;
}

/** All members by the central directory. Names are taken as bytes: a hostile one shall not stop the rest. */
async function* members(archive: string, signal: AbortSignal | undefined): AsyncGenerator<Member> {
  let zip: yauzl.ZipFile | null = null;
  const handle = await open(archive, 'r');
  const file = new ReadAhead(handle);
  try {
    zip = await yauzl.openPromise(archive, { decodeStrings: false, autoClose: false });
    for await (const entry of zip.eachEntry()) {
      throwIfCancelled(signal);
      const name = yauzl.getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false);
      yield { file, entry, judged: judgeMember(name, kindOf(name, entry), entry.uncompressedSize) };
    }
  } catch (error) {
    if (error instanceof GlyphscopeError) throw error;
    throw new GlyphscopeError('SOURCE_UNREADABLE', `The .zip is damaged (${(error as Error).message}): ${archive}`, { subject: archive, remedy: 'Make or download it again.', cause: error });
  } finally {
    zip?.close();
    await handle.close();
  }
}

/** Unix modes stand in the upper half of the external attributes. */
function kindOf(name: string, entry: yauzl.Entry): 'file' | 'folder' | 'link' | 'other' {
  if (name.endsWith('/')) return 'folder';
  const type = (entry.externalFileAttributes >>> 28) & 0xf;
  if (type === 0 || type === 8) return 'file';
  return type === 10 ? 'link' : type === 4 ? 'folder' : 'other';
}

const inflate = promisify<Buffer, { maxOutputLength: number }, Buffer>(inflateRaw);
/** Unpacking so little is faster done at once than handed to another thread. */
const little = 64 * 1024;

/** Reads and unpacks one member; yauzl's streams cost ten times as much for small files. */
async function unpack(file: ReadAhead, entry: yauzl.Entry, name: string, unpacked: UnpackedBytes): Promise<Buffer> {
  const { compressedSize: packedSize, uncompressedSize: size, compressionMethod: method } = entry;
  unpacked.add(size);
  if (entry.isEncrypted()) throw new GlyphscopeError('IMAGE_UNREADABLE', 'Encrypted inside the .zip.', { subject: name, remedy: 'Unpack it with its password and import the folder.' });
  if (method !== 0 && method !== 8) throw new GlyphscopeError('IMAGE_UNREADABLE', `Packed in a way that cannot be read (method ${method}).`, { subject: name, remedy: 'Make the .zip with deflate or store.' });
  if (packedSize > largestFile * 1.01) throw tooManyBytes(name, packedSize, largestFile);
  try {
    const packed = await packedBytes(file, entry);
    const options = { maxOutputLength: Math.max(1, size) };
    const bytes = method === 0 ? Buffer.from(packed) : size <= little ? inflateRawSync(packed, options) : await inflate(packed, options);
    if (bytes.length !== size) throw new Error(`it has ${bytes.length} bytes, not ${size}`);
    if (crc32(bytes) !== entry.crc32) throw new Error('its checksum is wrong');
    return bytes;
  } catch (error) {
    throw new GlyphscopeError('IMAGE_UNREADABLE', `Damaged inside the .zip (${(error as Error).message}).`, { subject: name, remedy: 'Make or download the .zip again.', cause: error });
  }
}

/** The member's bytes as they stand in the file. Source: APPNOTE 4.3.7, whose name and extra field may differ from the directory's. */
async function packedBytes(file: ReadAhead, entry: yauzl.Entry): Promise<Buffer> {
  const header = await file.read(entry.relativeOffsetOfLocalHeader, 30);
  if (header.length < 30 || header.readUInt32LE(0) !== 0x04034b50) throw new Error('its header is not where the directory says');
  const start = entry.relativeOffsetOfLocalHeader + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  const packed = await file.read(start, entry.compressedSize);
  if (packed.length < entry.compressedSize) throw new Error('it is cut short');
  return packed;
}

/** Reads a file in stretches of at least 1 MiB, because small members mostly stand one after the other. */
class ReadAhead {
  #start = 0;
  #bytes: Buffer = Buffer.alloc(0);

  constructor(readonly file: FileHandle) {}

  /** @returns fewer bytes at the end of the file */
  async read(position: number, length: number): Promise<Buffer> {
    const from = position - this.#start;
    if (from < 0 || from + length > this.#bytes.length) {
      const bytes = Buffer.allocUnsafe(Math.max(length, 1024 * 1024));
      const { bytesRead } = await this.file.read(bytes, 0, bytes.length, position);
      this.#start = position;
      this.#bytes = bytes.subarray(0, bytesRead);
      return this.#bytes.subarray(0, length);
    }
    return this.#bytes.subarray(from, from + length);
  }
}
