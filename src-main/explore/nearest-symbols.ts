import { eachSymbol, type EmbeddingSet } from './embedding-set';

/** Unit-length mean of each symbol's images less the mean of all, [K, Z]; zero for symbols that no image has. */
const centresOfSet = new WeakMap<EmbeddingSet, Float64Array>();

/**
 * The symbols whose images mean the most similar: cosine of the mean embeddings of the images that hold them anywhere,
 * less the mean of all images (what all images share says nothing about a symbol).
 * @returns the most similar first, without `symbol` itself and without those that no image has; none when no image has it
 */
export function nearestSymbols(set: EmbeddingSet, symbol: number, count: number): { symbol: number; similarity: number }[] {
  let centres = centresOfSet.get(set);
  if (!centres) centresOfSet.set(set, (centres = symbolCentres(set)));
  const { width, vocabulary } = set;
  const used = (other: number) => centres.subarray(other * width, (other + 1) * width).some((x) => x !== 0);
  if (!used(symbol)) return [];
  const found: { symbol: number; similarity: number }[] = [];
  for (let other = 0; other < vocabulary; other++) {
    if (other === symbol || !used(other)) continue;
    let similarity = 0;
    for (let t = 0; t < width; t++) similarity += centres[symbol * width + t] * centres[other * width + t];
    found.push({ symbol: other, similarity });
  }
  return found.sort((a, b) => b.similarity - a.similarity || a.symbol - b.symbol).slice(0, count);
}

function symbolCentres(set: EmbeddingSet): Float64Array {
  const { width, vocabulary, embeddings } = set;
  const n = set.images.length;
  const centres = new Float64Array(vocabulary * width);
  const held = new Int32Array(vocabulary);
  const all = new Float64Array(width);
  for (let i = 0; i < n; i++) {
    for (let t = 0; t < width; t++) all[t] += embeddings[i * width + t] / n;
    eachSymbol(set, i, (symbol) => {
      held[symbol]++;
      for (let t = 0; t < width; t++) centres[symbol * width + t] += embeddings[i * width + t];
    });
  }
  for (let symbol = 0; symbol < vocabulary; symbol++) {
    if (held[symbol] === 0) continue;
    const centre = centres.subarray(symbol * width, (symbol + 1) * width);
    let square = 0;
    for (let t = 0; t < width; t++) {
      centre[t] = centre[t] / held[symbol] - all[t];
      square += centre[t] ** 2;
    }
    const scale = square > 0 ? 1 / Math.sqrt(square) : 0;
    for (let t = 0; t < width; t++) centre[t] *= scale;
  }
  return centres;
}
