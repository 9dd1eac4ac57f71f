import { stat, readFile } from 'node:fs/promises';
import { GlyphscopeError } from '../contract/errors';
import type { StoredImage } from '../database/images';
import type { ImageStore } from '../dataset/image-store';

/** Reads the bytes of stored images: out of the library's packs, or from the user's own file. */
export class ImageFiles {
  readonly #packs: ImageStore;

  constructor(packs: ImageStore) {
    this.#packs = packs;
  }

  /** @throws GlyphscopeError IMAGE_GONE when the user's file is not there or is no longer the one that was imported */
  async read(image: StoredImage): Promise<Buffer> {
    if (!('path' in image.place)) return this.#packs.read(image.place);
    const { path } = image.place;
    const gone = (what: string) =>
      new GlyphscopeError('IMAGE_GONE', `${path} ${what}.`, { subject: path, remedy: 'Put the file back, or import its folder again.' });
    try {
      const { size } = await stat(path);
      if (size !== image.bytes) throw gone('has changed since it was imported');
      return await readFile(path);
    } catch (error) {
      if (error instanceof GlyphscopeError) throw error;
      throw gone(`cannot be read any more (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
    }
  }
}
