import type { RgbImage } from './image';
import { cropAndResize, type Box } from './resample';
import { brighten, changeContrast, saturate, shiftHue, solarize, toGrey, type Pixels } from './colour';

/**
 * DINO's global view (Caron et al. 2021, `DataAugmentationDINO`): random resized crop (area 0.4 to 1, ratio 3/4 to 4/3,
 * bicubic), flip ½, colour jitter (0.4, 0.4, 0.2, 0.1 in random order) with probability 0.8, grey 0.2, then blur and
 * solarization. DINO has two recipes for its two global views; with more views they take turns: even views are always
 * blurred, odd ones with probability 0.1 and solarized with 0.2.
 *
 * DINO's blur radius, 0.1 to 2 pixels, is meant for views of 224 pixels; it is scaled with the size of the view. At 32
 * pixels that is 0.014 to 0.29, next to nothing, where 2 pixels would leave no picture.
 *
 * @param size side of the view in pixels
 * @param view number of the view: even and odd choose the recipe
 * @param random numbers in [0, 1); the same numbers give the same view
 * @param out [size, size, 3], values 0 to 255; made when absent
 */
export function globalView(image: RgbImage, size: number, view: number, random: () => number, out: Pixels = new Float32Array(size * size * 3)): Pixels {
  cropAndResize(image, randomBox(image, random), size, out);
  if (random() < 0.5) flip(out, size);
  if (random() < 0.8) jitter(out, random);
  if (random() < 0.2) toGrey(out);
  const even = view % 2 === 0;
  if (random() < (even ? 1 : 0.1)) blur(out, size, ((0.1 + 1.9 * random()) * size) / 224);
  if (!even && random() < 0.2) solarize(out);
  return out;
}

/** torchvision's RandomResizedCrop: ten tries for an area and a ratio that fit, then the largest box of a fitting ratio. */
export function randomBox(image: { width: number; height: number }, random: () => number): Box {
  const { width, height } = image;
  const [narrow, wide] = [Math.log(3 / 4), Math.log(4 / 3)];
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = width * height * (0.4 + 0.6 * random());
    const ratio = Math.exp(narrow + (wide - narrow) * random());
    const w = Math.round(Math.sqrt(area * ratio));
    const h = Math.round(Math.sqrt(area / ratio));
    if (w > 0 && h > 0 && w <= width && h <= height) {
      return { left: Math.floor(random() * (width - w + 1)), top: Math.floor(random() * (height - h + 1)), width: w, height: h };
    }
  }
  const w = Math.min(width, Math.max(1, Math.round((height * 4) / 3)));
  const h = Math.min(height, Math.max(1, Math.round((width * 4) / 3)));
  return { left: Math.floor((width - w) / 2), top: Math.floor((height - h) / 2), width: w, height: h };
}

/** torchvision's ColorJitter(0.4, 0.4, 0.2, 0.1): the four changes in random order. */
function jitter(pixels: Pixels, random: () => number): void {
  const between = (reach: number) => 1 - reach + 2 * reach * random();
  const changes = [
    [brighten, between(0.4)],
    [changeContrast, between(0.4)],
    [saturate, between(0.2)],
    [shiftHue, -0.1 + 0.2 * random()],
  ] as const;
  const order = [0, 1, 2, 3];
  for (let i = 3; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  for (const i of order) changes[i][0](pixels, changes[i][1]);
}

function flip(pixels: Pixels, size: number): void {
  for (let y = 0; y < size; y++) {
    for (let a = y * size * 3, b = a + (size - 1) * 3; a < b; a += 3, b -= 3) {
      for (let c = 0; c < 3; c++) {
        const kept = pixels[a + c];
        pixels[a + c] = pixels[b + c];
        pixels[b + c] = kept;
      }
    }
  }
}

let blurred = new Float32Array(0);

/** Gaussian blur along rows, then columns; the edge is repeated outwards. Below σ = 0.2 a neighbour's weight is under 4e-6: no blur. */
export function blur(pixels: Pixels, size: number, sigma: number): void {
  if (sigma < 0.2) return;
  const radius = Math.max(1, Math.ceil(3 * sigma));
  const kernel = Float32Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-((i - radius) ** 2) / (2 * sigma * sigma)));
  const sum = kernel.reduce((a, b) => a + b);
  for (let i = 0; i < kernel.length; i++) kernel[i] /= sum;
  if (blurred.length < pixels.length) blurred = new Float32Array(pixels.length);
  blurLines(pixels, blurred, size, kernel, 3, size * 3);
  blurLines(blurred, pixels, size, kernel, size * 3, 3);
}

/** Blurs along the direction with `step`; `across` leads from one line to the next. */
function blurLines(from: Pixels, to: Pixels, size: number, kernel: Float32Array, step: number, across: number): void {
  const radius = (kernel.length - 1) / 2;
  const padded = new Float32Array(size + 2 * radius);
  for (let line = 0; line < size; line++) {
    for (let c = 0; c < 3; c++) {
      const start = line * across + c;
      for (let i = 0; i < size; i++) padded[radius + i] = from[start + i * step];
      padded.fill(padded[radius], 0, radius).fill(padded[radius + size - 1], radius + size);
      for (let i = 0; i < size; i++) {
        let sum = 0;
        for (let k = 0; k < kernel.length; k++) sum += kernel[k] * padded[i + k];
        to[start + i * step] = sum;
      }
    }
  }
}
