import { GlyphscopeError } from '../contract/errors';
import { largestPixels, type RgbImage } from './image';
import { tooManyPixels } from './image-limits';

/**
 * Reads a Windows bitmap: uncompressed, 8 (palette), 24 or 32 bits a pixel, bottom-up or top-down. sharp has no reader for
 * it. The fourth byte of 32 bits is padding in this format and is left out.
 * Source: BITMAPFILEHEADER and BITMAPINFOHEADER, Microsoft's Win32 documentation.
 * @throws IMAGE_UNREADABLE damaged; IMAGE_UNSUPPORTED compressed or another depth; IMAGE_TOO_LARGE
 */
export function readBitmap(bytes: Buffer, name: string): RgbImage {
  const damaged = (what: string) => new GlyphscopeError('IMAGE_UNREADABLE', `A damaged BMP: ${what}.`, { subject: name });
  if (bytes.length < 54) throw damaged('its header is cut short');
  const header = bytes.readUInt32LE(14);
  if (header < 40) throw new GlyphscopeError('IMAGE_UNSUPPORTED', 'A BMP of the OS/2 kind, which cannot be read.', { subject: name, remedy: 'Save it as PNG.' });
  const width = bytes.readInt32LE(18);
  const rows = bytes.readInt32LE(22);
  const height = Math.abs(rows);
  const bits = bytes.readUInt16LE(28);
  const compression = bytes.readUInt32LE(30);
  if (width <= 0 || height === 0) throw damaged(`it states ${width} × ${rows} pixels`);
  if (width * height > largestPixels) throw tooManyPixels(name, width, height);
  const plain = compression === 0 || (compression === 3 && bits === 32 && hasUsualMasks(bytes));
  if (!plain || ![8, 24, 32].includes(bits)) {
    throw new GlyphscopeError('IMAGE_UNSUPPORTED', `A BMP with ${bits} bits a pixel${plain ? '' : ', compressed'}, which cannot be read.`, { subject: name, remedy: 'Save it as PNG, or as BMP with 24 bits and no compression.' });
  }
  const start = bytes.readUInt32LE(10);
  const stride = Math.floor((width * bits + 31) / 32) * 4;
  if (start + stride * height > bytes.length) throw damaged('its pixels are cut short');
  const palette = 14 + header;
  const colours = bits === 8 ? Math.min(256, bytes.readUInt32LE(46) || 256) : 0;
  if (palette + colours * 4 > start) throw damaged('its palette overlaps its pixels');
  const step = bits / 8;
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, to = 0; y < height; y++) {
    let from = start + (rows > 0 ? height - 1 - y : y) * stride;
    for (let x = 0; x < width; x++, from += step, to += 3) {
      if (bits === 8 && bytes[from] >= colours) throw damaged('a pixel has a colour that its palette lacks');
      const bgr = bits === 8 ? palette + bytes[from] * 4 : from;
      data[to] = bytes[bgr + 2];
      data[to + 1] = bytes[bgr + 1];
      data[to + 2] = bytes[bgr];
    }
  }
  return { data, width, height };
}

/** BI_BITFIELDS with blue, green, red, in this order: the same bytes as without it. */
function hasUsualMasks(bytes: Buffer): boolean {
  return bytes.length >= 66 && bytes.readUInt32LE(54) === 0xff0000 && bytes.readUInt32LE(58) === 0xff00 && bytes.readUInt32LE(62) === 0xff;
}
