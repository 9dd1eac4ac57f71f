import { decodeRgb } from '../dataset/decode';
import type { Encoded, TeacherEncoder } from './encoder';
import { decodedSide } from './feature-maker';
import type { ImageRequest } from './image-messages';

/**
 * What the teacher sees in an image when one patch of it is greyed with the image's mean colour, for each of some patches
 * (Zeiler and Fergus 2014). The patches divide the square that the teacher looks at: patch i of G × G, row by row.
 * @throws IMAGE_*, INVALID_INPUT for more tokens than the teacher has
 */
export async function encodeOccluded(encoder: TeacherEncoder, o: Omit<Extract<ImageRequest, { kind: 'occlude' }>, 'kind'>): Promise<Encoded> {
  const image = await decodeRgb(Buffer.from(o.bytes.buffer, o.bytes.byteOffset, o.bytes.byteLength), o.name, decodedSide(encoder));
  const view = encoder.cleanView(image);
  const mean = meanColour(view);
  const { inputLength, teacher } = encoder;
  const pixels = new Float32Array((o.to - o.from) * inputLength);
  for (let patch = o.from; patch < o.to; patch++) encoder.normalize(withoutPatch(view, teacher.inputSize, o.grid, patch, mean), pixels, (patch - o.from) * inputLength);
  return encoder.encode(pixels, o.to - o.from, o.tokens);
}

/** A view [S, S, 3] with one patch of grid × grid in one colour. */
export function withoutPatch(view: Float32Array, size: number, grid: number, patch: number, colour: ArrayLike<number>): Float32Array {
  const edge = (i: number) => Math.round((i * size) / grid);
  const [row, column] = [Math.floor(patch / grid), patch % grid];
  const greyed = view.slice();
  for (let y = edge(row); y < edge(row + 1); y++)
    for (let x = edge(column); x < edge(column + 1); x++) for (let c = 0; c < 3; c++) greyed[(y * size + x) * 3 + c] = colour[c];
  return greyed;
}

/** Of a view [S, S, 3]. */
export function meanColour(view: Float32Array): [number, number, number] {
  const sums: [number, number, number] = [0, 0, 0];
  for (let at = 0; at < view.length; at++) sums[at % 3] += view[at];
  return sums.map((sum) => (sum * 3) / view.length) as [number, number, number];
}
