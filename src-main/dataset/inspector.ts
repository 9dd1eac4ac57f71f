import { createHash } from 'node:crypto';
import { inspectImage, type InspectedImage } from './decode';
import { readRegularFile } from './regular-file';
import { largestFile } from './source';

/** What an import needs to know of an image: that it can be decoded whole, its size and its hash. */
export interface InspectedFile extends InspectedImage {
  /** 64 hexadecimal digits. */
  sha256: string;
  /** Bytes that were hashed and decoded. */
  size: number;
}

/** Who decodes an import's images: `localInspector` here, or a pool of workers. Both throw IMAGE_* failures. */
export interface ImageInspector {
  inspectBytes(bytes: Buffer, name: string): Promise<InspectedFile>;
  /** Reads the file itself, so that its bytes need not travel. */
  inspectFile(path: string, name: string): Promise<InspectedFile>;
}

export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Inspects in this thread; decoding itself runs in libuv's threads. */
export const localInspector: ImageInspector = {
  async inspectBytes(bytes, name) {
    return { ...(await inspectImage(bytes, name)), sha256: sha256(bytes), size: bytes.length };
  },
  async inspectFile(path, name) {
    return this.inspectBytes(readRegularFile(path, name, largestFile), name);
  },
};
