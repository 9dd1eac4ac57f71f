import { GlyphscopeError } from '../contract/errors';
import { checkMatrix } from '../evaluation/distinct-rows';
import { CodedRows } from './coded-rows';

/** A collection as one run describes it: n images in one order in all arrays. */
export interface EmbeddingSet {
  /** z_s of the full description, [n, Z]. In a loaded set every row has unit length. */
  embeddings: Float32Array;
  /** [n, L] */
  symbols: Uint16Array;
  /** Numbers of the images, [n]. */
  images: Int32Array;
  /** Index into `classes`, −1 without a label, [n]. */
  labels: Int16Array;
  classes: string[];
  /** Z, L and K. */
  width: number;
  length: number;
  vocabulary: number;
}

/** A set that was checked, whose rows have unit length or are zero. */
export interface PreparedSet extends EmbeddingSet {
  coded: CodedRows;
}

/**
 * Checks a set, scales its rows to unit length in place and codes them for searches.
 * @throws INVALID_INPUT when shapes or numbers do not fit
 */
export function prepareSet(set: EmbeddingSet): PreparedSet {
  const n = set.images.length;
  checkMatrix(set.embeddings, n, set.width, 'embeddings');
  const wrong = (message: string, subject: string) => new GlyphscopeError('INVALID_INPUT', message, { subject });
  if (set.symbols.length !== n * set.length) throw wrong(`${set.symbols.length} symbols for ${n} images of ${set.length}: expected ${n * set.length}.`, 'symbols');
  if (set.labels.length !== n) throw wrong(`${set.labels.length} labels for ${n} images.`, 'labels');
  for (const symbol of set.symbols) if (symbol >= set.vocabulary) throw wrong(`Symbol ${symbol} in a vocabulary of ${set.vocabulary}.`, 'symbols');
  for (const label of set.labels) if (label >= set.classes.length) throw wrong(`Label ${label} of ${set.classes.length} classes.`, 'labels');
  const { embeddings, width } = set;
  for (let at = 0; at < embeddings.length; at += width) {
    const length = Math.sqrt(dotAt(embeddings, at, embeddings, at, width));
    const scale = length > 0 ? 1 / length : 0;
    for (let t = at; t < at + width; t++) embeddings[t] *= scale;
  }
  return { ...set, coded: new CodedRows(embeddings, width) };
}

/** Inner product of `width` numbers of a from i with those of b from j; four sums, so that it runs fast. */
export function dotAt(a: Float32Array, i: number, b: Float32Array, j: number, width: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let t = 0;
  for (; t + 3 < width; t += 4) {
    s0 += a[i + t] * b[j + t];
    s1 += a[i + t + 1] * b[j + t + 1];
    s2 += a[i + t + 2] * b[j + t + 2];
    s3 += a[i + t + 3] * b[j + t + 3];
  }
  for (; t < width; t++) s0 += a[i + t] * b[j + t];
  return s0 + s1 + (s2 + s3);
}

/** How many leading symbols of row i are those of `symbols`. */
export function sharedPrefix(set: EmbeddingSet, i: number, symbols: ArrayLike<number>): number {
  const most = Math.min(set.length, symbols.length);
  let shared = 0;
  while (shared < most && set.symbols[i * set.length + shared] === symbols[shared]) shared++;
  return shared;
}

/** Calls `each` once for every different symbol of row i. */
export function eachSymbol(set: Pick<EmbeddingSet, 'symbols' | 'length'>, i: number, each: (symbol: number) => void): void {
  const from = i * set.length;
  for (let j = from; j < from + set.length; j++) {
    const symbol = set.symbols[j];
    let seen = false;
    for (let earlier = from; earlier < j && !seen; earlier++) seen = set.symbols[earlier] === symbol;
    if (!seen) each(symbol);
  }
}
