import * as tf from '@tensorflow/tfjs-core';
import type { TrainingConfig } from '../contract/config';
import type { Progress } from '../contract/progress';
import { addNetworkStart, network } from '../model/feature-map';
import * as kernel from '../model/kernels';
import * as op from '../model/operations';
import type { Tensor } from '../model/operations';
import { Parameters, type NamedArray } from '../model/parameters';
import { RandomStream } from '../model/random';
import type { StudentShape } from '../model/shapes';
import type { Tape, Value } from '../model/tape';
import { fitNetwork } from './fit-network';

const imagesAtOnce = 1024;
/** Temperatures of the similarities that are to be kept and of those of the student's channels. */
const targetTemperature = 0.06;
const ownTemperature = 0.1;

export interface NeighbourMapOptions {
  config: TrainingConfig;
  shape: StudentShape;
  /** a of the clean features, [n, Z]: every column of variance 1. */
  clean: Tensor;
  /** What each image's neighbours are told by, [n, Z], unit length: the mean over clean image and views by contrast. */
  neighbourhood: Tensor;
  /** Standard deviations of the first C directions before they were made 1, [C]. */
  scales: Float32Array;
  onProgress?: Progress;
  signal?: AbortSignal;
}

/**
 * Trains the map of model/feature-map.ts: for each batch of images, the distribution over the others by similarity in
 * the C channels of one clean image shall be that by similarity in all channels of the mean over its views,
 *
 *   Σ_i H(softmax_k≠i(g_i·g_k / 0.06), softmax_k≠i(u_i·u_k / 0.1)),  u = y / |y|
 *
 * (similarity distillation, Fang et al. 2021, "SEED", here from the teacher's own views and not a larger network).
 * No labels. docs/method.md says what it gave.
 * @returns the network's weights, named as in the student
 */
export async function trainNeighbourMap(o: NeighbourMapOptions): Promise<NamedArray[]> {
  const { config, shape } = o;
  const parameters = new Parameters();
  addNetworkStart(parameters, shape, o.scales, new RandomStream(config.seed, 'map'));
  try {
    await fitNetwork({
      ...o,
      parameters,
      steps: config.mapSteps,
      seed: config.seed,
      images: o.clean.shape[0],
      imagesAtOnce,
      inputs: (images) => ({ a: tf.gather(o.clean, images), g: tf.gather(o.neighbourhood, images) }),
      loss: (tape, weight, { a, g }) => similarityLoss(tape, kernel.unitRows(tape, network(tape, tape.constant(a), weight)), g),
    });
    return (await parameters.read()).map((array) => ({ ...array, name: `feature.${array.name}` }));
  } finally {
    parameters.dispose();
  }
}

/** The mean over images of the cross-entropy above. @param u, g rows of unit length, [B, C] and [B, Z] */
export function similarityLoss(tape: Tape, u: Value, g: Tensor): Value {
  const count = u.shape[0];
  const { loss, gradient } = tf.tidy(() => {
    const notItself = op.scale(tf.eye(count), -1e9);
    const among = (x: Tensor, temperature: number) => op.add(op.scale(op.matrixProduct(x, x, false, true), 1 / temperature), notItself);
    const { entropies, gradient } = op.crossEntropyWithGradient(among(u.tensor, ownTemperature), op.softmax(among(g, targetTemperature)));
    return { loss: op.meanOver(entropies, 0), gradient };
  });
  return tape.record(
    loss,
    [u],
    (by) => [
      tf.tidy(() => {
        const both = op.matrixProduct(op.add(gradient, op.transpose(gradient, [1, 0])), u.tensor); // u stands on both sides of the product
        return op.multiply(op.scale(both, 1 / (ownTemperature * count)), by);
      }),
    ],
    [gradient],
  );
}
