import { GlyphscopeError } from '../contract/errors';

/**
 * Rows of a matrix grouped by their exact bytes. Descriptions are discrete, so thousands of images share one embedding;
 * grouped, they compare as exactly equal and are computed once. The order of the groups depends on their content alone,
 * never on the order of the rows.
 */
export interface DistinctRows {
  /** Number of groups, m. */
  count: number;
  /** For each group a row that belongs to it, [m]. */
  first: Int32Array;
  /** For each row its group, [n]. */
  group: Int32Array;
}

/** Groups the n rows of `rows` [n, width] (float32 or uint16 …) by their bytes. */
export function distinctRows(rows: Float32Array | Uint16Array, width: number): DistinctRows {
  const n = rows.length / width;
  const words = wordsOf(rows, width);
  const perRow = words.length / Math.max(1, n);
  const hashes = new Float64Array(n);
  const tableSize = 2 ** Math.ceil(Math.log2(Math.max(2, n * 2)));
  const table = new Int32Array(tableSize).fill(-1); // slot → group
  const found = new Int32Array(n);
  const group = new Int32Array(n);
  let count = 0;
  for (let i = 0; i < n; i++) {
    const hash = hashRow(words, i * perRow, perRow);
    let slot = hash % tableSize;
    for (;;) {
      const g = table[slot];
      if (g < 0) {
        table[slot] = count;
        found[count] = i;
        hashes[count] = hash;
        group[i] = count++;
        break;
      }
      if (hashes[g] === hash && compareRows(words, found[g], i, perRow) === 0) {
        group[i] = g;
        break;
      }
      slot = (slot + 1) % tableSize;
    }
  }
  const order = Int32Array.from({ length: count }, (_, g) => g).sort(
    (a, b) => hashes[a] - hashes[b] || compareRows(words, found[a], found[b], perRow),
  );
  const place = new Int32Array(count);
  const first = new Int32Array(count);
  for (let g = 0; g < count; g++) {
    place[order[g]] = g;
    first[g] = found[order[g]];
  }
  for (let i = 0; i < n; i++) group[i] = place[group[i]];
  return { count, first, group };
}

/** Distinct rows with how many images of each class stand at each: compressed lists, see `start`. */
export interface LabelledRows extends DistinctRows {
  /** The distinct rows themselves, [m, width]. */
  rows: Float32Array;
  /** Images at each distinct row, [m]. */
  size: Int32Array;
  /** Classes of group g stand at start[g] … start[g + 1] of `label` and `images`, [m + 1]. */
  start: Int32Array;
  label: Int32Array;
  images: Int32Array;
}

/** Groups `rows` [n, width] and counts the labels in each group. Labels must lie in 0 … classes − 1. */
export function labelledRows(rows: Float32Array, labels: Int32Array, width: number, classes: number, name: string): LabelledRows {
  checkMatrix(rows, labels.length, width, name);
  for (let i = 0; i < labels.length; i++)
    if (!(labels[i] >= 0 && labels[i] < classes))
      throw new GlyphscopeError('INVALID_INPUT', `Label ${labels[i]} of row ${i} is outside 0 to ${classes - 1}.`, { subject: name });
  const groups = distinctRows(rows, width);
  const { count, first, group } = groups;
  const distinct = new Float32Array(count * width);
  for (let g = 0; g < count; g++) distinct.set(rows.subarray(first[g] * width, (first[g] + 1) * width), g * width);
  const size = new Int32Array(count);
  for (const g of group) size[g]++;
  // Sort the images by group and, within it, by label, then count runs.
  const order = Int32Array.from({ length: labels.length }, (_, i) => i).sort((a, b) => group[a] - group[b] || labels[a] - labels[b]);
  const start = new Int32Array(count + 1);
  const label: number[] = [];
  const images: number[] = [];
  let previous = -1;
  for (const i of order) {
    if (group[i] === previous && label[label.length - 1] === labels[i]) images[images.length - 1]++;
    else {
      label.push(labels[i]);
      images.push(1);
    }
    previous = group[i];
    start[group[i] + 1] = label.length;
  }
  return { ...groups, rows: distinct, size, start, label: Int32Array.from(label), images: Int32Array.from(images) };
}

/** Copies `rows` [n, width] with every row at unit length; a zero row stays zero (as torch's F.normalize), −0 becomes 0. */
export function unitRows(rows: Float32Array, width: number): Float32Array {
  const out = new Float32Array(rows.length);
  for (let at = 0; at < rows.length; at += width) {
    let sum = 0;
    for (let t = at; t < at + width; t++) sum += rows[t] * rows[t];
    const scale = 1 / Math.max(Math.sqrt(sum), 1e-12);
    for (let t = at; t < at + width; t++) out[t] = rows[t] * scale + 0;
  }
  return out;
}

/** Throws INVALID_INPUT unless `rows` holds `count` finite rows of `width`. */
export function checkMatrix(rows: Float32Array, count: number, width: number, name: string): void {
  if (!(width >= 1)) throw new GlyphscopeError('INVALID_INPUT', `Rows of width ${width}: expected 1 or more.`, { subject: name });
  if (rows.length !== count * width)
    throw new GlyphscopeError('INVALID_INPUT', `${rows.length} numbers for ${count} labels of width ${width}: expected ${count * width}.`, { subject: name });
  if (count === 0) throw new GlyphscopeError('INVALID_INPUT', 'No rows: at least one is needed.', { subject: name });
  for (let t = 0; t < rows.length; t++)
    if (!Number.isFinite(rows[t]))
      throw new GlyphscopeError('INVALID_INPUT', `Row ${Math.floor(t / width)} holds ${rows[t]}: every number must be finite.`, { subject: name });
}

/** The rows as whole 32-bit words (uint16 rows are widened, so that any width fits). */
function wordsOf(rows: Float32Array | Uint16Array, width: number): Uint32Array {
  if (rows.length % width !== 0) throw new GlyphscopeError('INVALID_INPUT', `${rows.length} numbers are no whole rows of ${width}.`);
  return rows instanceof Float32Array ? new Uint32Array(rows.buffer, rows.byteOffset, rows.length) : Uint32Array.from(rows);
}

/** A 53-bit number from two multiplicative 32-bit hashes. */
function hashRow(words: Uint32Array, at: number, length: number): number {
  let a = 0x811c9dc5;
  let b = 0x9e3779b9;
  for (let t = at; t < at + length; t++) {
    a = Math.imul(a ^ words[t], 0x01000193);
    a ^= a >>> 15;
    b = Math.imul(b + words[t], 0x85ebca6b);
    b ^= b >>> 13;
  }
  return (a >>> 0) * 0x200000 + (b >>> 11);
}

function compareRows(words: Uint32Array, i: number, j: number, length: number): number {
  for (let t = 0; t < length; t++) {
    const difference = words[i * length + t] - words[j * length + t];
    if (difference !== 0) return difference;
  }
  return 0;
}
