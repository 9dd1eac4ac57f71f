import type { LinearResult } from '../contract/evaluation';
import type { Progress } from '../contract/progress';
import { checkMatrix, labelledRows, type LabelledRows } from './distinct-rows';
import { expectedHit } from './expected-accuracy';
import { minimise } from './lbfgs';
import { breathe } from './breathe';
import { liveColumns } from './live-columns';
import type { MatrixProduct } from './matrix-product';

export interface ProbeOptions {
  /** Frozen features, [n, width] and [q, width]. */
  train: Float32Array;
  trainLabels: Int32Array;
  test: Float32Array;
  testLabels: Int32Array;
  width: number;
  /** Labels are 0 … classes − 1. */
  classes: number;
  product: MatrixProduct;
  /** Most L-BFGS iterations; it ends earlier once no entry of the gradient exceeds 1e-4. */
  iterations?: number;
  signal?: AbortSignal;
  onProgress?: Progress;
}

export interface ProbeReport extends LinearResult {
  iterations: number;
  /** Mean cross-entropy on the training images plus the penalty, in nats. */
  loss: number;
  converged: boolean;
}

/**
 * Linear probe: multinomial logistic regression on features standardised with the training images' mean and standard
 * deviation. It minimises mean cross-entropy + ‖W‖² / (2n) (bias free), which is scikit-learn's LogisticRegression with
 * C = 1, by full-batch L-BFGS from zero: no random choice, no learning rate. Images with identical features are one row
 * with a weight, so short prefixes cost next to nothing. Equal scores share their place in the ranking.
 *
 * Memory: the standardised training features twice (rows and columns), 100 MB for 50,000 × 256.
 * @throws INVALID_INPUT for shapes, labels or numbers that do not fit; the signal's reason when cancelled
 */
export async function linearProbe(o: ProbeOptions): Promise<ProbeReport> {
  const { classes, product } = o;
  checkMatrix(o.train, o.trainLabels.length, o.width, 'training features');
  checkMatrix(o.test, o.testLabels.length, o.width, 'test features');
  const { a, b, width } = liveColumns(o.train, o.test, o.width); // of a constant feature nothing is learned
  const train = labelledRows(a, o.trainLabels, width, classes, 'training features');
  const test = labelledRows(b, o.testLabels, width, classes, 'test features');
  const scale = standardisation(train, o.trainLabels.length, width);
  apply(train.rows, scale, width);
  apply(test.rows, scale, width);
  const columns = transpose(train.rows, train.count, width); // [width, m]

  const n = o.trainLabels.length;
  const m = train.count;
  const weights = classes * width;
  const wanted = o.iterations ?? 300;
  /** Loss and gradient at [classes, width] weights followed by [classes] biases. */
  const evaluate = async (at: Float64Array, gradient: Float64Array): Promise<number> => {
    const logits = await product(train.rows, m, Float32Array.from(at.subarray(0, weights)), classes, width); // [m, C]
    const residuals = new Float32Array(classes * m); // [C, m], (n · probability − count) / n
    const scores = new Float64Array(classes);
    let loss = 0;
    gradient.fill(0);
    for (let g = 0; g < m; g++) {
      let highest = -Infinity;
      for (let c = 0; c < classes; c++) {
        scores[c] = logits[g * classes + c] + at[weights + c];
        if (scores[c] > highest) highest = scores[c];
      }
      let sum = 0;
      for (let c = 0; c < classes; c++) sum += Math.exp(scores[c] - highest);
      const logSum = highest + Math.log(sum);
      for (let c = 0; c < classes; c++) residuals[c * m + g] = (train.size[g] / n) * Math.exp(scores[c] - logSum);
      for (let t = train.start[g]; t < train.start[g + 1]; t++) {
        loss += train.images[t] * (logSum - scores[train.label[t]]);
        residuals[train.label[t] * m + g] -= train.images[t] / n;
      }
    }
    loss /= n;
    gradient.set(await product(residuals, classes, columns, width, m)); // [C, width]
    for (let c = 0; c < classes; c++) for (let g = 0; g < m; g++) gradient[weights + c] += residuals[c * m + g];
    for (let t = 0; t < weights; t++) {
      loss += (at[t] * at[t]) / (2 * n);
      gradient[t] += at[t] / n;
    }
    await breathe(o.signal);
    return loss;
  };
  const result = await minimise(evaluate, new Float64Array(weights + classes), {
    iterations: wanted,
    tolerance: 1e-4,
    onIteration: (done) => o.onProgress?.({ phase: 'linear probe', done, total: wanted, unit: 'iterations' }),
  });
  o.onProgress?.({ phase: 'linear probe', done: wanted, total: wanted, unit: 'iterations' });

  const logits = await product(test.rows, test.count, Float32Array.from(result.at.subarray(0, weights)), classes, width);
  let top1 = 0;
  let top5 = 0;
  for (let g = 0; g < test.count; g++) {
    for (let c = 0; c < classes; c++) logits[g * classes + c] += result.at[weights + c];
    for (let t = test.start[g]; t < test.start[g + 1]; t++) {
      top1 += test.images[t] * expectedHit(logits, g * classes, classes, test.label[t], 1);
      top5 += test.images[t] * expectedHit(logits, g * classes, classes, test.label[t], 5);
    }
  }
  const total = o.testLabels.length;
  return { top1: top1 / total, top5: top5 / total, iterations: result.iterations, loss: result.value, converged: result.converged };
}

interface Standardisation {
  mean: Float64Array;
  /** 1 / standard deviation, and 0 where a feature is constant. */
  factor: Float64Array;
}

/** Mean and deviation over images, that is over distinct rows by their size. */
function standardisation(rows: LabelledRows, images: number, width: number): Standardisation {
  const mean = new Float64Array(width);
  const square = new Float64Array(width);
  for (let g = 0; g < rows.count; g++) for (let t = 0; t < width; t++) mean[t] += (rows.size[g] * rows.rows[g * width + t]) / images;
  for (let g = 0; g < rows.count; g++)
    for (let t = 0; t < width; t++) square[t] += (rows.size[g] * (rows.rows[g * width + t] - mean[t]) ** 2) / images;
  // A spread that float32 cannot tell from rounding counts as constant.
  const factor = square.map((v, t) => (Math.sqrt(v) > 1e-6 * Math.abs(mean[t]) + 1e-20 ? 1 / Math.sqrt(v) : 0));
  return { mean, factor };
}

function apply(rows: Float32Array, { mean, factor }: Standardisation, width: number): void {
  for (let at = 0; at < rows.length; at += width) for (let t = 0; t < width; t++) rows[at + t] = (rows[at + t] - mean[t]) * factor[t];
}

/** [n, m] → [m, n] */
function transpose(a: Float32Array, n: number, m: number): Float32Array {
  const out = new Float32Array(n * m);
  for (let from = 0; from < n; from += 64)
    for (let j = 0; j < m; j++) for (let i = from; i < Math.min(n, from + 64); i++) out[j * n + i] = a[i * m + j];
  return out;
}
