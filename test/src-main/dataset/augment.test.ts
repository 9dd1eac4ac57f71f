import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { blur, globalView, randomBox } from '../../../src-main/dataset/augment';
import { decodeRgb } from '../../../src-main/dataset/decode';
import type { RgbImage } from '../../../src-main/dataset/image';
import { seededRandom } from '../../../src-main/dataset/random';
import { sampleImages } from './archives';

const hash = createHash('sha256').update('an image').digest('hex');
let image: RgbImage;
beforeAll(async () => {
  image = await decodeRgb((await sampleImages(1))[0].bytes, 'cifar');
});

const view = (seed: number, number: number, of = hash) => globalView(image, 32, number, seededRandom(seed, of, number));

describe('seededRandom', () => {
  it('gives the same numbers for the same seed, image and view, and others for any other', () => {
    const first = (seed: number, of: string, number: number) => {
      const random = seededRandom(seed, of, number);
      return [random(), random(), random()].join();
    };
    const other = createHash('sha256').update('another').digest('hex');
    const all = [first(0, hash, 0), first(1, hash, 0), first(0, hash, 1), first(0, other, 0), first(2 ** 40, hash, 0)];
    expect(first(0, hash, 0)).toBe(all[0]);
    expect(new Set(all).size).toBe(5);
  });
  it('is uniform within [0, 1), over numbers and over seeds', () => {
    const runs = [Array.from({ length: 20_000 }, seededRandom(3, hash, 0)), Array.from({ length: 20_000 }, (_, seed) => seededRandom(seed, hash, 2)())];
    for (const numbers of runs) {
      expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...numbers)).toBeLessThan(1);
      const tenths = new Array<number>(10).fill(0);
      for (const x of numbers) tenths[Math.floor(x * 10)]++;
      for (const count of tenths) expect(Math.abs(count - 2000)).toBeLessThan(200);
    }
  });
});

describe('globalView', () => {
  it('is the same for the same seed and differs by seed, view and image', () => {
    expect(view(0, 0)).toEqual(view(0, 0));
    const digests = [view(0, 0), view(1, 0), view(0, 2), view(0, 0, 'f'.repeat(64))].map((pixels) => createHash('sha256').update(pixels).digest('hex'));
    expect(new Set(digests).size).toBe(4);
  });
  it('stays within 0 and 255 whatever is drawn', () => {
    for (let seed = 0; seed < 200; seed++) {
      for (const value of view(seed, seed % 4)) if (!(value >= 0 && value <= 255)) throw new Error(`seed ${seed} gives ${value}`);
    }
  });
  it('greys a fifth of the views and flips half of them', () => {
    let grey = 0;
    let flipped = 0;
    const left: RgbImage = { width: 32, height: 32, data: Uint8Array.from({ length: 3072 }, (_, i) => (Math.floor(i / 3) % 32 < 16 ? 200 : 20)) };
    for (let seed = 0; seed < 1000; seed++) {
      const pixels = view(seed, 0);
      if (pixels.every((value, i) => i % 3 === 0 || Math.abs(value - pixels[i - (i % 3)]) < 1e-3)) grey++;
      const halves = globalView(left, 32, 0, seededRandom(seed, hash, 0));
      if (halves[16 * 96] < halves[16 * 96 + 93]) flipped++;
    }
    expect(grey / 1000).toBeCloseTo(0.2, 1);
    expect(flipped / 1000).toBeCloseTo(0.5, 1);
  });
  it('solarizes odd views only, a fifth of them', () => {
    // A white image turns black only by solarization (jitter leaves at least 0.6 of it).
    const white: RgbImage = { width: 32, height: 32, data: new Uint8Array(3072).fill(255) };
    const dark = (number: number) => Array.from({ length: 500 }, (_, seed) => globalView(white, 32, number, seededRandom(seed, hash, number))[0]).filter((value) => value < 110).length;
    expect(dark(0)).toBe(0);
    expect(dark(1) / 500).toBeCloseTo(0.2, 1);
  });
  it('takes images of any shape', () => {
    for (const [width, height] of [[1, 1], [1, 500], [500, 1], [7, 3], [640, 480]]) { // prettier-ignore
      const odd: RgbImage = { width, height, data: new Uint8Array(width * height * 3).fill(77) };
      expect(globalView(odd, 16, 1, seededRandom(0, hash, 1)).every(Number.isFinite)).toBe(true);
    }
  });
});

describe('randomBox', () => {
  it('keeps area and ratio within bounds, and within the image', () => {
    for (let seed = 0; seed < 500; seed++) {
      const box = randomBox({ width: 320, height: 240 }, seededRandom(seed, hash, 0));
      expect(box.left >= 0 && box.top >= 0 && box.left + box.width <= 320 && box.top + box.height <= 240).toBe(true);
      expect((box.width * box.height) / (320 * 240)).toBeGreaterThan(0.39);
      expect(box.width / box.height).toBeGreaterThan(0.74);
      expect(box.width / box.height).toBeLessThan(1.35);
    }
  });
  it('falls back to the middle of a very long image', () => {
    expect(randomBox({ width: 1000, height: 30 }, seededRandom(0, hash, 0))).toEqual({ left: 480, top: 0, width: 40, height: 30 });
  });
});

describe('blur', () => {
  it('spreads a point as a Gaussian and keeps its sum', () => {
    const pixels = new Float32Array(33 * 33 * 3);
    pixels[(16 * 33 + 16) * 3] = 100;
    blur(pixels, 33, 2);
    const at = (x: number, y: number) => pixels[(y * 33 + x) * 3];
    expect(pixels.reduce((a, b) => a + b)).toBeCloseTo(100, 3);
    expect(at(18, 16) / at(16, 16)).toBeCloseTo(Math.exp(-0.5), 5);
    expect(at(16, 18)).toBeCloseTo(at(18, 16), 6);
    expect(pixels[(16 * 33 + 16) * 3 + 1]).toBe(0);
  });
  it('leaves a flat image flat, up to the edge, and does nothing when very small', () => {
    const flat = new Float32Array(16 * 16 * 3).fill(50);
    blur(flat, 16, 3);
    for (const value of flat) expect(value).toBeCloseTo(50, 3);
    const point = new Float32Array(4 * 4 * 3).map((_, i) => i);
    const before = point.slice();
    blur(point, 4, 0.1);
    expect(point).toEqual(before);
  });
});
