import { symmetricEigen } from './symmetric-eigen';

/** Part of the mean within-view variance that every direction has at least, so that none is divided by nearly nothing. */
const floor = 0.02;

/**
 * A linear map of features that counts what differs between images against what differs between views of one image:
 * Fisher's discriminant analysis with every image a class of its own (as in Rao's canonical variates). Every direction is
 * divided by its spread between views, and the `kept` directions are taken that then vary most between images. The
 * result has variance 1 on average over its channels.
 * @param within, between covariance of views around their image's mean, and of those means, [width, width]
 * @returns [width, kept] for x · map; columns by falling contrast
 */
export function viewContrastMap(within: Float64Array, between: Float64Array, width: number, kept: number): Float32Array {
  const added = (floor * trace(within, width)) / width + 1e-12;
  const spread = symmetricEigen(within, width);
  // Rows of `white` divided by the spread: within-view covariance becomes 1 in every direction.
  const white = new Float64Array(width * width);
  for (let i = 0; i < width; i++) for (let d = 0; d < width; d++) white[i * width + d] = spread.vectors[i * width + d] / Math.sqrt(Math.max(0, spread.values[i]) + added);
  const { values, vectors } = symmetricEigen(product(product(white, between, width), transposed(white, width), width), width);
  const directions = product(vectors, white, width);
  const scale = Math.sqrt(kept / Math.max(1e-12, values.subarray(0, kept).reduce((a, b) => a + b, 0)));
  const map = new Float32Array(width * kept);
  for (let i = 0; i < kept; i++) for (let d = 0; d < width; d++) map[d * kept + i] = directions[i * width + d] * scale;
  return map;
}

function trace(a: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += a[i * n + i];
  return sum;
}

function transposed(a: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) out[j * n + i] = a[i * n + j];
  return out;
}

function product(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let k = 0; k < n; k++) {
      const factor = a[i * n + k];
      if (factor !== 0) for (let j = 0; j < n; j++) out[i * n + j] += factor * b[k * n + j];
    }
  return out;
}
