import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createGzip, deflateRawSync, deflateSync } from 'node:zlib';
import { pack, type Header } from 'tar-stream';
import type { SourceEntry } from '../../../src-main/dataset/source';
import { openSource } from '../../../src-main/dataset/source';

export interface Member {
  name: string;
  bytes: Buffer;
  /** Unix mode of a .zip member; 0o100644 when absent. */
  mode?: number;
  /** Uncompressed size to state instead of the true one. */
  statedSize?: number;
  type?: Header['type'];
}

/** A .zip with deflated members, whatever their names. */
export function zipOf(members: Member[]): Buffer {
  const parts: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes, mode = 0o100644, statedSize = bytes.length } of members) {
    const packed = deflateRawSync(bytes);
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(0x0800, 2);
    shared.writeUInt16LE(8, 4);
    shared.writeUInt16LE(0x21, 8);
    shared.writeUInt32LE(crc32(bytes), 10);
    shared.writeUInt32LE(packed.length, 14);
    shared.writeUInt32LE(statedSize, 18);
    shared.writeUInt16LE(Buffer.byteLength(name), 22);
    parts.push(Buffer.from('PK\x03\x04', 'latin1'), shared, Buffer.from(name), packed);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE((mode << 16) >>> 0, 6);
    rest.writeUInt32LE(offset, 10);
    central.push(Buffer.from('PK\x01\x02\x14\x03', 'latin1'), shared, rest, Buffer.from(name));
    offset += 30 + Buffer.byteLength(name) + packed.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, directory, end]);
}

/** Writes a .tar, or a .tar.gz when the path ends so. */
export async function writeTar(path: string, members: Member[]): Promise<void> {
  const tar = pack();
  for (const { name, bytes, type = 'file' } of members) tar.entry({ name, type, size: type === 'file' ? bytes.length : 0, linkname: 'elsewhere', mtime: new Date(0) }, type === 'file' ? bytes : '');
  tar.finalize();
  const chunks = Readable.from(tar as AsyncIterable<Buffer>);
  if (path.endsWith('gz')) await pipeline(chunks, createGzip(), createWriteStream(path));
  else await pipeline(chunks, createWriteStream(path));
}

/** A valid PNG of one grey that takes next to no room: rows of zeros. */
export function blankPng(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const framed = Buffer.alloc(body.length + 8);
    framed.writeUInt32BE(data.length, 0);
    body.copy(framed, 4);
    framed.writeUInt32BE(crc32(body), body.length + 4);
    return framed;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 1; // one bit, grey
  const rows = deflateSync(Buffer.alloc((Math.ceil(width / 8) + 1) * height), { level: 9 });
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', header), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))]);
}

/** Path of the sample collection. */
export const samplePath = join(import.meta.dirname, '../../../resources/sample/cifar10-sample.zip');

/** Real images: the first `count` of the sample collection (all of one class when few). */
export async function sampleImages(count: number): Promise<{ name: string; label: string; bytes: Buffer }[]> {
  const images: { name: string; label: string; bytes: Buffer }[] = [];
  for await (const entry of (await openSource(samplePath)).entries()) {
    images.push({ name: entry.name, label: entry.label!, bytes: await entry.read() });
    if (images.length === count) break;
  }
  return images;
}

/** All entries of a source as rows, with what was reported besides. */
export async function listing(path: string): Promise<{ entries: SourceEntry[]; rows: (string | number | null)[][]; failures: Record<string, string>; skipped: string[]; listed: number }> {
  const entries: SourceEntry[] = [];
  const failures: Record<string, string> = {};
  const skipped: string[] = [];
  let listed = -1;
  const source = await openSource(path);
  const reading = source.entries({
    onFailure: ({ name, code, reason }) => (failures[name] = `${code}: ${reason}`),
    onSkipped: (name) => skipped.push(name),
    onListed: (files, final) => {
      if (final) listed = files;
    },
  });
  const rows: (string | number | null)[][] = [];
  for await (const entry of reading) {
    entries.push(entry);
    rows.push([entry.name, entry.split, entry.label, (await entry.read()).length]);
  }
  return { entries, rows, failures, skipped, listed };
}
