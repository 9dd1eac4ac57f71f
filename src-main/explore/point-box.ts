/** Moves and scales points [m, 2] in place: the middle of their box to 0, its longer side to ±extent. Gives the scale; 1 for a single place. */
export function fitInto(points: Float32Array, extent: number): number {
  const low = [Infinity, Infinity];
  const high = [-Infinity, -Infinity];
  for (let t = 0; t < points.length; t++) {
    low[t & 1] = Math.min(low[t & 1], points[t]);
    high[t & 1] = Math.max(high[t & 1], points[t]);
  }
  const half = Math.max(high[0] - low[0], high[1] - low[1]) / 2;
  const scale = half > 0 ? extent / half : 1;
  for (let t = 0; t < points.length; t++)
    points[t] = Math.min(extent, Math.max(-extent, (points[t] - (low[t & 1] + high[t & 1]) / 2) * scale));
  return scale;
}
