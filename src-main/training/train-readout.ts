import * as tf from '@tensorflow/tfjs-core';
import type { Progress } from '../contract/progress';
import * as kernel from '../model/kernels';
import * as op from '../model/operations';
import type { Tensor } from '../model/operations';
import { Parameters, WeightsInUse } from '../model/parameters';
import { addPerceptronStart, perceptron } from '../model/perceptron';
import { RandomStream } from '../model/random';
import { readoutSizes } from '../model/readout';
import type { Student } from '../model/student';
import { residualSymbols } from '../model/symbol-losses';
import { Tape } from '../model/tape';
import { fitNetwork } from './fit-network';

const imagesAtOnce = 512;
/** Length of the second part of an embedding, as a share of the first's. */
const lengthShare = 0.3;

export interface ReadoutOptions {
  /** Has its map and its codes. */
  student: Student;
  steps: number;
  seed: number;
  /** x of the clean images, [n, C]. */
  points: Tensor;
  /** Directions of their neighbourhoods, [n, Z], unit length, by falling contrast (prepare-map.ts). */
  neighbourhood: Tensor;
  onProgress?: Progress;
  signal?: AbortSignal;
}

/**
 * Trains the readout of model/readout.ts: from the sum of an image's residual k-means codes, all of them for one half of a
 * batch and 1 … L of them for the other, it shall give back the image's neighbourhood in the first Z − C directions,
 *
 *   mean over rows and directions of (R(Σ_{i≤j} code_i) − √Z · g)²,
 *
 * which makes it the mean over the images of that description. No labels. Its output is then scaled to `lengthShare` of the
 * channels' length. docs/method.md says what it gave.
 */
export async function trainReadout(o: ReadoutOptions): Promise<void> {
  const { student } = o;
  const { featureWidth: Z, length: L } = student.shape;
  const sizes = readoutSizes(student.shape);
  const random = new RandomStream(o.seed, 'readout');
  const parameters = new Parameters();
  addPerceptronStart(parameters, sizes, random);
  const goal = tf.tidy(() => op.scale(tf.slice(o.neighbourhood, [0, 0], [o.points.shape[0], sizes.output]), Math.sqrt(Z)));
  const codes = tf.tidy(() => student.parameters.variable('codes').value().clone());
  try {
    await fitNetwork({
      ...o,
      parameters,
      images: o.points.shape[0],
      imagesAtOnce,
      inputs: (images, count) => ({ x: tf.gather(o.points, images), kept: keptSymbols(count, L, random), g: tf.gather(goal, images), codes }),
      loss: (tape, weight, { x, codes, kept, g }) => kernel.meanSquare(tape, perceptron(tape, tape.constant(sumOfCodes(x, codes, kept)), weight), g),
    });
    for (const { name, data } of await scaled(parameters, o.points, codes)) student.parameters.assign(`readout.${name}`, data);
  } finally {
    parameters.dispose();
    tf.dispose([goal, codes]);
  }
}

/** Σ over the kept positions of the codes of points: [R, C]. @param kept ones and zeros, [L, R, 1] */
function sumOfCodes(points: Tensor, codes: Tensor, kept: Tensor): Tensor {
  return tf.tidy(() => op.sumOver(op.multiply(op.batchProduct(residualSymbols(points, codes), codes), kept), 0));
}

/** All positions for the first half of the rows, the first 1 … L for each of the others: [L, R, 1]. */
function keptSymbols(rows: number, length: number, random: RandomStream): Tensor {
  const kept = new Float32Array(length * rows);
  for (let r = 0; r < rows; r++) {
    const symbols = r < rows / 2 ? length : 1 + random.below(length);
    for (let j = 0; j < symbols; j++) kept[j * rows + r] = 1;
  }
  return tf.tensor3d(kept, [length, rows, 1]);
}

/** The weights with the last layer scaled, so that outputs for some full descriptions have `lengthShare` of the channels' length. */
async function scaled(parameters: Parameters, points: Tensor, codes: Tensor): Promise<{ name: string; data: Float32Array }[]> {
  const [rows, width] = [Math.min(points.shape[0], 4096), points.shape[1] as number];
  const lengths = tf.tidy(() => {
    const tape = new Tape(false);
    const x = sumOfCodes(tf.slice(points, [0, 0], [rows, width]), codes, tf.ones([codes.shape[0], rows, 1]));
    const weights = new WeightsInUse(tape, parameters);
    const squares = [x, perceptron(tape, tape.constant(x), (name) => weights.get(name)).tensor].map((part) => op.sumOfSquares(part));
    return op.squareRoot(tf.stack(squares));
  });
  const [channels, read] = await lengths.data<'float32'>();
  lengths.dispose();
  const factor = (lengthShare * channels) / Math.max(read, 1e-12);
  return (await parameters.read()).map(({ name, data }) => ({ name, data: name.startsWith('layer2.') ? data.map((value) => value * factor) : data }));
}
