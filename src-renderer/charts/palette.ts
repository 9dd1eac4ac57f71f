import { oklch, oklchToRgb, type Rgb } from './colour';

export type Scheme = 'light' | 'dark';

/**
 * Colours for the series of one ordered quantity (prefix 1 to 8, position 1 to 8): a ramp in lightness and hue, the
 * strongest last. Every step has a contrast of at least 3:1 with the page.
 */
export function orderedColours(count: number, scheme: Scheme): string[] {
  return Array.from({ length: count }, (_, i) => {
    const t = count === 1 ? 1 : i / (count - 1);
    return scheme === 'light' ? oklch(0.62 - 0.27 * t, 0.15, 195 + 95 * t) : oklch(0.58 + 0.3 * t, 0.14, 290 - 185 * t);
  });
}

/** Hues that stay apart for most kinds of colour vision when lightness alternates as well. */
const categoryHues = [255, 55, 150, 25, 300, 200, 90, 340, 175, 275];

/**
 * A colour for each of `count` categories, as sRGB 0 to 1. The first ten differ in hue and lightness; later ones walk
 * the hue circle by the golden angle, so colours repeat never exactly but are not meant to be told apart alone: names
 * or glyphs stand beside them wherever they are used.
 */
export function categoryColours(count: number, scheme: Scheme): Rgb[] {
  return Array.from({ length: count }, (_, i) => {
    const hue = i < categoryHues.length ? categoryHues[i] : (categoryHues[0] + i * 137.508) % 360;
    const step = (i % 3) - 1;
    const lightness = scheme === 'light' ? 0.55 + 0.07 * step : 0.74 + 0.07 * step;
    return oklchToRgb({ lightness, chroma: 0.15, hue });
  });
}

/** The colour of a symbol on charts and maps, from its hue in degrees (`runs.hues`). */
export function hueColour(hue: number, scheme: Scheme): Rgb {
  return oklchToRgb({ lightness: scheme === 'light' ? 0.57 : 0.76, chroma: 0.14, hue });
}
