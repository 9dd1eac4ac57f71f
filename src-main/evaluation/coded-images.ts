import { GlyphscopeError } from '../contract/errors';
import type { Progress } from '../contract/progress';
import { checkMatrix, distinctRows } from './distinct-rows';

/** Images as symbols, with what reads symbols: a student, or residual k-means. */
export interface CodedImages {
  /** Hard symbols of the images that are learned from and of those that are classified, [n, L] and [q, L]. */
  trainSymbols: Uint16Array;
  testSymbols: Uint16Array;
  /** L, symbols in a description. */
  length: number;
  /** Z, width of the embeddings. */
  width: number;
  /** Embeddings [m, Z] of m sequences of `prefix` symbols [m, prefix]; each different prefix is asked for once. */
  interpret: (symbols: Uint16Array, m: number, prefix: number) => Promise<Float32Array>;
}

const interpretedAtOnce = 4096;

/**
 * Embeddings of all images after `prefix` symbols, [n, Z] and [q, Z]. Each different prefix is interpreted once for
 * training and test together, so equal descriptions are exactly equal.
 * @throws INVALID_INPUT when the embeddings do not fit; the signal's reason when cancelled
 */
export async function prefixEmbeddings(o: CodedImages, prefix: number, { signal, onProgress }: { signal?: AbortSignal; onProgress?: Progress }): Promise<{ train: Float32Array; test: Float32Array }> {
  const { length, width } = o;
  const n = o.trainSymbols.length / length;
  const q = o.testSymbols.length / length;
  const cut = new Uint16Array((n + q) * prefix);
  for (let i = 0; i < n + q; i++) {
    const [from, row] = i < n ? [o.trainSymbols, i] : [o.testSymbols, i - n];
    cut.set(from.subarray(row * length, row * length + prefix), i * prefix);
  }
  const groups = distinctRows(cut, prefix);
  const distinct = new Float32Array(groups.count * width);
  for (let from = 0; from < groups.count; from += interpretedAtOnce) {
    signal?.throwIfAborted();
    onProgress?.({ phase: 'interpreting', done: from, total: groups.count, unit: 'descriptions' });
    const to = Math.min(groups.count, from + interpretedAtOnce);
    const symbols = new Uint16Array((to - from) * prefix);
    for (let g = from; g < to; g++) symbols.set(cut.subarray(groups.first[g] * prefix, (groups.first[g] + 1) * prefix), (g - from) * prefix);
    const read = await o.interpret(symbols, to - from, prefix);
    checkMatrix(read, to - from, width, `embeddings after ${prefix} symbols`);
    distinct.set(read, from * width);
  }
  const spread = (from: number, images: number) => {
    const out = new Float32Array(images * width);
    for (let i = 0; i < images; i++) {
      const g = groups.group[from + i] * width;
      out.set(distinct.subarray(g, g + width), i * width);
    }
    return out;
  };
  return { train: spread(0, n), test: spread(n, q) };
}

/** @throws INVALID_INPUT unless there are `length` symbols for each of n and q images */
export function checkCoded(o: CodedImages, n: number, q: number): void {
  for (const [symbols, images] of [[o.trainSymbols, n], [o.testSymbols, q]] as const)
    if (symbols.length !== images * o.length)
      throw new GlyphscopeError('INVALID_INPUT', `${symbols.length} symbols for ${images} images of ${o.length}: expected ${images * o.length}.`, { subject: 'symbols' });
}
