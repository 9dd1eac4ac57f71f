/** Changes of colour in place, on RGB triples from 0 to 255, as Pillow and torchvision define them (without their rounding to bytes). */

/** [pixels, 3], values 0 to 255. */
export type Pixels = Float32Array;

const clamp = (value: number) => (value < 0 ? 0 : value > 255 ? 255 : value);

/** Luma of ITU-R BT.601. */
const luma = (pixels: Pixels, i: number) => 0.299 * pixels[i] + 0.587 * pixels[i + 1] + 0.114 * pixels[i + 2];

export function brighten(pixels: Pixels, factor: number): void {
  for (let i = 0; i < pixels.length; i++) pixels[i] = clamp(pixels[i] * factor);
}

/** Away from (factor > 1) or towards the mean grey of the image. */
export function changeContrast(pixels: Pixels, factor: number): void {
  let sum = 0;
  for (let i = 0; i < pixels.length; i += 3) sum += luma(pixels, i);
  const mean = sum / (pixels.length / 3);
  for (let i = 0; i < pixels.length; i++) pixels[i] = clamp(mean + (pixels[i] - mean) * factor);
}

/** Away from (factor > 1) or towards each pixel's own grey. */
export function saturate(pixels: Pixels, factor: number): void {
  for (let i = 0; i < pixels.length; i += 3) {
    const grey = luma(pixels, i);
    pixels[i] = clamp(grey + (pixels[i] - grey) * factor);
    pixels[i + 1] = clamp(grey + (pixels[i + 1] - grey) * factor);
    pixels[i + 2] = clamp(grey + (pixels[i + 2] - grey) * factor);
  }
}

/** Turns the hue (HSV) by `turn` of a full circle; saturation and value stay. */
export function shiftHue(pixels: Pixels, turn: number): void {
  for (let i = 0; i < pixels.length; i += 3) {
    const r = pixels[i];
    const g = pixels[i + 1];
    const b = pixels[i + 2];
    const high = r > g ? (r > b ? r : b) : g > b ? g : b;
    const low = r < g ? (r < b ? r : b) : g < b ? g : b;
    const chroma = high - low;
    if (chroma === 0) continue;
    let hue = high === r ? (g - b) / chroma : high === g ? 2 + (b - r) / chroma : 4 + (r - g) / chroma;
    hue += 6 * turn;
    hue -= 6 * Math.floor(hue / 6);
    const sector = Math.floor(hue);
    const rising = low + chroma * (hue - sector);
    const falling = high - chroma * (hue - sector);
    switch (sector) {
      case 0: pixels[i] = high; pixels[i + 1] = rising; pixels[i + 2] = low; break; // prettier-ignore
      case 1: pixels[i] = falling; pixels[i + 1] = high; pixels[i + 2] = low; break; // prettier-ignore
      case 2: pixels[i] = low; pixels[i + 1] = high; pixels[i + 2] = rising; break; // prettier-ignore
      case 3: pixels[i] = low; pixels[i + 1] = falling; pixels[i + 2] = high; break; // prettier-ignore
      case 4: pixels[i] = rising; pixels[i + 1] = low; pixels[i + 2] = high; break; // prettier-ignore
      default: pixels[i] = high; pixels[i + 1] = low; pixels[i + 2] = falling; // prettier-ignore
    }
  }
}

export function toGrey(pixels: Pixels): void {
  for (let i = 0; i < pixels.length; i += 3) pixels[i] = pixels[i + 1] = pixels[i + 2] = luma(pixels, i);
}

/** Inverts everything from 128 up. */
export function solarize(pixels: Pixels): void {
  for (let i = 0; i < pixels.length; i++) if (pixels[i] >= 128) pixels[i] = 255 - pixels[i];
}
