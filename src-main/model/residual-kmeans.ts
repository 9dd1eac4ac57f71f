import * as tf from '@tensorflow/tfjs-core';
import type { Progress } from '../contract/progress';
import * as op from './operations';
import type { Tensor } from './operations';
import type { RandomStream } from './random';
import { inBlocks } from './row-blocks';

/**
 * Residual k-means (residual vector quantization, Juang and Gray 1982): K centres of the points, then K centres of what
 * the nearest centre leaves over, and so on, L times. The start of the residual descriptor and the plain baseline of
 * every evaluation.
 */
export interface ResidualCodes {
  /** Centres by position, [L, K, Z]. */
  codes: Float32Array;
  /** Mean squared length of what is left over after each position, [L]; the points' own is `total`. */
  leftOver: Float32Array;
  total: number;
}

export interface ResidualKMeansOptions {
  /** Points, [n, width], n ≥ 1; not changed. */
  points: Tensor;
  /** L. */
  length: number;
  /** K. With fewer points than K, some centres are copies with a little noise. */
  vocabulary: number;
  iterations: number;
  random: RandomStream;
  onProgress?: Progress;
  signal?: AbortSignal;
}

/** Lloyd's algorithm at each position, from random points; a centre that loses all its points takes a random one. */
export async function residualKMeans(o: ResidualKMeansOptions): Promise<ResidualCodes> {
  const [count, width] = o.points.shape as [number, number];
  const result: ResidualCodes = { codes: new Float32Array(o.length * o.vocabulary * width), leftOver: new Float32Array(o.length), total: 0 };
  let residual: Tensor = o.points.clone();
  result.total = await meanSquare(residual);
  for (let j = 0; j < o.length; j++) {
    let centres = tf.tidy(() => startingCentres(residual, o.vocabulary, o.random));
    for (let i = 0; i < o.iterations; i++) {
      o.signal?.throwIfAborted();
      o.onProgress?.({ phase: 'preparing', done: j * o.iterations + i, total: o.length * o.iterations, unit: 'passes' });
      const { sums, counts } = tf.tidy(() => totals(residual, centres));
      const [sumValues, countValues] = [await sums.data<'float32'>(), await counts.data<'float32'>()];
      tf.dispose([sums, counts, centres]);
      const empty: number[] = [];
      const values = new Float32Array(sumValues.length);
      for (let k = 0; k < o.vocabulary; k++) {
        if (countValues[k] === 0) empty.push(k);
        for (let d = 0; d < width; d++) values[k * width + d] = sumValues[k * width + d] / Math.max(1, countValues[k]);
      }
      for (const k of empty) {
        const row = o.random.below(count);
        const point = tf.tidy(() => tf.slice(residual, [row, 0], [1, width]));
        values.set(await point.data<'float32'>(), k * width);
        point.dispose();
      }
      centres = tf.tensor2d(values, [o.vocabulary, width]);
    }
    result.codes.set(await centres.data<'float32'>(), j * o.vocabulary * width);
    const next = inBlocks(residual, (block) => op.subtract(block, op.matrixProduct(nearest(block, centres), centres)));
    tf.dispose([residual, centres]);
    residual = next;
    result.leftOver[j] = await meanSquare(residual);
  }
  residual.dispose();
  o.onProgress?.({ phase: 'preparing', done: o.length * o.iterations, total: o.length * o.iterations, unit: 'passes' });
  return result;
}

/**
 * Codes points by residual k-means: at each position the nearest centre of what the earlier ones leave over, [n, L].
 * @param points [n, width]; not changed  @param codes [L, K, width]
 */
export async function encodeResidual(points: Tensor, codes: Float32Array, { length, vocabulary }: { length: number; vocabulary: number }): Promise<Uint16Array> {
  const [count, width] = points.shape as [number, number];
  const symbols = new Uint16Array(count * length);
  for (let from = 0; from < count; from += rowsAtOnce) {
    const rows = Math.min(rowsAtOnce, count - from);
    const chosen = tf.tidy(() => {
      let residual = tf.slice(points, [from, 0], [rows, width]);
      return Array.from({ length }, (_, j) => {
        const centres = tf.tensor2d(codes.subarray(j * vocabulary * width, (j + 1) * vocabulary * width), [vocabulary, width]);
        const choice = nearest(residual, centres);
        residual = op.subtract(residual, op.matrixProduct(choice, centres));
        return tf.argMax(choice, 1);
      });
    });
    for (const [j, position] of chosen.entries()) (await position.data<'int32'>()).forEach((symbol, i) => (symbols[(from + i) * length + j] = symbol));
    tf.dispose(chosen);
  }
  return symbols;
}

/** Random points, each different while there are enough; jittered copies beyond. */
function startingCentres(points: Tensor, vocabulary: number, random: RandomStream): Tensor {
  const [count, width] = points.shape as [number, number];
  const order = random.permutation(count);
  const rows = Int32Array.from({ length: vocabulary }, (_, k) => order[k % count]);
  const centres = tf.gather(points, tf.tensor1d(rows, 'int32'));
  if (count >= vocabulary) return centres;
  const jitter = Float32Array.from({ length: vocabulary * width }, () => random.normal() * 1e-3);
  return op.add(centres, tf.tensor2d(jitter, [vocabulary, width]));
}

/** One-hot rows of the nearest centre: [n, K]. */
function nearest(points: Tensor, centres: Tensor): Tensor {
  const halves = op.reshape(op.scale(op.sumOver(op.square(centres), 1), -0.5), [1, centres.shape[0]]);
  return op.oneHotOfGreatest(op.add(op.matrixProduct(points, centres, false, true), halves));
}

/** Sum and number of the points that are nearest to each centre: [K, Z] and [K]. */
function totals(points: Tensor, centres: Tensor): { sums: Tensor; counts: Tensor } {
  const parts = inBlocks(
    points,
    (block) => {
      const chosen = nearest(block, centres);
      return op.concatenate([op.matrixProduct(chosen, block, true, false), op.reshape(op.sumOver(chosen, 0), [centres.shape[0], 1])], 1);
    },
    (all) => op.addMany(all),
  );
  const width = centres.shape[1] as number;
  return { sums: tf.slice(parts, [0, 0], [centres.shape[0], width]), counts: tf.reshape(tf.slice(parts, [0, width], [centres.shape[0], 1]), [centres.shape[0]]) };
}

const rowsAtOnce = 8192;

async function meanSquare(points: Tensor): Promise<number> {
  const sum = op.sumOfSquares(points);
  const [value] = await sum.data<'float32'>();
  sum.dispose();
  return value / points.shape[0];
}
