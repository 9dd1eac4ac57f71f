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

/** Ten colours that differ in lightness as well as in hue: blue, orange, green, red, purple, sky, olive, pink, brown, teal. */
const categories: readonly { hue: number; chroma: number; step: number }[] = [
  { hue: 258, chroma: 0.17, step: 0 },
  { hue: 62, chroma: 0.15, step: 1 },
  { hue: 146, chroma: 0.16, step: 0 },
  { hue: 26, chroma: 0.18, step: -1 },
  { hue: 305, chroma: 0.17, step: 0 },
  { hue: 220, chroma: 0.12, step: 1 },
  { hue: 105, chroma: 0.12, step: 1 },
  { hue: 352, chroma: 0.17, step: 1 },
  { hue: 48, chroma: 0.07, step: -2 },
  { hue: 184, chroma: 0.1, step: -1 },
];

/**
 * A colour for each of `count` categories, as sRGB 0 to 1. Beyond ten they walk the hue circle by the golden angle, so
 * that none repeats, but they are not meant to be told apart alone: names or glyphs stand beside them wherever they
 * are used.
 */
export function categoryColours(count: number, scheme: Scheme): Rgb[] {
  return Array.from({ length: count }, (_, i) => {
    const { hue, chroma, step } = categories[i] ?? { hue: (258 + i * 137.508) % 360, chroma: 0.15, step: (i % 3) - 1 };
    const lightness = scheme === 'light' ? 0.52 + 0.075 * step : 0.73 + 0.075 * step;
    return oklchToRgb({ lightness, chroma, hue });
  });
}

/** The colour of a symbol on charts and maps, from its hue in degrees (`runs.hues`). */
export function hueColour(hue: number, scheme: Scheme): Rgb {
  return oklchToRgb({ lightness: scheme === 'light' ? 0.57 : 0.76, chroma: 0.14, hue });
}
