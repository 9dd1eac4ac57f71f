import { symmetricEigen } from '../model/symmetric-eigen';

/** Two directions among C channels, and how far along them rows lie. */
export interface FixedPlane {
  /** What differs most along it. */
  through: 'classes' | 'images';
  /** Where 0, 0 is, [C]. */
  origin: Float64Array;
  /** [2, C], scaled so that nearly all of the rows that it was laid through lie within −1 … 1. */
  axes: Float64Array;
}

/** Rows that a plane is laid through at most; their products are as many squared. */
const mostRows = 128;
const fewestClasses = 3;
/** Of all rows, this share lies within `reach` on both axes. */
const share = 0.98;
const reach = 0.9;

/**
 * The plane along which the classes' means differ most, or all rows where there are fewer than three classes: the first two
 * principal components (K. Pearson, 1901) of these. Of each axis the largest entry is positive. Without two directions of spread, an
 * axis is zero.
 * @param rows of unit length, [n, C]  @param labels [n], or null
 */
export function layPlane(rows: Float32Array, width: number, labels: ArrayLike<number> | null): FixedPlane {
  const means = labels && meansOf(rows, width, labels);
  const through = means && means.length >= fewestClasses ? 'classes' : 'images';
  const n = rows.length / width;
  const stride = Math.ceil(n / mostRows);
  const chosen = through === 'classes' ? means! : Array.from({ length: Math.ceil(n / stride) }, (_, i) => Float64Array.from(rows.subarray(i * stride * width, (i * stride + 1) * width)));
  const origin = new Float64Array(width);
  for (const row of chosen) for (let t = 0; t < width; t++) origin[t] += row[t] / chosen.length;
  for (const row of chosen) for (let t = 0; t < width; t++) row[t] -= origin[t];
  // Eigenvectors of the rows' products u give the directions Xᵀ u: there are fewer rows than channels.
  const products = Float64Array.from({ length: chosen.length ** 2 }, (_, i) => {
    const [a, b] = [chosen[Math.floor(i / chosen.length)], chosen[i % chosen.length]];
    return a.reduce((sum, value, t) => sum + value * b[t], 0);
  });
  const { values, vectors } = symmetricEigen(products, chosen.length);
  const axes = new Float64Array(2 * width);
  for (let axis = 0; axis < Math.min(2, chosen.length); axis++) {
    if (!(values[axis] > 1e-9 * values[0])) continue;
    const own = axes.subarray(axis * width, (axis + 1) * width);
    chosen.forEach((row, i) => row.forEach((value, t) => (own[t] += (vectors[axis * chosen.length + i] * value) / Math.sqrt(values[axis]))));
    const largest = own.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
    if (largest < 0) own.forEach((value, t) => (own[t] = -value));
  }
  const plane: FixedPlane = { through, origin, axes };
  const far = Array.from(placeOn(plane, rows, width), Math.abs).sort((a, b) => a - b);
  const most = far[Math.floor((far.length - 1) * share)];
  if (most > 0) axes.forEach((value, i) => (axes[i] = (value * reach) / most));
  return plane;
}

/** Where rows of unit length lie on a plane: x, y of each. @param rows [n, C]  @returns [n, 2] */
export function placeOn({ origin, axes }: FixedPlane, rows: Float32Array, width: number): Float64Array {
  const places = new Float64Array((2 * rows.length) / width);
  for (let i = 0; i < places.length; i++) {
    const [from, axis] = [(i >> 1) * width, (i & 1) * width];
    for (let t = 0; t < width; t++) places[i] += (rows[from + t] - origin[t]) * axes[axis + t];
  }
  return places;
}

/** The mean of each class's rows, by label. */
function meansOf(rows: Float32Array, width: number, labels: ArrayLike<number>): Float64Array[] {
  const means = new Map<number, { sum: Float64Array; count: number }>();
  for (let i = 0; i < labels.length; i++) {
    const mean = means.get(labels[i]) ?? { sum: new Float64Array(width), count: 0 };
    means.set(labels[i], mean);
    mean.count++;
    for (let t = 0; t < width; t++) mean.sum[t] += rows[i * width + t];
  }
  return [...means].sort(([a], [b]) => a - b).map(([, { sum, count }]) => sum.map((value) => value / count));
}
