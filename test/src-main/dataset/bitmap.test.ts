import { describe, expect, it } from 'vitest';
import { readBitmap } from '../../../src-main/dataset/bitmap';
import { decodeRgb, inspectImage, makeThumbnail } from '../../../src-main/dataset/decode';

/** A BMP of RGB pixels, row by row from the top. */
function bitmap(width: number, height: number, pixels: number[][], bits: 8 | 24 | 32 = 24, topDown = false): Buffer {
  const stride = Math.ceil((width * bits) / 32) * 4;
  const palette = bits === 8 ? pixels.flatMap(([r, g, b]) => [b, g, r, 0]) : [];
  const bytes = Buffer.alloc(54 + palette.length + stride * height);
  bytes.write('BM', 'latin1');
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(54 + palette.length, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(width, 18);
  bytes.writeInt32LE(topDown ? -height : height, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(bits, 28);
  bytes.writeUInt32LE(bits === 8 ? pixels.length : 0, 46);
  bytes.set(palette, 54);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = 54 + palette.length + (topDown ? y : height - 1 - y) * stride + (x * bits) / 8;
      const [r, g, b] = pixels[y * width + x];
      if (bits === 8) bytes[at] = y * width + x;
      else bytes.set([b, g, r], at);
    }
  }
  return bytes;
}

const colours = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [1, 2, 3], [4, 5, 6], [7, 8, 9]]; // prettier-ignore

describe('readBitmap', () => {
  it.each([[24, false], [24, true], [32, false], [8, false], [8, true]] as const)('reads %i bits, top-down %s', (bits, topDown) => {
    expect(readBitmap(bitmap(3, 2, colours, bits, topDown), 'a.bmp')).toEqual({ width: 3, height: 2, data: Uint8Array.from(colours.flat()) });
  });
  it('is what import, encoder and thumbnails see', async () => {
    const bytes = bitmap(3, 2, colours);
    expect(await inspectImage(bytes, 'a.bmp')).toEqual({ format: 'bmp', width: 3, height: 2 });
    expect([...(await decodeRgb(bytes, 'a.bmp')).data]).toEqual(colours.flat());
    expect((await makeThumbnail(bytes, 'a.bmp', 64)).subarray(8, 12).toString()).toBe('WEBP');
  });
  it('refuses what lies about its size, without reserving memory for it', () => {
    const huge = bitmap(3, 2, colours);
    huge.writeInt32LE(65_535, 18);
    huge.writeInt32LE(65_535, 22);
    expect(() => readBitmap(huge, 'a')).toThrow('65,535 × 65,535 pixels');
    const cut = bitmap(3, 2, colours);
    expect(() => readBitmap(cut.subarray(0, cut.length - 1), 'a')).toThrow('its pixels are cut short');
    const negative = bitmap(3, 2, colours);
    negative.writeInt32LE(-3, 18);
    expect(() => readBitmap(negative, 'a')).toThrow('it states -3 × 2 pixels');
  });
  it('names kinds that it does not read', () => {
    const packed = bitmap(3, 2, colours);
    packed.writeUInt32LE(1, 30);
    expect(() => readBitmap(packed, 'a')).toThrow('A BMP with 24 bits a pixel, compressed, which cannot be read.');
  });
});
