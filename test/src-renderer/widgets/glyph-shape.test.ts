import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { contrast, parseColour } from '../../../src-renderer/charts/colour';
import { glyphInk } from '../../../src-renderer/widgets/glyph-colour';
import { glyphBox, glyphCount, glyphParts, glyphShape, glyphWeight } from '../../../src-renderer/widgets/glyph-shape';

/** Coverage of each pixel, 0 to 1, as the page draws a glyph at a size. */
async function raster(symbol: number, size: number): Promise<Float32Array> {
  const { fill, stroke } = glyphShape(symbol);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="0 0 ${glyphBox} ${glyphBox}"><path d="${fill}"/><path d="${stroke}" fill="none" stroke="#000" stroke-width="${glyphWeight(size)}" stroke-linecap="round" stroke-linejoin="round"/></svg>`;
  const alpha = await sharp(Buffer.from(svg)).ensureAlpha().extractChannel(3).raw().toBuffer();
  return Float32Array.from(alpha, (a) => a / 255);
}

const difference = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + Math.abs(value - b[i]), 0);

describe('the alphabet', () => {
  let at24: Float32Array[];
  let at12: Float32Array[];
  beforeAll(async () => {
    at24 = await Promise.all(Array.from({ length: 512 }, (_, n) => raster(n, 24)));
    at12 = await Promise.all(Array.from({ length: 512 }, (_, n) => raster(n, 12)));
  });

  it('gives the same number the same glyph, always', () => {
    expect(glyphShape(42)).toEqual(glyphShape(42));
    expect(glyphShape(0)).toMatchInlineSnapshot(`
      {
        "fill": "",
        "stroke": "M7.1 12a4.9 4.9 0 1 0 9.8 0a4.9 4.9 0 1 0 -9.8 0ZM4.6 1.4C4.6 4.6 7.8 6.5 12 6.5S19.4 4.6 19.4 1.4M12 17C12 20.4 13.6 22.2 16 22.2C18.2 22.2 19.8 21 20 19",
      }
    `);
    expect(glyphParts(511)).toMatchInlineSnapshot(`
      {
        "body": 6,
        "companion": 0,
        "foot": 7,
        "head": 6,
      }
    `);
  });

  it('keeps all 512 apart without colour, at 24 px and still at 12 px', () => {
    const least = (images: Float32Array[]) => {
      let found = Infinity;
      for (let i = 0; i < images.length; i++) for (let j = 0; j < i; j++) found = Math.min(found, difference(images[i], images[j]));
      return found;
    };
    expect(least(at24)).toBeGreaterThan(20); // pixels of full ink, of 576
    expect(least(at12)).toBeGreaterThan(5); // of 144
  });

  it('makes neighbouring numbers look different: head, body and foot all change', () => {
    for (let n = 1; n < 512; n++) {
      const [a, b] = [glyphParts(n - 1), glyphParts(n)];
      expect(a.head !== b.head && a.body !== b.body && a.foot !== b.foot, `${n - 1} and ${n}`).toBe(true);
      expect(difference(at24[n - 1], at24[n]), `${n - 1} and ${n}`).toBeGreaterThan(90);
    }
  });

  it('stays inside its box and is never empty', () => {
    for (const image of at24) {
      const ink = image.reduce((sum, value) => sum + value, 0);
      expect(ink).toBeGreaterThan(40);
      expect(ink).toBeLessThan(330);
    }
  });

  it('has 4096 different ones, and refuses numbers beyond them', () => {
    const seen = new Set(Array.from({ length: glyphCount }, (_, n) => JSON.stringify(glyphShape(n))));
    expect(seen.size).toBe(4096);
    expect(() => glyphShape(4096)).toThrow('No glyph for symbol 4096: 0 to 4095 have one.');
    expect(() => glyphShape(-1)).toThrow(RangeError);
    expect(() => glyphShape(1.5)).toThrow(RangeError);
  });

  it('is drawn bolder when small', () => {
    const weights = [12, 24, 48, 100, 200].map(glyphWeight);
    expect([...weights].sort((a, b) => b - a)).toEqual(weights);
  });
});

describe('the ink of a hue', () => {
  it.each([
    [false, ['#f8f6f1', '#f1eee6', '#fffefb', '#f3e3c8']],
    [true, ['#10141b', '#151a23', '#1c222d', '#3a2f18']],
  ])('has a contrast of 4.5 with every ground (dark: %s)', (dark, grounds) => {
    for (let hue = 0; hue < 360; hue++) for (const ground of grounds) expect(contrast(parseColour(glyphInk(hue, dark)), parseColour(ground)), `${hue} on ${ground}`).toBeGreaterThanOrEqual(4.5);
  });
});
