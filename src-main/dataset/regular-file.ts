import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { GlyphscopeError } from '../contract/errors';

/** O_NOFOLLOW so that nothing swapped for a link is followed, O_NONBLOCK so that a pipe cannot hold us. Absent on Windows. */
const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/**
 * Reads a regular file, or a stretch of one. Synchronous: one open file costs 10 µs this way and 120 µs through
 * promises, so it is called in workers, and for single files only on a main thread.
 * @throws IMAGE_GONE not there, cut short, no longer a regular file; IMAGE_TOO_LARGE above `limit` bytes;
 *   IMAGE_UNREADABLE not allowed or not readable
 */
export function readRegularFile(path: string, name: string, limit: number, stretch?: { offset: number; length: number }): Buffer {
  let file: number;
  try {
    file = openSync(path, flags);
  } catch (error) {
    throw failureToOpen(error as NodeJS.ErrnoException, name);
  }
  try {
    const found = fstatSync(file);
    if (!found.isFile()) throw new GlyphscopeError('IMAGE_UNREADABLE', 'Not a regular file.', { subject: name });
    const length = stretch?.length ?? found.size;
    if (length > limit) throw tooManyBytes(name, length, limit);
    const bytes = Buffer.allocUnsafe(length);
    for (let done = 0; done < length; ) {
      const read = readSync(file, bytes, done, length - done, (stretch?.offset ?? 0) + done);
      if (read === 0) throw new GlyphscopeError('IMAGE_GONE', 'The file became shorter since it was imported.', { subject: name, remedy: 'Import it again.' });
      done += read;
    }
    return bytes;
  } catch (error) {
    if (error instanceof GlyphscopeError) throw error;
    throw failureToOpen(error as NodeJS.ErrnoException, name);
  } finally {
    closeSync(file);
  }
}

export function tooManyBytes(name: string, bytes: number, limit: number): GlyphscopeError {
  const mebibytes = (n: number) => `${Math.round(n / 1024 / 1024).toLocaleString('en')} MiB`;
  return new GlyphscopeError('IMAGE_TOO_LARGE', `The file has ${mebibytes(bytes)}; the limit is ${mebibytes(limit)}.`, { subject: name, remedy: 'Save it smaller and import it again.' });
}

function failureToOpen(error: NodeJS.ErrnoException, name: string): GlyphscopeError {
  const remedy = 'Put it back or import its folder again.';
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return new GlyphscopeError('IMAGE_GONE', 'The file is no longer there.', { subject: name, remedy, cause: error });
  if (error.code === 'ELOOP') return new GlyphscopeError('IMAGE_GONE', 'A link has taken the place of the file.', { subject: name, remedy, cause: error });
  if (error.code === 'EACCES' || error.code === 'EPERM') return new GlyphscopeError('IMAGE_UNREADABLE', 'You may not read this file.', { subject: name, remedy: 'Change its permissions.', cause: error });
  return new GlyphscopeError('IMAGE_UNREADABLE', `The file cannot be read (${error.code ?? error.message}).`, { subject: name, cause: error });
}
