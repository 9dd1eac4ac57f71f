import type { RgbImage } from './image';

/** A rectangle of whole pixels. */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** For each output position: its first input position and its weights, `taps` each (unused ones are 0). */
interface Weights {
  taps: number;
  first: Int32Array;
  weight: Float32Array;
}

export type Interpolation = 'bicubic' | 'bilinear';

/** A kernel and how far from its middle it ends. */
interface Kernel {
  reach: number;
  at(x: number): number;
}

const kernels: Readonly<Record<Interpolation, Kernel>> = { bicubic: { reach: 2, at: cubic }, bilinear: { reach: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) } };
const remembered: Readonly<Record<Interpolation, Map<number, Weights>>> = { bicubic: new Map(), bilinear: new Map() };

/** Keys' cubic kernel with a = −0.5. Source: Keys 1981; the same choice as Pillow's BICUBIC. */
function cubic(x: number): number {
  const t = Math.abs(x);
  if (t < 1) return (1.5 * t - 2.5) * t * t + 1;
  if (t < 2) return ((-0.5 * t + 2.5) * t - 4) * t + 2;
  return 0;
}

/** Weights that carry `from` samples to `to`; the kernel is widened when there are fewer, so that nothing aliases. */
function weightsFor(from: number, to: number, interpolation: Interpolation = 'bicubic'): Weights {
  const cache = remembered[interpolation];
  const key = from * 65_536 + to;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const kernel = kernels[interpolation];
  const scale = from / to;
  const width = Math.max(1, scale);
  const taps = Math.min(from, Math.ceil(2 * kernel.reach * width));
  const first = new Int32Array(to);
  const weight = new Float32Array(to * taps);
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale;
    const start = Math.max(0, Math.min(from - taps, Math.floor(centre - kernel.reach * width + 0.5)));
    first[i] = start;
    let sum = 0;
    for (let j = 0; j < taps; j++) sum += weight[i * taps + j] = kernel.at((start + j + 0.5 - centre) / width);
    for (let j = 0; j < taps; j++) weight[i * taps + j] /= sum;
  }
  const made = { taps, first, weight };
  if (cache.size >= 1024) cache.clear();
  cache.set(key, made);
  return made;
}

let rows = new Float32Array(0);

/**
 * A box of an image as a square of `size` pixels: bicubic, smoothed when it shrinks (as Pillow's resize), with values
 * from 0 to 255.
 * @param out [size, size, 3], filled
 */
export function cropAndResize(image: RgbImage, box: Box, size: number, out: Float32Array): void {
  const { data, width: stride } = image;
  const { left, top, width, height } = box;
  if (width === size && height === size) {
    for (let y = 0, to = 0; y < size; y++) for (let end = to + size * 3, from = ((top + y) * stride + left) * 3; to < end; ) out[to++] = data[from++];
    return;
  }
  if (rows.length < height * size * 3) rows = new Float32Array(height * size * 3);
  resizeLines(data, (top * stride + left) * 3, stride * 3, height, weightsFor(width, size), rows);
  resizeColumns(rows, size * 3, weightsFor(height, size), out);
}

/**
 * The whole image resized to `width` × `height`, and of that the square of `size` pixels from (`left`, `top`) on: only
 * what lies within is computed. Smoothed where it shrinks (as Pillow's resize), with values from 0 to 255.
 * @param out [size, size, 3], filled
 */
export function resizeAndCrop(image: RgbImage, to: { width: number; height: number; left: number; top: number; size: number; interpolation: Interpolation }, out: Float32Array): void {
  const along = part(weightsFor(image.width, to.width, to.interpolation), to.left, to.size);
  const down = part(weightsFor(image.height, to.height, to.interpolation), to.top, to.size);
  const top = down.first[0];
  const needed = down.first[to.size - 1] + down.taps - top;
  if (rows.length < needed * to.size * 3) rows = new Float32Array(needed * to.size * 3);
  resizeLines(image.data, top * image.width * 3, image.width * 3, needed, along, rows);
  resizeColumns(rows, to.size * 3, { ...down, first: down.first.map((row) => row - top) }, out);
}

/** Weights of the output positions from `from` on. */
function part({ taps, first, weight }: Weights, from: number, count: number): Weights {
  return { taps, first: first.subarray(from, from + count), weight: weight.subarray(from * taps, (from + count) * taps) };
}

/** Along each row: `count` rows of RGB, the first at `start`, to as many as there are weights for. */
function resizeLines(data: Uint8Array, start: number, stride: number, count: number, { taps, first, weight }: Weights, out: Float32Array): void {
  for (let y = 0, to = 0; y < count; y++) {
    for (let x = 0, w = 0; x < first.length; x++, to += 3, w += taps) {
      const from = start + y * stride + first[x] * 3;
      let r = 0;
      let g = 0;
      let b = 0;
      if (taps === 4) {
        // Enlarging, the usual case for small images, written out: half the time of the loop below.
        const w0 = weight[w];
        const w1 = weight[w + 1];
        const w2 = weight[w + 2];
        const w3 = weight[w + 3];
        r = w0 * data[from] + w1 * data[from + 3] + w2 * data[from + 6] + w3 * data[from + 9];
        g = w0 * data[from + 1] + w1 * data[from + 4] + w2 * data[from + 7] + w3 * data[from + 10];
        b = w0 * data[from + 2] + w1 * data[from + 5] + w2 * data[from + 8] + w3 * data[from + 11];
      } else {
        for (let j = 0, i = from; j < taps; j++, i += 3) {
          r += weight[w + j] * data[i];
          g += weight[w + j] * data[i + 1];
          b += weight[w + j] * data[i + 2];
        }
      }
      out[to] = r;
      out[to + 1] = g;
      out[to + 2] = b;
    }
  }
}

const clamp = (value: number) => (value < 0 ? 0 : value > 255 ? 255 : value);

/** Down each column of lines with `length` numbers; the result is kept within 0 and 255. */
function resizeColumns(lines: Float32Array, length: number, { taps, first, weight }: Weights, out: Float32Array): void {
  for (let y = 0; y < first.length; y++) {
    const to = y * length;
    const w = y * taps;
    const from = first[y] * length;
    if (taps === 4) {
      const w0 = weight[w];
      const w1 = weight[w + 1];
      const w2 = weight[w + 2];
      const w3 = weight[w + 3];
      for (let x = 0, i = from; x < length; x++, i++) out[to + x] = clamp(w0 * lines[i] + w1 * lines[i + length] + w2 * lines[i + 2 * length] + w3 * lines[i + 3 * length]);
      continue;
    }
    for (let x = 0; x < length; x++) {
      let sum = 0;
      for (let j = 0, i = from + x; j < taps; j++, i += length) sum += weight[w + j] * lines[i];
      out[to + x] = clamp(sum);
    }
  }
}

/** The largest square in the middle of an image. */
export function centreSquare(image: RgbImage): Box {
  const side = Math.min(image.width, image.height);
  return { left: Math.floor((image.width - side) / 2), top: Math.floor((image.height - side) / 2), width: side, height: side };
}
