import { GlyphscopeError } from '../contract/errors';
import type { FileFailure } from '../contract/images';
import { looksLikeImage, unreadableByName } from './image-format';
import { isSystemFile, plainName } from './placement';
import { tooManyBytes } from './regular-file';
import { largestFile, type SourceReading } from './source';

/** A whole archive may grow to 100 times its own size when unpacked, and in any case to 4 GiB. */
export const largestRatio = 100;
const alwaysAllowed = 4 * 1024 ** 3;

/** Counts what an archive unpacks to and stops one that is made to grow without end. */
export class UnpackedBytes {
  #bytes = 0;
  readonly #limit: number;

  constructor(
    readonly archive: string,
    archiveBytes: number,
    limit = Math.max(alwaysAllowed, archiveBytes * largestRatio),
  ) {
    this.#limit = limit;
  }

  /** @throws SOURCE_UNREADABLE once the limit is passed */
  add(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > this.#limit) {
      throw new GlyphscopeError('SOURCE_UNREADABLE', `The archive unpacks to more than ${largestRatio} times its own size: ${this.archive}`, {
        subject: this.archive,
        remedy: 'Unpack it yourself and import the folder, if you trust it.',
      });
    }
  }
}

export type ArchiveFile = { use: 'image'; name: string } | { use: 'failure'; failure: FileFailure } | { use: 'skip'; name: string } | { use: 'ignore' };

/** What to do with one member of an archive, by its name, kind and size. */
export function judgeMember(rawName: string, kind: 'file' | 'folder' | 'link' | 'other', size: number): ArchiveFile {
  const name = plainName(rawName);
  if (kind === 'folder' || name === '' || isSystemFile(name)) return { use: 'ignore' };
  if (!looksLikeImage(name)) return { use: 'skip', name };
  const fail = (code: string, reason: string): ArchiveFile => ({ use: 'failure', failure: { name, code, reason } });
  if (kind === 'link') return fail('IMAGE_UNREADABLE', 'A link inside an archive; links are not followed.');
  if (kind === 'other') return fail('IMAGE_UNREADABLE', 'Not a regular file.');
  const unreadable = unreadableByName(name);
  if (unreadable !== null) return fail('IMAGE_UNSUPPORTED', `${unreadable} images cannot be read.`);
  if (size > largestFile) {
    const error = tooManyBytes(name, size, largestFile);
    return fail(error.code, error.message);
  }
  return { use: 'image', name };
}

/** Tells the caller about everything that is not an image to read. */
export function reportMember(judged: ArchiveFile, reading: SourceReading): void {
  if (judged.use === 'failure') reading.onFailure?.(judged.failure);
  if (judged.use === 'skip') reading.onSkipped?.(judged.name);
}
