import * as tf from '@tensorflow/tfjs-core';
import * as op from './operations';
import type { Tensor } from './operations';
import type { Parameters } from './parameters';
import { perceptron, perceptronWeights, type PerceptronSizes } from './perceptron';
import type { StudentShape } from './shapes';
import { Tape } from './tape';

/**
 * The second part of an embedding. The interpreter gives C channels, made for neighbours; the readout, a network that
 * training/train-readout.ts trains before the student, says from these what the symbols tell of all other directions in
 * which images differ, so that a linear probe finds there what it would have to compute from the channels.
 */
export function addReadout(parameters: Parameters, shape: StudentShape): void {
  if (shape.readoutHidden === 0) return;
  for (const { name, shape: sizes } of perceptronWeights(readoutSizes(shape))) parameters.add(`readout.${name}`, sizes, new Float32Array(sizes.reduce((a, b) => a * b, 1)), 'fixed');
}

/** From the C channels to the Z − C numbers that are left of an embedding's width. */
export function readoutSizes({ channels, featureWidth, readoutHidden }: StudentShape): PerceptronSizes {
  return { input: channels, hidden: readoutHidden, output: featureWidth - channels };
}

/**
 * An embedding as it is given away, as wide as a feature: the interpreter's channels, then what the readout makes of them,
 * or zeros without one. [R, C] → [R, Z].
 */
export function wholeEmbedding(parameters: Parameters, shape: StudentShape, channels: Tensor): Tensor {
  const { featureWidth: Z, channels: C, readoutHidden } = shape;
  if (C === Z) return channels.clone();
  return tf.tidy(() => {
    const tape = new Tape(false);
    const rest =
      readoutHidden > 0
        ? perceptron(tape, tape.constant(channels), (name) => tape.constant(parameters.variable(`readout.${name}`).value())).tensor
        : tf.zeros([channels.shape[0], Z - C]);
    return op.concatenate([channels, rest], 1);
  });
}
