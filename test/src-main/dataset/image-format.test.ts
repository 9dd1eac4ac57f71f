import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { formatOfBytes, imageExtensions, looksLikeImage, unreadableByName } from '../../../src-main/dataset/image-format';

describe('formatOfBytes', () => {
  it('tells what sharp writes', async () => {
    const image = sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } });
    for (const format of ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const) {
      expect(formatOfBytes(await image.clone().toFormat(format).toBuffer())).toEqual({ readable: format });
    }
  });
  it('names formats that cannot be read', () => {
    const box = (brand: string) => Buffer.from(`\0\0\0\x18ftyp${brand}`, 'latin1');
    expect(formatOfBytes(box('heic'))).toEqual({ unreadable: 'HEIC' });
    expect(formatOfBytes(Buffer.from('<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>'))).toEqual({ unreadable: 'SVG' });
    expect(formatOfBytes(Buffer.from('8BPS\0\x01', 'latin1'))).toEqual({ unreadable: 'Photoshop' });
  });
  it('is null for anything else, however short', () => {
    for (const text of ['', 'B', 'BM', 'plain text', 'GIF88a', '%PDF-1.7']) expect(formatOfBytes(Buffer.from(text))).toBeNull();
  });
});

it('opens by extension, in any case, and knows the images it cannot read', () => {
  expect(imageExtensions.every((extension) => looksLikeImage(`a/b.${extension.toUpperCase()}`))).toBe(true);
  expect(['photo.heic', 'drawing.svg'].map(unreadableByName)).toEqual(['HEIC', 'SVG']);
  expect(['notes.txt', 'README', 'archive.zip', '.png.bak'].some(looksLikeImage)).toBe(false);
});
