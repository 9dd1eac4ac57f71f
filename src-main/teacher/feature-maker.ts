import { statSync } from 'node:fs';
import { GlyphscopeError, toErrorDetail, type ErrorDetail } from '../contract/errors';
import { globalView } from '../dataset/augment';
import { decodeRgb } from '../dataset/decode';
import type { RgbImage } from '../dataset/image';
import { sha256 } from '../dataset/inspector';
import { seededRandom } from '../dataset/random';
import { readRegularFile } from '../dataset/regular-file';
import { largestFile } from '../dataset/source';
import type { Encoded, TeacherEncoder } from './encoder';
import type { FeatureAnswer, FeatureSource, ImageRequest } from './image-messages';

/** Files larger than this are decoded one after the other, so that memory stays bounded; smaller ones all at once. */
const largeFile = 1024 * 1024;

/** An image is decoded to about four times the teacher's size, so that a crop of it still has pixels enough. */
export const decodedSide = (encoder: TeacherEncoder) => encoder.teacher.inputSize * 4;

/** The clean feature of one image and its tokens: the same numbers as a features request gives. @param tokens N, 0 for none */
export async function encodeOne(encoder: TeacherEncoder, bytes: Buffer, name: string, tokens = 0): Promise<Encoded> {
  const image = await decodeRgb(bytes, name, decodedSide(encoder));
  const pixels = new Float32Array(encoder.inputLength);
  encoder.normalize(encoder.cleanView(image), pixels, 0);
  return encoder.encode(pixels, 1, tokens);
}

/** Answers one features request: reads, decodes, augments and encodes its images. */
export class FeatureMaker {
  readonly #encoder: TeacherEncoder;
  readonly #request: Extract<ImageRequest, { kind: 'features' }>;
  #large: Promise<unknown> = Promise.resolve();

  constructor(encoder: TeacherEncoder, request: Extract<ImageRequest, { kind: 'features' }>) {
    this.#encoder = encoder;
    this.#request = request;
  }

  /** @param isAbandoned asked between two pieces of work @throws CANCELLED */
  async run(isAbandoned: () => boolean): Promise<FeatureAnswer> {
    const { images, clean, views, tokens } = this.#request;
    const { inputLength } = this.#encoder;
    const perImage = (clean ? 1 : 0) + views;
    const pixels = new Float32Array(images.length * perImage * inputLength);
    const failures: { index: number; error: ErrorDetail }[] = [];
    const good = new Uint8Array(images.length);
    const prepare = async (index: number) => {
      if (isAbandoned()) return;
      try {
        const image = await this.#decode(images[index]);
        if (isAbandoned()) return;
        this.#makeViews(image, images[index].sha256, pixels, index * perImage * inputLength);
        good[index] = 1;
      } catch (error) {
        failures.push({ index, error: toErrorDetail(error) });
      }
    };
    await Promise.all(images.map((_, index) => prepare(index)));
    throwIf(isAbandoned());
    const read = Int32Array.from(images.keys()).filter((index) => good[index] === 1);
    read.forEach((index, i) => {
      if (index !== i) pixels.copyWithin(i * perImage * inputLength, index * perImage * inputLength, (index + 1) * perImage * inputLength);
    });
    const encoded = await this.#encoder.encode(pixels, read.length * perImage, tokens, isAbandoned);
    const features = apart(encoded.features, read.length, clean, views);
    const kept = apart(encoded.tokens, read.length, clean, views);
    failures.sort((a, b) => a.index - b.index);
    return { read, ...features, cleanTokens: kept.clean, viewTokens: kept.views, failures };
  }

  async #decode(source: FeatureSource): Promise<RgbImage> {
    const bytes = source.length ?? statSync(source.path, { throwIfNoEntry: false })?.size ?? 0;
    if (bytes <= largeFile) return this.#readAndDecode(source);
    const turn = this.#large.then(() => this.#readAndDecode(source));
    this.#large = turn.catch(() => {});
    return turn;
  }

  async #readAndDecode(source: FeatureSource): Promise<RgbImage> {
    const stretch = source.length === null ? undefined : { offset: source.offset, length: source.length };
    const bytes = readRegularFile(source.path, source.name, largestFile, stretch);
    if (sha256(bytes) !== source.sha256) throw new GlyphscopeError('IMAGE_GONE', 'The file has changed since it was imported.', { subject: source.name, remedy: 'Import its folder again.' });
    return decodeRgb(bytes, source.name, decodedSide(this.#encoder));
  }

  /** The clean view and the augmented ones, normalized, one after the other from `offset` on. */
  #makeViews(image: RgbImage, hash: string, pixels: Float32Array, offset: number): void {
    const { inputLength, teacher } = this.#encoder;
    const view = new Float32Array(inputLength);
    let to = offset;
    if (this.#request.clean) {
      this.#encoder.normalize(this.#encoder.cleanView(image, view), pixels, to);
      to += inputLength;
    }
    for (let v = 0; v < this.#request.views; v++, to += inputLength) {
      globalView(image, teacher.inputSize, v, seededRandom(this.#request.seed, hash, v), view);
      this.#encoder.normalize(view, pixels, to);
    }
  }
}

/** Clean records from those of views: [n, (clean) + V, width] → [n, width] and [n, V, width]. */
function apart(records: Float32Array, images: number, clean: boolean, views: number): { clean: Float32Array; views: Float32Array } {
  const perImage = (clean ? 1 : 0) + views;
  const width = records.length / Math.max(1, images * perImage);
  const cleanRecords = new Float32Array(clean ? images * width : 0);
  const viewRecords = new Float32Array(images * views * width);
  for (let i = 0; i < images; i++) {
    const from = i * perImage * width;
    const afterClean = from + (clean ? width : 0);
    if (clean) cleanRecords.set(records.subarray(from, afterClean), i * width);
    viewRecords.set(records.subarray(afterClean, from + perImage * width), i * views * width);
  }
  return { clean: cleanRecords, views: viewRecords };
}

function throwIf(abandoned: boolean): void {
  if (abandoned) throw new GlyphscopeError('CANCELLED', 'Cancelled.');
}
