import { oklch } from '../charts/colour';

const known = new Map<string, string>();

/**
 * Ink of a glyph for a hue in degrees, as #rrggbb: one lightness for all hues, so that none stands out by itself, with
 * a contrast of at least 4.5:1 with paper and panels in its scheme (a test proves it).
 */
export function glyphInk(hue: number, dark: boolean): string {
  const rounded = ((Math.round(hue) % 360) + 360) % 360;
  const key = `${dark ? 'd' : 'l'}${rounded}`;
  let ink = known.get(key);
  if (!ink) {
    ink = dark ? oklch(0.8, 0.125, rounded) : oklch(0.47, 0.135, rounded);
    known.set(key, ink);
  }
  return ink;
}
