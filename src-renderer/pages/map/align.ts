/** Rows of two arrays that are the same image. */
export function matchedRows(a: Int32Array, b: Int32Array): { a: Int32Array; b: Int32Array } {
  const rowInB = new Map(Array.from(b, (image, row) => [image, row]));
  const rows = Array.from(a.keys()).filter((row) => rowInB.has(a[row]));
  return { a: Int32Array.from(rows), b: Int32Array.from(rows, (row) => rowInB.get(a[row])!) };
}

/**
 * Turns, mirrors and moves the points of one map so that they lie as near as they can to the same images on another map
 * (least squares over the matched rows; Procrustes in the plane), gives them the same spread, and shrinks them into
 * −1 … 1 where they leave it.
 * A map means what it does however it is turned, so nothing is lost.
 * @param points [n, 2]  @param target [m, 2]  @returns [n, 2]
 */
export function alignedTo(points: Float32Array, target: Float32Array, matched: { points: Int32Array; target: Int32Array }): Float32Array {
  const count = matched.points.length;
  if (count === 0) return points.slice();
  const [px, py, tx, ty] = [mean(points, matched.points, 0), mean(points, matched.points, 1), mean(target, matched.target, 0), mean(target, matched.target, 1)];
  // Sums of products: of a turn alone, and of a turn after mirroring.
  let [turnCos, turnSin, mirrorCos, mirrorSin, spread, wanted] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < count; i++) {
    const x = points[2 * matched.points[i]] - px;
    const y = points[2 * matched.points[i] + 1] - py;
    const u = target[2 * matched.target[i]] - tx;
    const v = target[2 * matched.target[i] + 1] - ty;
    turnCos += x * u + y * v;
    turnSin += x * v - y * u;
    mirrorCos += x * u - y * v;
    mirrorSin += x * v + y * u;
    spread += x * x + y * y;
    wanted += u * u + v * v;
  }
  const mirrored = Math.hypot(mirrorCos, mirrorSin) > Math.hypot(turnCos, turnSin);
  const [cos, sin] = mirrored ? [mirrorCos, mirrorSin] : [turnCos, turnSin];
  const length = Math.hypot(cos, sin);
  const scale = spread > 0 && length > 0 ? Math.sqrt(wanted / spread) / length : 0;
  const out = new Float32Array(points.length);
  let furthest = 1;
  for (let at = 0; at < points.length; at += 2) {
    const x = points[at] - px;
    const y = (points[at + 1] - py) * (mirrored ? -1 : 1);
    out[at] = tx + scale * (cos * x - sin * y);
    out[at + 1] = ty + scale * (sin * x + cos * y);
    furthest = Math.max(furthest, Math.abs(out[at]), Math.abs(out[at + 1]));
  }
  return furthest > 1 ? out.map((value) => value / furthest) : out;
}

function mean(points: Float32Array, rows: Int32Array, axis: 0 | 1): number {
  let sum = 0;
  for (const row of rows) sum += points[2 * row + axis];
  return sum / rows.length;
}
