import sharp, { type Sharp } from 'sharp';
import { GlyphscopeError } from '../contract/errors';
import { readBitmap } from './bitmap';
import { background, largestPixels, type RgbImage } from './image';
import { formatOfBytes, readableFormats, type ImageFormat } from './image-format';
import { tooManyPixels } from './image-limits';
import { statedSize } from './image-size';
import { decodeSmallJpeg } from './small-jpeg';

// Every image is opened once: a cache of operations only costs memory. Loaders that no image here needs stay shut.
sharp.cache(false);
sharp.concurrency(1);
sharp.block({ operation: ['VipsForeignLoadSvg', 'VipsForeignLoadVips'] });

export interface InspectedImage {
  format: ImageFormat;
  /** After turning the image as its EXIF orientation says. */
  width: number;
  height: number;
}

/** Up to this many pixels an image is decoded in one go; larger ones row by row into a small one, which takes little memory. */
const smallPixels = 1024 * 1024;

/**
 * Decodes an image whole, to be sure that it can be: a truncated or damaged one is refused.
 * @throws IMAGE_EMPTY, IMAGE_UNREADABLE, IMAGE_UNSUPPORTED, IMAGE_TOO_LARGE
 */
export async function inspectImage(bytes: Buffer, name: string): Promise<InspectedImage> {
  const format = formatOf(bytes, name);
  if (format === 'bmp') {
    const { width, height } = readBitmap(bytes, name);
    return { format, width, height };
  }
  const small = format === 'jpeg' ? decodeSmallJpeg(bytes) : null;
  if (small !== null) return { format, width: small.width, height: small.height };
  return guarded(bytes, name, async () => {
    if (isSmall(bytes, format)) {
      const { info } = await upright(bytes, format).raw().toBuffer({ resolveWithObject: true });
      return { format, width: info.width, height: info.height };
    }
    const { autoOrient } = await open(bytes).metadata();
    await open(bytes).resize(64, 64, { fit: 'fill' }).raw().toBuffer();
    return { format, width: autoOrient.width, height: autoOrient.height };
  });
}

/**
 * Decodes to 8-bit sRGB: first frame only, turned as EXIF says, grey, CMYK and 16 bits converted, transparent pixels over
 * white (`background`). With `atLeast`, an image whose shorter side is longer than that is reduced to it while decoding
 * (bicubic), its shape kept; nothing is ever enlarged.
 * @throws IMAGE_EMPTY, IMAGE_UNREADABLE, IMAGE_UNSUPPORTED, IMAGE_TOO_LARGE
 */
export async function decodeRgb(bytes: Buffer, name: string, atLeast?: number): Promise<RgbImage> {
  const format = formatOf(bytes, name);
  const stated = statedSize(bytes, format);
  const shrinks = atLeast !== undefined && (stated === null || Math.min(stated.width, stated.height) > atLeast);
  const small = format === 'jpeg' && !shrinks ? decodeSmallJpeg(bytes) : null;
  if (small !== null) return small;
  return guarded(bytes, name, async () => {
    let image = format === 'bmp' ? openRaw(readBitmap(bytes, name)) : upright(bytes, format);
    if (shrinks) {
      image = image.resize(atLeast, atLeast, { fit: 'outside', withoutEnlargement: true, kernel: 'cubic' });
    }
    const { data, info } = await image.flatten({ background }).toColourspace('srgb').raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    return { data: toThreeChannels(data, info.channels, name), width: info.width, height: info.height };
  });
}

/**
 * A WebP that fits into a square of `size` pixels, its shape kept, never enlarged.
 * @throws IMAGE_EMPTY, IMAGE_UNREADABLE, IMAGE_UNSUPPORTED, IMAGE_TOO_LARGE
 */
export async function makeThumbnail(bytes: Buffer, name: string, size: number): Promise<Buffer> {
  const format = formatOf(bytes, name);
  return guarded(bytes, name, () =>
    (format === 'bmp' ? openRaw(readBitmap(bytes, name)) : upright(bytes, format))
      .resize(size, size, { fit: 'inside', withoutEnlargement: true })
      .toColourspace('srgb')
      .webp({ quality: 82, effort: 2 })
      .toBuffer(),
  );
}

/** The format by the first bytes, and no more pixels than allowed, before any decoder sees them. */
function formatOf(bytes: Buffer, name: string): ImageFormat {
  if (bytes.length === 0) throw new GlyphscopeError('IMAGE_EMPTY', 'The file is empty.', { subject: name, remedy: 'Copy or download it again.' });
  const found = formatOfBytes(bytes);
  if (found === null) throw new GlyphscopeError('IMAGE_UNREADABLE', 'Not an image: its first bytes are those of no image format.', { subject: name, remedy: `Use ${readableFormats}.` });
  if ('unreadable' in found) throw new GlyphscopeError('IMAGE_UNSUPPORTED', `${found.unreadable} images cannot be read.`, { subject: name, remedy: `Save it as one of ${readableFormats}.` });
  const stated = statedSize(bytes, found.readable);
  if (stated !== null && stated.width * stated.height > largestPixels) throw tooManyPixels(name, stated.width, stated.height);
  return found.readable;
}

function open(bytes: Buffer): Sharp {
  return sharp(bytes, { limitInputPixels: largestPixels, failOn: 'warning', sequentialRead: true });
}

/** Turned as EXIF says. Looking for that costs a tenth of decoding a small image, so it is left out where there is no EXIF. */
function upright(bytes: Buffer, format: ImageFormat): Sharp {
  const without = (format === 'jpeg' && !bytes.includes('Exif')) || (format === 'png' && !bytes.includes('eXIf') && !bytes.includes('Raw profile type')) || format === 'gif';
  return without ? open(bytes) : open(bytes).autoOrient();
}

function openRaw(image: RgbImage): Sharp {
  return sharp(image.data, { raw: { width: image.width, height: image.height, channels: 3 } });
}

function isSmall(bytes: Buffer, format: ImageFormat): boolean {
  const stated = statedSize(bytes, format);
  return stated !== null && stated.width * stated.height <= smallPixels;
}

/** Turns what the decoder throws into a failure with a name and a remedy. */
async function guarded<T>(bytes: Buffer, name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof GlyphscopeError) throw error;
    const message = (error as Error).message.replace(/^Input buffer (has corrupt header|contains unsupported image format): /, '').replace(/\s+/g, ' ').trim();
    if (/pixel limit/i.test(message)) {
      const { width, height } = await sharp(bytes, { limitInputPixels: false }).metadata();
      throw tooManyPixels(name, width, height);
    }
    if (/channel limit/i.test(message)) throw new GlyphscopeError('IMAGE_UNSUPPORTED', 'The image has more than 5 channels.', { subject: name, remedy: 'Save it as RGB.', cause: error });
    throw new GlyphscopeError('IMAGE_UNREADABLE', `The image is damaged or cut short (${message}).`, { subject: name, remedy: 'Copy or download it again.', cause: error });
  }
}

function toThreeChannels(data: Buffer, channels: number, name: string): Uint8Array {
  if (channels === 3) return data;
  if (channels !== 1) throw new GlyphscopeError('IMAGE_UNSUPPORTED', `The image has ${channels} channels after conversion to RGB.`, { subject: name, remedy: 'Save it as RGB.' });
  const rgb = new Uint8Array(data.length * 3);
  for (let i = 0, to = 0; i < data.length; i++, to += 3) rgb[to] = rgb[to + 1] = rgb[to + 2] = data[i];
  return rgb;
}
