/**
 * Rows of 384 numbers from a library's features of 256: each image's clean features at unit length, followed by the first
 * 128 numbers of the mean of its augmented views at unit length; the whole at unit length again.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const width = 384;

const floats = (path) => new Float32Array(Uint8Array.from(readFileSync(path)).buffer);

function scaleToUnit(rows, at, length) {
  let sum = 0;
  for (let t = at; t < at + length; t++) sum += rows[t] ** 2;
  for (let t = at; t < at + length; t++) rows[t] /= Math.sqrt(sum) || 1;
}

/** @param folder features/<teacher> of a library that a run with views 0 was trained in */
export function featureRows(folder, count) {
  const { width: z, records: views } = JSON.parse(readFileSync(join(folder, 'views-0.json'), 'utf8'));
  const clean = floats(join(folder, 'clean.f32'));
  const augmented = floats(join(folder, 'views-0.f32'));
  const half = width - z;
  if (half < 0 || half > z) throw new Error(`Features of ${z} numbers do not make rows of ${width}.`);
  const n = Math.min(count, clean.length / z);
  const rows = new Float32Array(n * width);
  for (let i = 0; i < n; i++) {
    const at = i * width;
    scaleToUnit(clean, i * z, z);
    rows.set(clean.subarray(i * z, (i + 1) * z), at);
    for (let v = 0; v < views; v++) {
      const from = (i * views + v) * z;
      scaleToUnit(augmented, from, z);
      for (let t = 0; t < half; t++) rows[at + z + t] += augmented[from + t] / views;
    }
    scaleToUnit(rows, at, width);
  }
  return rows;
}
