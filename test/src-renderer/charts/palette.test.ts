import { describe, expect, it } from 'vitest';
import { contrast, oklch, parseColour, rgbToHex } from '../../../src-renderer/charts/colour';
import { categoryColours, hueColour, orderedColours, type Scheme } from '../../../src-renderer/charts/palette';

const paper = { light: '#f8f6f1', dark: '#10141b' } as const;
const schemes: Scheme[] = ['light', 'dark'];

describe('colour', () => {
  it('converts known OKLCH colours', () => {
    expect(oklch(1, 0, 0)).toBe('#ffffff');
    expect(oklch(0, 0, 0)).toBe('#000000');
    expect(oklch(0.62796, 0.25768, 29.234)).toBe('#ff0000');
  });
  it('keeps colours that no screen shows within the gamut', () => expect(oklch(0.9, 0.4, 270)).toMatch(/^#[0-9a-f]{6}$/));
  it('reads back what it writes, and what styles give', () => {
    expect(rgbToHex(parseColour('#12ab9f'))).toBe('#12ab9f');
    expect(rgbToHex(parseColour('rgba(18, 171, 159, 0.5)'))).toBe('#12ab9f');
    expect(() => parseColour('teal')).toThrow('Not a colour');
  });
  it('knows the contrast of black and white', () => expect(contrast([0, 0, 0], [1, 1, 1])).toBeCloseTo(21));
});

describe.each(schemes)('palette, %s', (scheme) => {
  const page = parseColour(paper[scheme]);
  it('shows each of eight ordered lines at 3:1 or more, all different', () => {
    const colours = orderedColours(8, scheme);
    for (const colour of colours) expect(contrast(parseColour(colour), page)).toBeGreaterThanOrEqual(3);
    expect(new Set(colours).size).toBe(8);
  });
  it('shows each category at 3:1 or more, all different', () => {
    const colours = categoryColours(40, scheme);
    for (const colour of colours) expect(contrast(colour, page)).toBeGreaterThanOrEqual(3);
    expect(new Set(colours.map(rgbToHex)).size).toBe(40);
  });
  it('shows every hue at 3:1 or more', () => {
    for (let hue = 0; hue < 360; hue += 10) expect(contrast(hueColour(hue, scheme), page)).toBeGreaterThanOrEqual(3);
  });
});
