import type { Transition } from '../contract/explore';
import type { EmbeddingSet } from './embedding-set';

/** Images that have each symbol at each position, [L, K]. */
export function positionCounts(set: Pick<EmbeddingSet, 'symbols' | 'length' | 'vocabulary'>): Int32Array {
  const counts = new Int32Array(set.length * set.vocabulary);
  for (let at = 0; at < set.symbols.length; at++) counts[(at % set.length) * set.vocabulary + set.symbols[at]]++;
  return counts;
}

/**
 * The symbols directly before and after `symbol`, the most frequent first. `share` is of all that stand on that side;
 * `lift` is the count over Σ_j n_j(symbol) · n_j±1(other) / n, what independent neighbours would give with the same
 * use of every position: so a symbol that is merely frequent at a position has a lift near 1.
 */
export function transitionsOf(set: Pick<EmbeddingSet, 'symbols' | 'length' | 'vocabulary' | 'images'>, symbol: number): { before: Transition[]; after: Transition[] } {
  const use = positionCounts(set);
  return { before: side(set, use, symbol, -1), after: side(set, use, symbol, 1) };
}

function side(set: Pick<EmbeddingSet, 'symbols' | 'length' | 'vocabulary' | 'images'>, use: Int32Array, symbol: number, step: 1 | -1): Transition[] {
  const { symbols, length: L, vocabulary: K } = set;
  const counts = new Int32Array(K);
  const expected = new Float64Array(K);
  let all = 0;
  const [first, end] = step === 1 ? [0, L - 1] : [1, L];
  for (let j = first; j < end; j++) {
    const here = use[j * K + symbol];
    if (here === 0) continue;
    for (let other = 0; other < K; other++) expected[other] += (here * use[(j + step) * K + other]) / set.images.length;
    for (let at = j; at < symbols.length; at += L)
      if (symbols[at] === symbol) {
        counts[symbols[at + step]]++;
        all++;
      }
  }
  return Array.from(counts, (count, other) => ({ symbol: other, count, share: count / all, lift: count / expected[other] }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || a.symbol - b.symbol);
}
