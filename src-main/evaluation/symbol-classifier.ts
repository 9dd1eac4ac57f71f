/**
 * Naive Bayes over the positions of a description: log P(y) + Σ_j log P(s_j | y, j), with one added to every count (P. S.
 * Laplace): P(s | y, j) = (images of class y with s at j + 1) / (images of class y + K). Symbols that no fitted image has
 * at a position say nothing there but for the size of the classes.
 */
export class NaiveBayes {
  readonly #o: { length: number; vocabulary: number; classes: number };
  readonly #logPrior: Float64Array;
  /** [L, K, classes] */
  readonly #logLikelihood: Float64Array;

  /** @param symbols [n, L] below K  @param rows images that it is fitted to  @param labels [n], 0 … classes − 1 */
  constructor(symbols: Uint16Array, labels: ArrayLike<number>, rows: ArrayLike<number>, o: { length: number; vocabulary: number; classes: number }) {
    this.#o = o;
    const { length, vocabulary, classes } = o;
    const counts = new Float64Array(length * vocabulary * classes);
    const sizes = new Float64Array(classes);
    for (let r = 0; r < rows.length; r++) {
      const [i, label] = [rows[r], labels[rows[r]]];
      sizes[label]++;
      for (let j = 0; j < length; j++) counts[(j * vocabulary + symbols[i * length + j]) * classes + label]++;
    }
    this.#logPrior = sizes.map((size) => Math.log((size + 1) / (rows.length + classes)));
    this.#logLikelihood = counts.map((count, at) => Math.log((count + 1) / (sizes[at % classes] + vocabulary)));
  }

  /**
   * log P(y, symbols) of every class, [classes], to nine decimals: equal evidence from different positions, added up in a
   * different order, gives equal scores. @param symbols [n, L] of any images
   */
  scores(symbols: Uint16Array, image: number): Float64Array {
    const { length, vocabulary, classes } = this.#o;
    const scores = this.#logPrior.slice();
    for (let j = 0; j < length; j++) {
      const at = (j * vocabulary + symbols[image * length + j]) * classes;
      for (let c = 0; c < classes; c++) scores[c] += this.#logLikelihood[at + c];
    }
    return scores.map((score) => Math.round(score * 1e9) / 1e9);
  }
}
