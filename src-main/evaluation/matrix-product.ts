/**
 * The product that the figures are computed with: a [n, d] times b [m, d] transposed, row-major [n, m]. The arrays may
 * be longer than n·d and m·d; they are not changed. TensorFlow gives a fast one; `plainProduct` needs nothing.
 */
export type MatrixProduct = (a: Float32Array, n: number, b: Float32Array, m: number, d: number) => Promise<Float32Array>;

/** The product in plain JavaScript: each sum in one accumulator order, rounded to float32 once at its end. */
export const plainProduct: MatrixProduct = async (a, n, b, m, d) => {
  const out = new Float32Array(n * m);
  // Blocks of b stay in the processor's cache while all rows of a pass over them.
  const rowsPerBlock = Math.max(1, Math.floor(16_384 / Math.max(1, d)));
  for (let from = 0; from < m; from += rowsPerBlock) {
    const to = Math.min(m, from + rowsPerBlock);
    for (let i = 0; i < n; i++) {
      const ai = i * d;
      for (let j = from; j < to; j++) {
        const bj = j * d;
        let even = 0;
        let odd = 0;
        let t = 0;
        for (; t + 1 < d; t += 2) {
          even += a[ai + t] * b[bj + t];
          odd += a[ai + t + 1] * b[bj + t + 1];
        }
        if (t < d) even += a[ai + t] * b[bj + t];
        out[i * m + j] = even + odd;
      }
    }
  }
  return out;
};
