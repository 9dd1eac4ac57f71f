import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { GlyphscopeError } from '../contract/errors';
import type { FileFailure } from '../contract/images';
import type { Split } from '../contract/names';
import { fingerprintArchive } from './fingerprint';
import { openFolder } from './folder-source';
import { openTar } from './tar-source';
import { openZip } from './zip-source';

/** Largest file that is read, in bytes: 256 MiB. */
export const largestFile = 256 * 1024 * 1024;

/** One file of a source that may be an image. */
export interface SourceEntry {
  /** Path inside the source, '/' between the parts, without '..' or a root. */
  name: string;
  split: Split | null;
  label: string | null;
  /** Bytes. */
  size: number;
  /** Milliseconds since 1970; null where an archive does not say. */
  modifiedAt: number | null;
  /** Absolute path of the file; null inside an archive. */
  path: string | null;
  /**
   * The file's bytes. Inside a .tar they can be read only until the next entry is asked for.
   * @throws IMAGE_GONE, IMAGE_TOO_LARGE, IMAGE_UNREADABLE
   */
  read(): Promise<Buffer>;
}

export interface SourceReading {
  signal?: AbortSignal;
  /** While the source is listed: image files seen so far; total is null until all were seen. */
  onListed?: (files: number, final: boolean) => void;
  /** A file that cannot be offered as an entry: a link that leads outside, an unreadable folder, a format without a reader. */
  onFailure?: (failure: FileFailure) => void;
  /** A file that is passed over because it is no image by its name. */
  onSkipped?: (name: string) => void;
}

/** A folder or an archive as a stream of files that may be images. */
export interface ImageSource {
  kind: 'folder' | 'archive';
  /** Absolute, links resolved. */
  path: string;
  /** Name of the folder or archive without its ending: a first proposal for a collection's name. */
  title: string;
  /**
   * Lists the source once (so that the number of files and the folders around them are known), then gives the files in
   * a fixed order, one at a time and only as fast as they are taken.
   * @throws SOURCE_UNREADABLE, CANCELLED
   */
  entries(reading?: SourceReading): AsyncGenerator<SourceEntry, void, void>;
  /** For an archive, a text that changes when the archive does (see fingerprint.ts); null for a folder. */
  fingerprint(): Promise<string | null>;
}

/**
 * Opens a folder, .zip, .tar, .tar.gz or .tgz. The archive's bytes decide which it is, not its name.
 * @throws SOURCE_UNREADABLE when it is not there, may not be read or is none of these
 */
export async function openSource(path: string): Promise<ImageSource> {
  const wanted = resolve(path);
  const found = await stat(wanted).catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === 'ENOENT' ? 'There is nothing at this path' : error.code === 'EACCES' ? 'You may not read this path' : `Cannot be opened (${error.code ?? error.message})`;
    throw new GlyphscopeError('SOURCE_UNREADABLE', `${reason}: ${wanted}`, { subject: wanted, remedy: 'Give the path of a folder, .zip, .tar or .tar.gz.', cause: error });
  });
  const title = basename(wanted).replace(/\.(zip|tar|tgz|tar\.gz)$/i, '') || 'Images';
  if (found.isDirectory()) return openFolder(wanted, title);
  if (!found.isFile()) throw new GlyphscopeError('SOURCE_UNREADABLE', `Neither a folder nor a file: ${wanted}`, { subject: wanted, remedy: 'Give the path of a folder, .zip, .tar or .tar.gz.' });
  const archive = (await openZip(wanted, title)) ?? (await openTar(wanted, title));
  if (archive === null) {
    throw new GlyphscopeError('SOURCE_UNREADABLE', `Not a folder, .zip, .tar or .tar.gz: ${wanted}`, {
      subject: wanted,
      remedy: 'Give the path of a folder or of one of these archives; single images go to Describe.',
    });
  }
  return { ...archive, fingerprint: () => fingerprintArchive(wanted) };
}

/** Throws CANCELLED once `signal` is aborted. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new GlyphscopeError('CANCELLED', 'Cancelled.');
}
