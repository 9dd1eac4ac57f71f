import { open, realpath } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import * as yauzl from 'yauzl';
import { GlyphscopeError } from '../contract/errors';
import { judgeMember, reportMember, UnpackedBytes, type ArchiveFile } from './archive-limits';
import { CommonFolders, placementOf } from './placement';
import { throwIfCancelled, type ImageSource, type SourceReading } from './source';

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
      for await (const { zip, entry, judged } of members(archive, reading.signal)) {
        reportMember(judged, reading);
        if (judged.use !== 'image') continue;
        yield {
          name: judged.name,
          ...placementOf(judged.name, common.depth),
          size: entry.uncompressedSize,
          modifiedAt: entry.getLastModDate({ timezone: 'UTC' }).getTime(),
          path: null,
          read: () => unpack(zip, entry, judged.name, unpacked),
        };
      }
    },
  };
}

interface Member {
  zip: yauzl.ZipFile;
  entry: yauzl.Entry;
  judged: ArchiveFile;
}

/** All members by the central directory. Names are taken as bytes: a hostile one shall not stop the rest. */
async function* members(archive: string, signal: AbortSignal | undefined): AsyncGenerator<Member> {
  let zip: yauzl.ZipFile | null = null;
  try {
    zip = await yauzl.openPromise(archive, { decodeStrings: false, autoClose: false });
    for await (const entry of zip.eachEntry()) {
      throwIfCancelled(signal);
      const name = yauzl.getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false);
      yield { zip, entry, judged: judgeMember(name, kindOf(name, entry), entry.uncompressedSize) };
    }
  } catch (error) {
    if (error instanceof GlyphscopeError) throw error;
    throw new GlyphscopeError('SOURCE_UNREADABLE', `The .zip is damaged (${(error as Error).message}): ${archive}`, { subject: archive, remedy: 'Make or download it again.', cause: error });
  } finally {
    zip?.close();
  }
}

/** Unix modes stand in the upper half of the external attributes. */
function kindOf(name: string, entry: yauzl.Entry): 'file' | 'folder' | 'link' | 'other' {
  if (name.endsWith('/')) return 'folder';
  const type = (entry.externalFileAttributes >>> 28) & 0xf;
  if (type === 0 || type === 8) return 'file';
  return type === 10 ? 'link' : type === 4 ? 'folder' : 'other';
}

async function unpack(zip: yauzl.ZipFile, entry: yauzl.Entry, name: string, unpacked: UnpackedBytes): Promise<Buffer> {
  unpacked.add(entry.uncompressedSize);
  if (entry.isEncrypted()) throw new GlyphscopeError('IMAGE_UNREADABLE', 'Encrypted inside the .zip.', { subject: name, remedy: 'Unpack it with its password and import the folder.' });
  if (!entry.canDecodeFileData()) throw new GlyphscopeError('IMAGE_UNREADABLE', `Packed in a way that cannot be read (method ${entry.compressionMethod}).`, { subject: name, remedy: 'Make the .zip with deflate or store.' });
  try {
    const bytes = Buffer.allocUnsafe(entry.uncompressedSize);
    let filled = 0;
    for await (const chunk of (await zip.openReadStreamPromise(entry)) as AsyncIterable<Buffer>) {
      chunk.copy(bytes, filled); // yauzl stops at uncompressedSize and says so
      filled += chunk.length;
    }
    if (filled !== bytes.length || crc32(bytes) !== entry.crc32) throw new Error('its checksum is wrong');
    return bytes;
  } catch (error) {
    throw new GlyphscopeError('IMAGE_UNREADABLE', `Damaged inside the .zip (${(error as Error).message}).`, { subject: name, remedy: 'Make or download the .zip again.', cause: error });
  }
}
