/** Colours computed in OKLCH, so that equal steps look equal. Chrome 108 has no `oklch()`, so they become sRGB here. */

export interface Oklch {
  /** 0 (black) to 1 (white). */
  lightness: number;
  /** 0 (grey) to about 0.37. */
  chroma: number;
  /** Degrees. */
  hue: number;
}

/** sRGB components, each 0 to 1. */
export type Rgb = readonly [number, number, number];

/** Björn Ottosson's OKLab matrices (2020), then the sRGB transfer curve; no gamut mapping. */
function toSrgbUnbounded({ lightness, chroma, hue }: Oklch): Rgb {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  const [red, green, blue] = linear.map((v) => (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055));
  return [red, green, blue];
}

const inGamut = (rgb: Rgb) => rgb.every((v) => v >= -1e-4 && v <= 1.0001);

/** The nearest colour that a screen can show: lightness and hue stay, chroma gives way. */
export function oklchToRgb(colour: Oklch): Rgb {
  let rgb = toSrgbUnbounded(colour);
  if (!inGamut(rgb)) {
    let low = 0;
    let high = colour.chroma;
    for (let i = 0; i < 12; i++) {
      const middle = (low + high) / 2;
      if (inGamut(toSrgbUnbounded({ ...colour, chroma: middle }))) low = middle;
      else high = middle;
    }
    rgb = toSrgbUnbounded({ ...colour, chroma: low });
  }
  return rgb.map((v) => Math.min(1, Math.max(0, v))) as unknown as Rgb;
}

/** "#rrggbb". */
export function rgbToHex(rgb: Rgb): string {
  return `#${rgb.map((v) => Math.round(v * 255).toString(16).padStart(2, '0')).join('')}`;
}

export const oklch = (lightness: number, chroma: number, hue: number): string => rgbToHex(oklchToRgb({ lightness, chroma, hue }));

/** Reads "#rrggbb", "rgb(…)" and "rgba(…)", as `getComputedStyle` gives them; throws on anything else. */
export function parseColour(text: string): Rgb {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text.trim());
  if (hex) return [1, 2, 3].map((i) => parseInt(hex[i], 16) / 255) as unknown as Rgb;
  const numbers = /^rgba?\(\s*([\d.]+)[,\s]+([\d.]+)[,\s]+([\d.]+)/.exec(text.trim());
  if (numbers) return [1, 2, 3].map((i) => Number(numbers[i]) / 255) as unknown as Rgb;
  throw new Error(`Not a colour that can be read: ${text}`);
}

/** Relative luminance as in WCAG 2. */
export function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast ratio as in WCAG 2, 1 to 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}
