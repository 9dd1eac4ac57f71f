import * as z from 'zod';
import type { RgbImage } from '../dataset/image';
import { centreSquare, cropAndResize, resizeAndCrop } from '../dataset/resample';

const side = z.int().min(1).max(4096);

/**
 * How an image becomes the teacher's square input: the square in its middle, bicubic; or as the hub's processors do it,
 * resized as a whole (to a shorter side, or to a width and a height) and then cut to the middle.
 */
export const preprocessing = z.union([
  z.object({ kind: z.literal('centre-square') }),
  z.object({ kind: z.literal('resize-and-crop'), shorterSide: side, interpolation: z.enum(['bicubic', 'bilinear']) }),
  z.object({ kind: z.literal('resize-and-crop'), width: side, height: side, interpolation: z.enum(['bicubic', 'bilinear']) }),
]);
export type Preprocessing = z.infer<typeof preprocessing>;

/** The image as the teacher was evaluated with. @param out [S, S, 3], 0 to 255, filled */
export function preprocess(image: RgbImage, how: Preprocessing, size: number, out: Float32Array): void {
  if (how.kind === 'centre-square') return cropAndResize(image, centreSquare(image), size, out);
  const { width, height } = 'shorterSide' in how ? keptShape(image, how.shorterSide) : how;
  const middle = (length: number) => Math.floor((length - size) / 2);
  resizeAndCrop(image, { width, height, left: middle(width), top: middle(height), size, interpolation: how.interpolation }, out);
}

/** What of an image its input shows, as parts of its width and height: S × S pixels of the whole, when that is resized first. */
export function seenPart(image: Size, how: Preprocessing, size: number): Size & { left: number; top: number } {
  const side = Math.min(image.width, image.height);
  const whole = how.kind === 'centre-square' ? image : 'shorterSide' in how ? keptShape(image, how.shorterSide) : how;
  const cut = how.kind === 'centre-square' ? side : size;
  const [width, height] = [cut / whole.width, cut / whole.height];
  return { left: (1 - width) / 2, top: (1 - height) / 2, width, height };
}

interface Size {
  width: number;
  height: number;
}

/** Width and height with a given shorter side; the longer one is cut to whole pixels, as torchvision's Resize does. */
function keptShape({ width, height }: Size, shorter: number): Size {
  const longer = (long: number, short: number) => Math.floor((shorter * long) / short);
  return width <= height ? { width: shorter, height: longer(height, width) } : { width: longer(width, height), height: shorter };
}

/** In words: "shorter side to 256 bicubic, the middle 224 × 224". */
export function preprocessingText(how: Preprocessing, size: number): string {
  if (how.kind === 'centre-square') return `the square in the middle, bicubic to ${size} × ${size}`;
  const resized = 'shorterSide' in how ? `shorter side to ${how.shorterSide}` : `resized to ${how.width} × ${how.height}`;
  const whole = 'width' in how && how.width === size && how.height === size;
  return `${resized} ${how.interpolation}${whole ? '' : `, the middle ${size} × ${size}`}`;
}
