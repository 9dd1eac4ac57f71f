import { closeSync, fdatasyncSync, ftruncateSync, fstatSync, mkdirSync, openSync, readdirSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { GlyphscopeError } from '../contract/errors';

/** A stretch of a pack. */
export interface PackPlace {
  pack: number;
  offset: number;
  /** Bytes. */
  length: number;
}

/** Where an image's bytes are: a file that stays the user's, or a pack of the library. */
export type ImagePlace = { path: string } | PackPlace;

/**
 * Bytes of images that came in an archive or an upload, one after the other in pack files. Where each begins stands in the
 * database; bytes that no row names (an import that was cut off) are harmless and stay unused.
 */
export class ImageStore {
  #writing: { pack: number; file: number; end: number } | null = null;

  private constructor(
    readonly directory: string,
    readonly packBytes: number,
  ) {}

  /** @param packBytes a new pack is begun when one has reached this size */
  static open(directory: string, packBytes = 1024 ** 3): ImageStore {
    mkdirSync(directory, { recursive: true });
    return new ImageStore(directory, packBytes);
  }

  /** Puts bytes at the end of the newest pack. They are on disk for certain after `flush`. @throws DISK_FULL */
  append(bytes: Uint8Array): PackPlace {
    const writing = this.#open();
    const place = { pack: writing.pack, offset: writing.end, length: bytes.length };
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(writing.file, bytes, done, bytes.length - done, place.offset + done);
    } catch (error) {
      ftruncateSync(writing.file, place.offset);
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      throw new GlyphscopeError('DISK_FULL', 'The disk is full: no more images can be stored.', { subject: this.directory, remedy: 'Free some space and import again; what was stored is kept.', cause: error });
    }
    writing.end += bytes.length;
    return place;
  }

  /** File and stretch of a place, for a reader elsewhere. */
  locate(place: ImagePlace): { path: string; offset: number; length: number | null } {
    return 'path' in place ? { path: place.path, offset: 0, length: null } : { path: this.#path(place.pack), offset: place.offset, length: place.length };
  }

  /** The bytes at a place in a pack. @throws IMAGE_GONE when the pack is missing or shorter than that */
  async read(place: PackPlace): Promise<Buffer> {
    const path = this.#path(place.pack);
    try {
      const file = await open(path, 'r');
      try {
        const bytes = Buffer.allocUnsafe(place.length);
        const { bytesRead } = await file.read(bytes, 0, place.length, place.offset);
        if (bytesRead === place.length) return bytes;
      } finally {
        await file.close();
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    throw new GlyphscopeError('IMAGE_GONE', `The library's image pack ${path} is missing or cut short.`, { subject: path, remedy: 'Import the archive again.' });
  }

  /** Makes sure that everything appended is on disk. Call before the rows that name it are committed. */
  flush(): void {
    if (this.#writing !== null) fdatasyncSync(this.#writing.file);
  }

  close(): void {
    if (this.#writing === null) return;
    this.flush();
    closeSync(this.#writing.file);
    this.#writing = null;
  }

  #open(): { pack: number; file: number; end: number } {
    if (this.#writing !== null && this.#writing.end < this.packBytes) return this.#writing;
    const newest = Math.max(0, ...readdirSync(this.directory).map((name) => Number(/^pack-(\d+)\.bin$/.exec(name)?.[1] ?? 0)));
    this.close();
    for (let pack = Math.max(1, newest); ; pack++) {
      const file = openSync(this.#path(pack), 'a+');
      closeSync(file);
      const writable = openSync(this.#path(pack), 'r+'); // 'a' would ignore the offsets that writes are given
      const end = fstatSync(writable).size;
      if (end < this.packBytes) return (this.#writing = { pack, file: writable, end });
      closeSync(writable);
    }
  }

  #path(pack: number): string {
    return join(this.directory, `pack-${String(pack).padStart(4, '0')}.bin`);
  }
}
