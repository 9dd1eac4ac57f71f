import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeRgb } from '../../../src-main/dataset/decode';
import { embeddedTeacher } from '../../../src-main/teacher/catalogue';
import { TeacherEncoder } from '../../../src-main/teacher/encoder';
import { encodeOne } from '../../../src-main/teacher/feature-maker';
import { sampleImages } from '../dataset/archives';
import { planOf } from './plans';

let encoder: TeacherEncoder;
let images: Awaited<ReturnType<typeof sampleImages>>;
let pixels: Float32Array;
beforeAll(async () => {
  encoder = await TeacherEncoder.load(embeddedTeacher(), planOf(1));
  images = await sampleImages(70);
  pixels = new Float32Array(images.length * encoder.inputLength);
  for (const [i, { bytes, name }] of images.entries()) encoder.normalize(encoder.cleanView(await decodeRgb(bytes, name)), pixels, i * encoder.inputLength);
});
afterAll(() => encoder.close());

const withTokens = (from: number, to: number, tokens: number) => encoder.encode(pixels.slice(from * encoder.inputLength, to * encoder.inputLength), to - from, tokens);
const part = async (from: number, to: number) => (await withTokens(from, to, 0)).features;

describe('TeacherEncoder', () => {
  it('gives one finite feature of width Z for each image, and different ones', async () => {
    const features = await part(0, 3);
    expect(features.length).toBe(3 * 256);
    expect(features.every(Number.isFinite)).toBe(true);
    expect(features.subarray(0, 256)).not.toEqual(features.subarray(256, 512));
  });

  it('gives the same numbers whatever else is in the batch, and in whatever order', async () => {
    const all = await part(0, 70);
    for (const [from, to] of [[0, 1], [41, 42], [69, 70], [10, 27], [31, 33]]) { // prettier-ignore
      expect(await part(from, to)).toEqual(all.slice(from * 256, to * 256));
    }
    const { inputLength } = encoder;
    const reversed = new Float32Array(pixels.length);
    for (let i = 0; i < 70; i++) reversed.set(pixels.subarray(i * inputLength, (i + 1) * inputLength), (69 - i) * inputLength);
    const { features: backwards } = await encoder.encode(reversed, 70);
    for (let i = 0; i < 70; i++) expect(backwards.slice((69 - i) * 256, (70 - i) * 256)).toEqual(all.slice(i * 256, (i + 1) * 256));
  });

  it('describes a single file with the same numbers', async () => {
    expect(await encodeOne(encoder, images[5].bytes, 'a', 4)).toEqual(await withTokens(5, 6, 4));
    expect((await encodeOne(encoder, images[5].bytes, 'a')).features).toEqual(await part(5, 6));
  });

  it('gives the same feature with tokens and without, and the tokens whose mean it is', async () => {
    const { features, tokens } = await withTokens(0, 40, 16);
    expect(features).toEqual(await part(0, 40));
    expect(tokens.length).toBe(40 * 16 * 256);
    for (const at of [0, 255, 39 * 256 + 7]) {
      const [image, channel] = [Math.floor(at / 256), at % 256];
      const mean = Array.from({ length: 16 }, (_, i) => tokens[(image * 16 + i) * 256 + channel]).reduce((a, b) => a + b) / 16;
      expect(mean).toBeCloseTo(features[at], 4);
    }
    expect((await withTokens(33, 34, 16)).tokens).toEqual(tokens.slice(33 * 4096, 34 * 4096));
  });

  it('keeps as many tokens as it is asked for, and says when it has not as many', async () => {
    const [{ tokens: one }, { tokens: four }, features] = [await withTokens(3, 5, 1), await withTokens(3, 5, 4), await part(3, 5)];
    one.forEach((value, i) => expect(value).toBeCloseTo(features[i], 4));
    expect(four.length).toBe(2 * 4 * 256);
    await expect(withTokens(0, 1, 25)).rejects.toMatchObject({ code: 'INVALID_INPUT', message: 'The teacher cifar10-simclr-small gives 16 tokens for an image, not 25.' });
  });

  it('normalizes as teacher.json says', () => {
    const view = new Float32Array(3072).map((_, i) => [0, 255, 127.5][i % 3]);
    const out = new Float32Array(3072 + 10);
    encoder.normalize(view, out, 10);
    const { mean, std } = encoder.teacher;
    expect(out[10]).toBeCloseTo((0 - mean[0]) / std[0], 5);
    expect(out[10 + 1024]).toBeCloseTo((1 - mean[1]) / std[1], 5);
    expect(out[10 + 2048]).toBeCloseTo((0.5 - mean[2]) / std[2], 5);
  });

  it('sees the square in the middle of a wide image', () => {
    const wide = { width: 96, height: 32, data: Uint8Array.from({ length: 96 * 32 * 3 }, (_, i) => (Math.floor(i / 3) % 96 >= 32 && Math.floor(i / 3) % 96 < 64 ? 200 : 0)) };
    expect(encoder.cleanView(wide).every((value) => value === 200)).toBe(true);
  });

  it('says when a model is none', async () => {
    await expect(TeacherEncoder.load({ ...embeddedTeacher(), model: import.meta.filename }, planOf(1))).rejects.toMatchObject({ message: expect.stringContaining('The teacher cifar10-simclr-small cannot be loaded') });
  });
});
