import type { RankFrequency } from '../contract/language';

/** Points of a curve at most. */
const points = 48;

/**
 * Rank and frequency of words, most frequent first (G. K. Zipf, Human Behavior and the Principle of Least Effort, 1949),
 * with the exponent s of the power law p(r) = r^−s / Σ_{i ≤ m} i^−s over the m ranks found. s is the maximum of the
 * likelihood Σ_r f_r log p(r), not a line through log-log points, which rare words would decide (as A. Clauset, C. Shalizi,
 * M. Newman, Power-Law Distributions in Empirical Data, 2009, advise). 0: all words are equally frequent; about 1: as in
 * natural languages. Words are ranked by the counts themselves, so chance alone makes s a little more than 0.
 */
export function rankFrequency(counts: Iterable<number>, length: number | null): RankFrequency {
  const sorted = Float64Array.from(counts).sort().reverse();
  const curve: RankFrequency['curve'] = [];
  let rank = 0;
  for (let i = 0; i < points && rank < sorted.length; i++) {
    rank = Math.max(rank + 1, Math.round(sorted.length ** (i / (points - 1))));
    curve.push({ rank, count: sorted[rank - 1] });
  }
  return { length, distinct: sorted.length, exponent: zipfExponent(sorted), curve };
}

/** The exponent for counts in falling order, 0 to 20 (one word far above all others has no finite one); 0 for fewer than two words. */
export function zipfExponent(counts: ArrayLike<number>): number {
  const m = counts.length;
  if (m < 2) return 0;
  const logs = Float64Array.from({ length: m }, (_, r) => Math.log(r + 1));
  let total = 0;
  let mean = 0; // of log rank over the words counted
  for (let r = 0; r < m; r++) {
    total += counts[r];
    mean += counts[r] * logs[r];
  }
  mean /= total;
  /** Mean of log rank under the power law: it falls in s, and the likelihood is highest where it is the one counted. */
  const expected = (s: number) => {
    let sum = 0;
    let first = 0;
    for (const log of logs) {
      const weight = Math.exp(-s * log);
      sum += weight;
      first += weight * log;
    }
    return first / sum;
  };
  let [low, high] = [0, 20];
  for (let i = 0; i < 36; i++) {
    const middle = (low + high) / 2;
    if (expected(middle) > mean) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
