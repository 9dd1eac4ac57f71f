/**
 * A hue in degrees for each row, from the angle of its first two principal components, spread evenly around the circle:
 * rows that point the same way have near hues.
 * @param embeddings [K, width]  @returns [K], 0 ≤ hue < 360
 */
export function huesOf(embeddings: Float32Array, width: number): Float32Array {
  const count = embeddings.length / width;
  const centred = Float64Array.from(embeddings);
  for (let d = 0; d < width; d++) {
    let mean = 0;
    for (let i = 0; i < count; i++) mean += embeddings[i * width + d] / count;
    for (let i = 0; i < count; i++) centred[i * width + d] -= mean;
  }
  const first = principalComponent(centred, width, []);
  const second = principalComponent(centred, width, [first]);
  const angles = Array.from({ length: count }, (_, i) => {
    const row = centred.subarray(i * width, (i + 1) * width);
    return Math.atan2(dot(row, second), dot(row, first));
  });
  const hues = new Float32Array(count);
  [...angles.keys()].sort((a, b) => angles[a] - angles[b] || a - b).forEach((row, rank) => (hues[row] = (360 * rank) / count));
  return hues;
}

/** By power iteration from a fixed start, orthogonal to those already found. */
function principalComponent(rows: Float64Array, width: number, before: Float64Array[]): Float64Array {
  let direction = Float64Array.from({ length: width }, (_, d) => Math.cos(1 + d * (1 + before.length)));
  for (let pass = 0; pass < 50; pass++) {
    const next = new Float64Array(width);
    for (let at = 0; at < rows.length; at += width) {
      const row = rows.subarray(at, at + width);
      const along = dot(row, direction);
      for (let d = 0; d < width; d++) next[d] += along * row[d];
    }
    for (const other of before) {
      const along = dot(next, other);
      for (let d = 0; d < width; d++) next[d] -= along * other[d];
    }
    const length = Math.sqrt(dot(next, next));
    if (length < 1e-12) break; // all rows equal: any direction will do
    direction = next.map((value) => value / length);
  }
  return direction;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += a[d] * b[d];
  return sum;
}
