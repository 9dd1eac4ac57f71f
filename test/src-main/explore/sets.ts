import type { EmbeddingSet } from '../../../src-main/explore/embedding-set';
import { normal, seeded } from '../evaluation/random';

/** A set in which each description has one embedding: the sum of its symbols' code vectors. */
export function describedSet(seed: number, n: number, o: { width?: number; length?: number; vocabulary?: number; classes?: number } = {}): EmbeddingSet {
  const { width = 7, length = 3, vocabulary = 6, classes = 4 } = o;
  const random = seeded(seed);
  const codes = Float32Array.from({ length: length * vocabulary * width }, () => normal(random));
  const set: EmbeddingSet = {
    embeddings: new Float32Array(n * width), symbols: new Uint16Array(n * length), images: Int32Array.from({ length: n }, (_, i) => 100 + 3 * i),
    labels: new Int16Array(n), classes: Array.from({ length: classes }, (_, c) => `class ${c}`), width, length, vocabulary,
  };
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < length; j++) {
      const symbol = Math.floor(random() ** 2 * vocabulary);
      set.symbols[i * length + j] = symbol;
      for (let t = 0; t < width; t++) set.embeddings[i * width + t] += codes[(j * vocabulary + symbol) * width + t] / (j + 1);
    }
    set.labels[i] = random() < 0.1 ? -1 : random() < 0.7 ? set.symbols[i * length] % classes : Math.floor(random() * classes);
  }
  return set;
}

export function rowOf(set: EmbeddingSet, i: number): Float32Array {
  return set.embeddings.slice(i * set.width, (i + 1) * set.width);
}

export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let ab = 0, aa = 0, bb = 0;
  for (let t = 0; t < a.length; t++) {
    ab += a[t] * b[t];
    aa += a[t] * a[t];
    bb += b[t] * b[t];
  }
  return ab / Math.sqrt(aa * bb);
}
