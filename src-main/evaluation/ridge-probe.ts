import { checkMatrix, labelledRows } from './distinct-rows';
import { expectedHit } from './expected-accuracy';
import { liveColumns } from './live-columns';
import type { MatrixProduct } from './matrix-product';

export interface RidgeOptions {
  /** Frozen features, [n, width] and [q, width]. */
  train: Float32Array;
  trainLabels: Int32Array;
  test: Float32Array;
  testLabels: Int32Array;
  width: number;
  /** Labels are 0 … classes − 1. */
  classes: number;
  product: MatrixProduct;
}

/** λ in mean variances of a feature: near the full probe's figures with 200 images to learn from and with 4,000. */
const penalty = 20;

/**
 * Top-1 of ridge regression on the labels as one-hot vectors (A. Hoerl and R. Kennard, 1970), for a training to look at: one
 * linear system in place of the many iterations of `linearProbe`. Minimises ‖(X − x̄) W − (Y − ȳ)‖² + λ ‖W‖² with λ twenty times
 * the mean variance of a feature; equal scores share their place.
 * @returns 0 to 1
 * @throws INVALID_INPUT for shapes or labels that do not fit
 */
export async function ridgeTop1(o: RidgeOptions): Promise<number> {
  const { classes, product } = o;
  checkMatrix(o.train, o.trainLabels.length, o.width, 'training features');
  checkMatrix(o.test, o.testLabels.length, o.width, 'test features');
  const { a, b, width } = liveColumns(o.train, o.test, o.width);
  const train = labelledRows(a, o.trainLabels, width, classes, 'training features');
  const test = labelledRows(b, o.testLabels, width, classes, 'test features');
  const n = o.trainLabels.length;

  const mean = new Float64Array(width);
  const classSize = new Float64Array(classes);
  for (let g = 0; g < train.count; g++) for (let t = 0; t < width; t++) mean[t] += (train.size[g] * train.rows[g * width + t]) / n;
  // Columns of the centred rows, each times the root of how often it occurs, so that their products sum over images.
  const columns = new Float32Array(width * train.count);
  const targets = new Float64Array(width * classes); // Xᵀ (Y − ȳ) = Xᵀ Y for centred X
  for (let g = 0; g < train.count; g++) {
    const root = Math.sqrt(train.size[g]);
    for (let t = 0; t < width; t++) columns[t * train.count + g] = root * (train.rows[g * width + t] - mean[t]);
    for (let l = train.start[g]; l < train.start[g + 1]; l++) {
      classSize[train.label[l]] += train.images[l];
      for (let t = 0; t < width; t++) targets[t * classes + train.label[l]] += train.images[l] * (train.rows[g * width + t] - mean[t]);
    }
  }
  const gram = Float64Array.from(await product(columns, width, columns, width, train.count)); // [width, width]
  let trace = 0;
  for (let t = 0; t < width; t++) trace += gram[t * width + t];
  const lambda = (penalty * trace) / (width * n) || 1;
  for (let t = 0; t < width; t++) gram[t * width + t] += lambda;
  const weights = solvePositive(gram, targets, width, classes);

  const scores = new Float64Array(classes);
  let hits = 0;
  for (let g = 0; g < test.count; g++) {
    for (let c = 0; c < classes; c++) scores[c] = classSize[c] / n;
    for (let t = 0; t < width; t++) {
      const value = test.rows[g * width + t] - mean[t];
      for (let c = 0; c < classes; c++) scores[c] += value * weights[t * classes + c];
    }
    for (let l = test.start[g]; l < test.start[g + 1]; l++) hits += test.images[l] * expectedHit(scores, 0, classes, test.label[l], 1);
  }
  return hits / o.testLabels.length;
}

/**
 * X of A X = B by Cholesky's decomposition, in place of A and B. @param a [n, n], symmetric and positive definite
 * @param b [n, m]  @returns [n, m]
 */
function solvePositive(a: Float64Array, b: Float64Array, n: number, m: number): Float64Array {
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let sum = a[i * n + j];
      for (let k = 0; k < j; k++) sum -= a[i * n + k] * a[j * n + k];
      a[i * n + j] = i === j ? Math.sqrt(sum) : sum / a[j * n + j];
    }
  }
  for (let i = 0; i < n; i++)
    for (let c = 0; c < m; c++) {
      let sum = b[i * m + c];
      for (let k = 0; k < i; k++) sum -= a[i * n + k] * b[k * m + c];
      b[i * m + c] = sum / a[i * n + i];
    }
  for (let i = n - 1; i >= 0; i--)
    for (let c = 0; c < m; c++) {
      let sum = b[i * m + c];
      for (let k = i + 1; k < n; k++) sum -= a[k * n + i] * b[k * m + c];
      b[i * m + c] = sum / a[i * n + i];
    }
  return b;
}
