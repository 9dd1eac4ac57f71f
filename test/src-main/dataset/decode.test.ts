import sharp, { type Sharp } from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeRgb, inspectImage, makeThumbnail } from '../../../src-main/dataset/decode';
import { blankPng, sampleImages } from './archives';

let cifar: Buffer;
beforeAll(async () => {
  [{ bytes: cifar }] = await sampleImages(1);
});

/** Left half red, right half blue, 40 × 20. */
const halves = () => {
  const data = Buffer.alloc(40 * 20 * 3);
  for (let i = 0; i < 800; i++) data[i * 3 + (i % 40 < 20 ? 0 : 2)] = 255;
  return sharp(data, { raw: { width: 40, height: 20, channels: 3 } });
};
const noise = (width: number, height: number) => sharp(Buffer.from(Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 7919 + (i >> 3) * 104729) & 255)), { raw: { width, height, channels: 3 } });
const pixel = (image: { data: Uint8Array; width: number }, x: number, y: number) => [...image.data.subarray((y * image.width + x) * 3, (y * image.width + x) * 3 + 3)];
const refusal = (work: Promise<unknown>) => work.then(() => 'read', (error: { code: string; message: string }) => `${error.code} ${error.message}`);

describe('inspectImage', () => {
  it('gives format and size of a real image', async () => {
    expect(await inspectImage(cifar, 'cifar.jpg')).toEqual({ format: 'jpeg', width: 32, height: 32 });
  });
  it('reads every format it names', async () => {
    for (const format of ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const) {
      expect(await inspectImage(await halves().toFormat(format).toBuffer(), `a.${format}`)).toEqual({ format, width: 40, height: 20 });
    }
  });
  it('gives the size after turning, small and large', async () => {
    expect(await inspectImage(await halves().withMetadata({ orientation: 6 }).jpeg().toBuffer(), 'a')).toMatchObject({ width: 20, height: 40 });
    expect(await inspectImage(await noise(1500, 1000).withMetadata({ orientation: 8 }).jpeg().toBuffer(), 'a')).toMatchObject({ width: 1000, height: 1500 });
  });
  it('refuses an empty file, text and formats without a reader', async () => {
    expect(await refusal(inspectImage(Buffer.alloc(0), 'a.png'))).toBe('IMAGE_EMPTY The file is empty.');
    expect(await refusal(inspectImage(Buffer.from('hello, I am text'), 'a.png'))).toBe('IMAGE_UNREADABLE Not an image: its first bytes are those of no image format.');
    expect(await refusal(inspectImage(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'), 'a.png'))).toBe('IMAGE_UNSUPPORTED SVG images cannot be read.');
  });
  it('refuses a JPEG cut at any sixteenth of its length, small and large', async () => {
    const large = await noise(1400, 1000).jpeg().toBuffer();
    for (const whole of [cifar, large]) {
      for (let part = 1; part < 16; part++) {
        const cut = whole.subarray(0, Math.floor((whole.length * part) / 16));
        expect(await refusal(inspectImage(cut, 'cut.jpg'))).toMatch(/^IMAGE_UNREADABLE The image is damaged or cut short \(/);
      }
    }
  });
  it('refuses other formats when cut in the middle', async () => {
    for (const format of ['png', 'webp', 'gif', 'tiff', 'avif'] as const) {
      const whole = await noise(64, 64).toFormat(format).toBuffer();
      expect(await refusal(inspectImage(whole.subarray(0, whole.length >> 1), 'cut'))).toMatch(/^IMAGE_UNREADABLE/);
    }
  });
  it('names the size of an image with too many pixels, without decoding it', async () => {
    const message = 'IMAGE_TOO_LARGE The image has 30,000 × 30,000 pixels; the limit is 64,000,000 pixels.';
    const bomb = blankPng(30_000, 30_000);
    expect(bomb.length).toBeLessThan(1024 * 1024);
    expect(await refusal(inspectImage(bomb, 'bomb.png'))).toBe(message);
    expect(await refusal(decodeRgb(bomb, 'bomb.png', 32))).toBe(message);
    expect(await refusal(inspectImage(await sharp(blankPng(9000, 9000), { limitInputPixels: false }).tiff({ compression: 'deflate' }).toBuffer(), 'bomb.tif'))).toBe(
      'IMAGE_TOO_LARGE The image has 9,000 × 9,000 pixels; the limit is 64,000,000 pixels.',
    );
  });
});

describe('decodeRgb', () => {
  it('gives the pixels of a real image as sharp does', async () => {
    const image = await decodeRgb(cifar, 'cifar.jpg');
    expect([image.width, image.height]).toEqual([32, 32]);
    expect(Buffer.compare(image.data, await sharp(cifar).raw().toBuffer())).toBe(0);
  });
  it('gives one and the same picture for all eight orientations', async () => {
    // Each file stores the picture so that its orientation turns it back.
    const upright = await halves().png().toBuffer();
    const stored = [(s: Sharp) => s, (s: Sharp) => s.flop(), (s: Sharp) => s.rotate(180), (s: Sharp) => s.flip(), null, (s: Sharp) => s.rotate(270), null, (s: Sharp) => s.rotate(90)];
    for (const [i, store] of stored.entries()) {
      if (store === null) continue; // 5 and 7 are the transposed ones, checked by their size below
      const turned = await decodeRgb(await store(sharp(upright)).withMetadata({ orientation: i + 1 }).png().toBuffer(), 'a');
      expect([turned.width, turned.height, pixel(turned, 2, 2), pixel(turned, 37, 17)]).toEqual([40, 20, [255, 0, 0], [0, 0, 255]]);
    }
    for (const orientation of [5, 7]) expect(await decodeRgb(await halves().withMetadata({ orientation }).png().toBuffer(), 'a')).toMatchObject({ width: 20, height: 40 });
  });
  it('brings grey, 16 bits, palettes, CMYK and transparency to three bytes a pixel, over white', async () => {
    const grey = await sharp(Buffer.alloc(64, 100), { raw: { width: 8, height: 8, channels: 1 } }).toColourspace('b-w').png().toBuffer();
    const sixteen = await sharp({ create: { width: 8, height: 8, channels: 3, background: { r: 255, g: 128, b: 0 } } }).toColourspace('rgb16').png().toBuffer();
    const palette = await sharp({ create: { width: 8, height: 8, channels: 3, background: { r: 0, g: 0, b: 255 } } }).png({ palette: true, colours: 2 }).toBuffer();
    const clear = await sharp({ create: { width: 8, height: 8, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } }).png().toBuffer();
    const half = await sharp({ create: { width: 8, height: 8, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0.5 } } }).png().toBuffer();
    const cmyk = await sharp({ create: { width: 8, height: 8, channels: 3, background: { r: 255, g: 255, b: 255 } } }).toColourspace('cmyk').jpeg().toBuffer();
    const colourOf = async (bytes: Buffer) => {
      const image = await decodeRgb(bytes, 'a');
      expect(image.data.length).toBe(8 * 8 * 3);
      return pixel(image, 4, 4);
    };
    expect(await colourOf(grey)).toEqual([100, 100, 100]);
    expect(await colourOf(sixteen)).toEqual([255, 128, 0]);
    expect(await colourOf(palette)).toEqual([0, 0, 255]);
    expect(await colourOf(clear)).toEqual([255, 255, 255]);
    expect((await colourOf(half)).every((value) => Math.abs(value - 127) <= 1)).toBe(true);
    expect((await sharp(cmyk).metadata()).space).toBe('cmyk');
    expect((await colourOf(cmyk)).every((value) => value > 245)).toBe(true);
  });
  it('takes the first frame of an animation', async () => {
    const frame = (colour: string) => sharp({ create: { width: 10, height: 10, channels: 3, background: colour } }).png().toBuffer();
    const animated = await sharp([await frame('#ff0000'), await frame('#0000ff')], { join: { animated: true } }).gif().toBuffer();
    expect((await sharp(animated).metadata()).pages).toBe(2);
    const image = await decodeRgb(animated, 'a.gif');
    expect([image.width, image.height, pixel(image, 5, 5)]).toEqual([10, 10, [255, 0, 0]]);
  });
  it('reduces to the shorter side asked for, keeps the shape, never enlarges', async () => {
    const photo = await noise(600, 400).jpeg().toBuffer();
    expect(await decodeRgb(photo, 'a', 100)).toMatchObject({ width: 150, height: 100 });
    expect(await decodeRgb(photo, 'a', 4000)).toMatchObject({ width: 600, height: 400 });
    expect(await decodeRgb(await noise(600, 400).webp().toBuffer(), 'a', 100)).toMatchObject({ width: 150, height: 100 });
    expect(await decodeRgb(await noise(1, 3000).png().toBuffer(), 'a', 100)).toMatchObject({ width: 1, height: 3000 });
  });
});

it('makes thumbnails that fit, never enlarged', async () => {
  const size = async (bytes: Buffer) => {
    const { format, width, height } = await sharp(bytes).metadata();
    return [format, width, height];
  };
  expect(await size(await makeThumbnail(await noise(600, 400).tiff().toBuffer(), 'a', 128))).toEqual(['webp', 128, 85]);
  expect(await size(await makeThumbnail(cifar, 'a', 128))).toEqual(['webp', 32, 32]);
});
