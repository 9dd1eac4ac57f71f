import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeSmallJpeg } from '../../../src-main/dataset/small-jpeg';
import { sampleImages } from './archives';

let photos: Buffer[];
beforeAll(async () => {
  photos = (await sampleImages(200)).map(({ bytes }) => bytes);
});

const decoded = async (bytes: Buffer) => {
  const { data, info } = await sharp(bytes).toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  return { data: info.channels === 3 ? [...data] : [...data].flatMap((grey) => [grey, grey, grey]), width: info.width, height: info.height };
};
const same = async (bytes: Buffer) => {
  const image = decodeSmallJpeg(bytes);
  expect(image && { ...image, data: [...image.data] }).toEqual(await decoded(bytes));
};
const noise = (width: number, height: number, channels: 1 | 3 = 3) =>
  sharp(Buffer.from(Uint8Array.from({ length: width * height * channels }, (_, i) => (i * 7919 + (i >> 3) * 104729) & 255)), { raw: { width, height, channels } });

describe('decodeSmallJpeg', () => {
  it("gives sharp's pixels for real images", async () => {
    for (const photo of photos) await same(photo);
  });
  it("gives sharp's pixels for every kind of JPEG: size, quality, chroma, progressive, grey", async () => {
    for (const [width, height] of [[1, 1], [7, 33], [128, 128]]) // prettier-ignore
      for (const quality of [5, 60, 100])
        for (const chromaSubsampling of ['4:2:0', '4:4:4'])
          for (const progressive of [false, true]) await same(await noise(width, height).jpeg({ quality, chromaSubsampling, progressive }).toBuffer());
    await same(await noise(31, 17, 1).jpeg().toBuffer());
  });
  it('leaves to sharp what is large, has a profile, an orientation or four inks, and what is no JPEG', async () => {
    expect(decodeSmallJpeg(await noise(129, 128).jpeg().toBuffer())).toBeNull();
    expect(decodeSmallJpeg(await noise(8, 8).withMetadata({ orientation: 6 }).jpeg().toBuffer())).toBeNull();
    expect(decodeSmallJpeg(await noise(8, 8).withIccProfile('p3').jpeg().toBuffer())).toBeNull();
    expect(decodeSmallJpeg(await noise(8, 8).toColourspace('cmyk').jpeg().toBuffer())).toBeNull();
    expect(decodeSmallJpeg(await noise(8, 8).png().toBuffer())).toBeNull();
    expect(decodeSmallJpeg(Buffer.alloc(0))).toBeNull();
  });
  it('leaves to sharp a JPEG cut anywhere, and damaged tables, however many there are', async () => {
    const photo = photos[0];
    for (let length = 2; length < photo.length - 2; length++) expect(decodeSmallJpeg(photo.subarray(0, length))).toBeNull();
    const tables = photo.indexOf(Buffer.from('ffc4', 'hex'));
    for (let i = 0; i < 300; i++) {
      const damaged = Buffer.from(photo);
      damaged[tables + 5 + (i % 16)] = 255; // more codes of a length than there can be
      expect(decodeSmallJpeg(damaged)).toBeNull();
    }
    await same(photo);
  });
});
