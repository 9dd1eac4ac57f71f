import { describe, expect, it } from 'vitest';
import type { RgbImage } from '../../../src-main/dataset/image';
import { centreSquare, cropAndResize, type Box } from '../../../src-main/dataset/resample';

const image = (width: number, height: number, value: (x: number, y: number, c: number) => number): RgbImage => ({
  width,
  height,
  data: Uint8Array.from({ length: width * height * 3 }, (_, i) => value(Math.floor(i / 3) % width, Math.floor(i / 3 / width), i % 3)),
});
const whole = ({ width, height }: RgbImage): Box => ({ left: 0, top: 0, width, height });
const resized = (of: RgbImage, box: Box, size: number) => {
  const out = new Float32Array(size * size * 3);
  cropAndResize(of, box, size, out);
  return out;
};

describe('cropAndResize', () => {
  it('copies when the box has the size asked for', () => {
    const source = image(9, 7, (x, y, c) => x * 20 + y * 3 + c);
    const out = resized(source, { left: 2, top: 1, width: 4, height: 4 }, 4);
    expect(out[0]).toBe(2 * 20 + 3);
    expect(out[(3 * 4 + 3) * 3 + 2]).toBe(5 * 20 + 4 * 3 + 2);
  });
  it('keeps a flat image flat, larger and smaller', () => {
    for (const [size, side] of [[8, 5], [8, 50], [16, 1]]) { // prettier-ignore
      const source = image(side, side, (_x, _y, c) => 40 + c * 50);
      resized(source, whole(source), size).forEach((value, i) => expect(value).toBeCloseTo(40 + (i % 3) * 50, 3));
    }
  });
  it('keeps a slope a slope away from the edges', () => {
    const slope = image(40, 40, (x) => x * 6);
    const smaller = resized(slope, whole(slope), 10);
    for (let x = 2; x < 8; x++) expect(smaller[(5 * 10 + x) * 3]).toBeCloseTo((x + 0.5) * 24 - 3, 1);
    const larger = resized(slope, whole(slope), 80);
    for (let x = 8; x < 72; x++) expect(larger[(40 * 80 + x) * 3]).toBeCloseTo((x + 0.5) * 3 - 3, 1);
  });
  it('averages fine stripes instead of sampling some of them', () => {
    const stripes = image(64, 64, (x) => (x % 2) * 255);
    for (const value of resized(stripes, whole(stripes), 8)) expect(Math.abs(value - 127.5)).toBeLessThan(12);
  });
  it('gives what Pillow gives for the same image (BICUBIC, 5 × 5 to 3 × 3 and 3 × 3 to 5 × 5)', () => {
    // Without overshoot: Pillow cuts it off between rows and columns.
    const five = image(5, 5, (x, y) => x * x * 4 + y * 13 + x * y * 3 + 40);
    const three = image(3, 3, (x, y) => x * x * 4 + y * 13 + x * y * 3 + 40);
    const grey = (pixels: Float32Array) => [...pixels].filter((_, i) => i % 3 === 0);
    const pillow = {
      smaller: [46, 64, 101, 69, 95, 141, 92, 126, 181],
      larger: [39, 40, 43, 51, 56, 44, 45, 49, 58, 63, 52, 55, 60, 70, 76, 61, 65, 71, 82, 89, 66, 70, 77, 89, 96],
    };
    grey(resized(five, whole(five), 3)).forEach((value, i) => expect(Math.abs(value - pillow.smaller[i])).toBeLessThanOrEqual(1));
    grey(resized(three, whole(three), 5)).forEach((value, i) => expect(Math.abs(value - pillow.larger[i])).toBeLessThanOrEqual(1));
  });
});

it('finds the square in the middle', () => {
  expect(centreSquare({ width: 10, height: 5, data: new Uint8Array(150) })).toEqual({ left: 2, top: 0, width: 5, height: 5 });
  expect(centreSquare({ width: 3, height: 9, data: new Uint8Array(81) })).toEqual({ left: 0, top: 3, width: 3, height: 3 });
});
