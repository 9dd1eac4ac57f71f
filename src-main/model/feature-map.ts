import * as tf from '@tensorflow/tfjs-core';
import * as kernel from './kernels';
import * as op from './operations';
import type { Tensor } from './operations';
import type { Parameters } from './parameters';
import { addPerceptronStart, perceptron, perceptronWeights } from './perceptron';
import type { RandomStream } from './random';
import type { StudentShape } from './shapes';
import { Tape, type Value } from './tape';

/**
 * From the teacher's feature to the C numbers x that the student works with. With c = z / |z| − mean:
 *
 * - without hidden width: x = c · map, a linear map to C channels
 * - with one: a = c · map, all Z directions with variance 1; y = a · linear + MLP(a); x = √C · (y − centre) / |y − centre|.
 *   training/neighbour-map.ts trains it, before the student, to keep every image's neighbours in C channels.
 */
export function addFeatureMap(parameters: Parameters, shape: StudentShape): void {
  const { featureWidth: Z, channels: C, mapHidden: H } = shape;
  const zeros = (name: string, sizes: number[]) => parameters.add(`feature.${name}`, sizes, new Float32Array(sizes.reduce((a, b) => a * b, 1)), 'fixed');
  zeros('mean', [Z]);
  zeros('map', [Z, H > 0 ? Z : C]);
  if (H === 0) return;
  zeros('linear.weight', [Z, C]);
  for (const { name, shape: sizes } of perceptronWeights({ input: Z, hidden: H, output: C })) zeros(name, sizes);
  zeros('centre', [C]);
}

/** The network's weights before its training: `linear` picks the first C directions with the given scales, the MLP gives 0. */
export function addNetworkStart(parameters: Parameters, shape: StudentShape, scales: Float32Array, random: RandomStream): void {
  const { featureWidth: Z, channels: C, mapHidden: H } = shape;
  const linear = new Float32Array(Z * C);
  for (let i = 0; i < C; i++) linear[i * C + i] = scales[i];
  parameters.add('linear.weight', [Z, C], linear, 'matrix');
  addPerceptronStart(parameters, { input: Z, hidden: H, output: C }, random);
}

/** y = a · linear + MLP(a): [R, Z] → [R, C]. @param weight the value of `linear.weight`, `layer0.weight`, … */
export function network(tape: Tape, a: Value, weight: (name: string) => Value): Value {
  return kernel.add(tape, kernel.linear(tape, a, weight('linear.weight'), null), perceptron(tape, a, weight));
}

/** c = z / |z| − mean, [R, Z]. */
export function centred(features: Tensor, mean: Tensor): Tensor {
  return tf.tidy(() => op.subtract(op.divide(features, op.squareRoot(op.add(op.sumOver(op.square(features), 1, true), op.constant(1e-12)))), mean));
}

/** y of centred features, where the map is a network: [R, Z] → [R, C]. */
export function networkOutput(parameters: Parameters, c: Tensor): Tensor {
  const weight = (name: string) => parameters.variable(`feature.${name}`).value();
  return tf.tidy(() => {
    const tape = new Tape(false);
    return network(tape, tape.constant(op.matrixProduct(c, weight('map'))), (name) => tape.constant(weight(name))).tensor;
  });
}

/** x of centred features: [R, Z] → [R, C]. */
export function mapped(parameters: Parameters, shape: StudentShape, c: Tensor): Tensor {
  return tf.tidy(() => {
    if (shape.mapHidden === 0) return op.matrixProduct(c, parameters.variable('feature.map').value());
    const y = op.subtract(networkOutput(parameters, c), parameters.variable('feature.centre').value());
    const tape = new Tape(false);
    return op.scale(kernel.unitRows(tape, tape.constant(y)).tensor, Math.sqrt(shape.channels));
  });
}
