/**
 * Entropy and mutual information of what was counted, in bits. All are plug-in estimates: the shares of the counts stand
 * for probabilities (C. E. Shannon, A Mathematical Theory of Communication, 1948). They are biased where a value is seen
 * a few times only: entropy is too low, by about (values − 1) / (2 n ln 2) bits (G. A. Miller, 1955), and mutual
 * information too high.
 */

/** H = −Σ p log2 p of the shares of `counts`; zero counts add nothing, no counts at all give 0. */
export function entropyOf(counts: Iterable<number>): number {
  let total = 0;
  let sum = 0;
  for (const count of counts) {
    total += count;
    if (count > 0) sum += count * Math.log2(count);
  }
  return total > 0 ? Math.max(0, Math.log2(total) - sum / total) : 0;
}

/** How often each value occurs. */
export function countsOf(values: ArrayLike<number>): Map<number, number> {
  const counts = new Map<number, number>();
  for (let i = 0; i < values.length; i++) counts.set(values[i], (counts.get(values[i]) ?? 0) + 1);
  return counts;
}

export function entropy(values: ArrayLike<number>): number {
  return entropyOf(countsOf(values).values());
}

/** The pair of two values as one number. @param y whole numbers below `ySize` */
export function pairs(x: ArrayLike<number>, y: ArrayLike<number>, ySize: number): Float64Array {
  return Float64Array.from({ length: x.length }, (_, i) => x[i] * ySize + y[i]);
}

/** H(y | x) = H(x, y) − H(x). @param x, y [n] whole numbers ≥ 0 */
export function conditionalEntropy(y: ArrayLike<number>, x: ArrayLike<number>): number {
  return Math.max(0, entropy(pairs(x, y, sizeOf(y))) - entropy(x));
}

/** Values beyond which pairs are counted in a map instead of a table. */
const largestTable = 2 ** 22;

/** I(x; y) = H(x) + H(y) − H(x, y). @param x, y [n] whole numbers ≥ 0 */
export function mutualInformation(x: ArrayLike<number>, y: ArrayLike<number>): number {
  const [xSize, ySize] = [sizeOf(x), sizeOf(y)];
  if (xSize * ySize > largestTable) return Math.max(0, entropy(x) + entropy(y) - entropy(pairs(x, y, ySize)));
  const both = new Uint32Array(xSize * ySize);
  for (let i = 0; i < x.length; i++) both[x[i] * ySize + y[i]]++;
  const [xs, ys] = [new Uint32Array(xSize), new Uint32Array(ySize)];
  both.forEach((count, at) => {
    xs[Math.floor(at / ySize)] += count;
    ys[at % ySize] += count;
  });
  return Math.max(0, entropyOf(xs) + entropyOf(ys) - entropyOf(both));
}

/**
 * The mean of I(x; y) over all ways to deal the same values of y out to the same values of x: what the plug-in estimate
 * shows where nothing is related. Exactly, over the hypergeometric distribution of every cell (N. X. Vinh, J. Epps,
 * J. Bailey, Information Theoretic Measures for Clusterings Comparison, 2010, eq. 24a):
 * Σ_ij Σ_m P(m; a_i, b_j, n) · m/n · log2(n m / (a_i b_j)).
 * @param x, y [n] whole numbers ≥ 0
 */
export function chanceInformation(x: ArrayLike<number>, y: ArrayLike<number>): number {
  const n = x.length;
  const logFactorial = new Float64Array(n + 1);
  for (let i = 2; i <= n; i++) logFactorial[i] = logFactorial[i - 1] + Math.log(i);
  const cell = (a: number, b: number): number => {
    const fixed = logFactorial[a] + logFactorial[b] + logFactorial[n - a] + logFactorial[n - b] - logFactorial[n];
    let sum = 0;
    for (let m = Math.max(1, a + b - n); m <= Math.min(a, b); m++) {
      const probability = Math.exp(fixed - logFactorial[m] - logFactorial[a - m] - logFactorial[b - m] - logFactorial[n - a - b + m]);
      sum += probability * (m / n) * Math.log2((n * m) / (a * b));
    }
    return sum;
  };
  // Groups of one size have one expectation: it is computed once for each pair of sizes.
  const sizes = (values: ArrayLike<number>) => countsOf([...countsOf(values).values()]);
  const ySizes = sizes(y);
  let sum = 0;
  for (const [a, groups] of sizes(x)) for (const [b, classes] of ySizes) sum += groups * classes * cell(a, b);
  return Math.max(0, sum);
}

function sizeOf(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, values[i]);
  return most + 1;
}
