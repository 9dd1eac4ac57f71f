/** Of the curve 1 / (1 + a·d^2b) for spread 1 and a least distance of 0.1, as umap-learn fits them. */
const a = 1.576943460405378;
const b = 0.8950608781227859;

/** UMAP's random points that push for each one that pulls. */
export const negativeSamples = 5;
/** No coordinate moves by more than this times the learning rate at once. */
export const longestMove = 4;

/** How an edge draws a point at a squared distance > 0 from the other: a factor, below 0, of the way from there to it. */
export function pull(squared: number): number {
  const power = Math.pow(squared, b);
  return (-2 * a * b * (power / squared)) / (a * power + 1);
}

/** How a random point pushes one at a squared distance > 0: a factor, above 0, of the way from there to it. */
export function push(squared: number): number {
  return (2 * b) / ((0.001 + squared) * (a * Math.pow(squared, b) + 1));
}

export const clipped = (move: number) => Math.max(-longestMove, Math.min(longestMove, move));

/**
 * A factor by squared distance as a table over the upper 16 bits of its float32: 128 entries for each power of two, so
 * that a value between two of them is right to 1e-5 of itself. At 0 nothing is drawn or pushed.
 */
export function curveTable(factor: (squared: number) => number): Float32Array {
  const table = new Float32Array(0x8000);
  const at = new Float32Array(1);
  const bits = new Int32Array(at.buffer);
  for (let t = 1; t < table.length; t++) {
    bits[0] = t << 16;
    const value = factor(at[0]);
    table[t] = Number.isFinite(value) ? value : 0;
  }
  return table;
}
