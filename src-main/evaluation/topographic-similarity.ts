import { GlyphscopeError } from '../contract/errors';

/**
 * Topographic similarity (H. Brighton and S. Kirby, Understanding Linguistic Evolution by Visualizing the Emergence of
 * Topographic Mappings, 2006): the Spearman correlation, over all pairs of n things, between the distance of their
 * meanings and the distance of their messages. As EGG computes it (facebookresearch/EGG, language_analysis.py).
 * @throws INVALID_INPUT for fewer than three things; NaN where one of the distances never varies
 */
export function topographicSimilarity(n: number, meaningDistance: (i: number, j: number) => number, messageDistance: (i: number, j: number) => number): number {
  if (n < 3) throw new GlyphscopeError('INVALID_INPUT', `Topographic similarity of ${n} images: at least 3 are needed.`, { subject: 'images' });
  const pairs = (n * (n - 1)) / 2;
  const meanings = new Float64Array(pairs);
  const messages = new Float64Array(pairs);
  for (let i = 0, at = 0; i < n; i++)
    for (let j = i + 1; j < n; j++, at++) {
      meanings[at] = meaningDistance(i, j);
      messages[at] = messageDistance(i, j);
    }
  return spearman(meanings, messages);
}

/** Spearman's rank correlation: Pearson's of the ranks, tied values sharing the mean of theirs. NaN where one is constant. */
export function spearman(x: Float64Array, y: Float64Array): number {
  const [a, b] = [ranks(x), ranks(y)];
  const centre = (x.length + 1) / 2;
  let product = 0;
  let aSquare = 0;
  let bSquare = 0;
  for (let i = 0; i < a.length; i++) {
    product += (a[i] - centre) * (b[i] - centre);
    aSquare += (a[i] - centre) ** 2;
    bSquare += (b[i] - centre) ** 2;
  }
  return product / Math.sqrt(aSquare * bSquare);
}

/** Ranks from 1; tied values have the mean of the ranks that they take. */
export function ranks(values: Float64Array): Float64Array {
  const order = Uint32Array.from(values.keys()).sort((i, j) => values[i] - values[j]);
  const out = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    for (let t = from; t < to; t++) out[order[t]] = (from + 1 + to) / 2;
    from = to;
  }
  return out;
}

/**
 * Edit distance of two messages (V. Levenshtein, 1966: insertions, deletions, substitutions), divided by their mean
 * length, as EGG does: 0 for equal messages, 1 for messages of one length without a symbol in common.
 */
export function editDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length + b.length === 0) return 0;
  const row = Uint32Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    let diagonal = row[0];
    row[0] = i;
    for (let j = 1; j <= b.length; j++) {
      const above = row[j];
      row[j] = Math.min(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] === b[j - 1] ? 0 : 1));
      diagonal = above;
    }
  }
  return row[b.length] / ((a.length + b.length) / 2);
}
