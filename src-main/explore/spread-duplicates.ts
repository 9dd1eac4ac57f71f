/** Of the map's half side: no disc is wider. */
const widest = 0.05;
/** Golden angle, radians: points of a sunflower never line up. */
const goldenAngle = Math.PI * (3 - Math.sqrt(5));

/**
 * Places every image [n] of each point [m, 2]. An image alone stands at its point; several stand as the seeds of a
 * sunflower around it, in the set's order. The disc's area grows with their number, at a spacing that would let all
 * images share the map evenly, and its radius stays under 0.45 of the distance to the nearest other point (so discs do
 * not overlap) and under 0.05.
 * @param group point of each image, [n]
 */
export function spreadDuplicates(points: Float32Array, group: Int32Array): Float32Array {
  const n = group.length;
  const m = points.length / 2;
  const size = new Int32Array(m);
  for (const g of group) size[g]++;
  const clearance = nearestDistances(points);
  const spacing = 0.5 / Math.sqrt(n);
  const placed = new Int32Array(m);
  const out = new Float32Array(n * 2);
  for (let i = 0; i < n; i++) {
    const g = group[i];
    out[i * 2] = points[g * 2];
    out[i * 2 + 1] = points[g * 2 + 1];
    if (size[g] === 1) continue;
    const radius = Math.min(widest, spacing * Math.sqrt(size[g]), 0.45 * clearance[g]);
    const t = placed[g]++;
    const r = radius * Math.sqrt((t + 0.5) / size[g]);
    out[i * 2] += r * Math.cos(t * goldenAngle);
    out[i * 2 + 1] += r * Math.sin(t * goldenAngle);
  }
  return out;
}

/** Distance from each point [m, 2] within ±1 to its nearest other, by a grid of about one point a cell; ∞ when alone. */
export function nearestDistances(points: Float32Array): Float32Array {
  const m = points.length / 2;
  const side = Math.max(1, Math.floor(Math.sqrt(m)));
  const cell = 2 / side;
  const cellOf = (x: number) => Math.min(side - 1, Math.max(0, Math.floor((x + 1) / cell)));
  const cells: number[][] = Array.from({ length: side * side }, () => []);
  for (let i = 0; i < m; i++) cells[cellOf(points[i * 2 + 1]) * side + cellOf(points[i * 2])].push(i);
  const nearest = new Float32Array(m).fill(Infinity);
  for (let i = 0; i < m; i++) {
    const cx = cellOf(points[i * 2]);
    const cy = cellOf(points[i * 2 + 1]);
    // Rings of cells outward, until no cell further out can hold a nearer point.
    for (let ring = 0; ring <= side && nearest[i] > (ring - 1) * cell; ring++)
      for (let y = Math.max(0, cy - ring); y <= Math.min(side - 1, cy + ring); y++) {
        const edge = y === cy - ring || y === cy + ring;
        for (let x = cx - ring; x <= cx + ring; x += edge || ring === 0 ? 1 : 2 * ring) {
          if (x < 0 || x >= side) continue;
          for (const j of cells[y * side + x])
            if (j !== i) nearest[i] = Math.min(nearest[i], Math.hypot(points[i * 2] - points[j * 2], points[i * 2 + 1] - points[j * 2 + 1]));
        }
      }
  }
  return nearest;
}
