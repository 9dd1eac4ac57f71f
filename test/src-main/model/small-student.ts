import * as tf from '@tensorflow/tfjs-core';
import { gumbelNoise, prefixWeights, type LossInput } from '../../../src-main/model/losses';
import * as op from '../../../src-main/model/operations';
import { RandomStream } from '../../../src-main/model/random';
import type { StudentShape } from '../../../src-main/model/shapes';
import { Student } from '../../../src-main/model/student';

export const kinds = ['residual', 'autoregressive'] as const;

export function smallShape(descriptor: StudentShape['descriptor'], changes: Partial<StudentShape> = {}): StudentShape {
  return {
    quantizer: 'gumbel', codebookUpdate: 'average', interpreterAttention: 'causal', codeWidth: descriptor === 'residual' ? 6 : 0,
    featureWidth: 8, featureTokens: 0, tokenWidth: 0, channels: 6, mapHidden: 0, readoutHidden: 0, vocabulary: 5, length: 4, descriptor, width: 8, descriptorLayers: 2, descriptorHeads: 2, memoryTokens: 2,
    interpreterLayers: 2, interpreterHeads: 2, projectorOutputs: 7, projectorHidden: 8, projectorBottleneck: 4, ...changes,
  };
}

/** A student whose every weight is random, so that nothing is zero by its start. */
export function smallStudent(descriptor: StudentShape['descriptor'], seed = 1, changes: Partial<StudentShape> = {}): Student {
  const student = Student.create(smallShape(descriptor, changes), seed, { trainable: true, imitates: true });
  const random = new RandomStream(seed, 'codes');
  const { channels: C } = student.shape;
  for (const name of student.parameters.names()) {
    const variable = student.parameters.variable(name);
    const size = variable.shape.reduce((a, b) => a * b, 1);
    const values = Float32Array.from({ length: size }, () => 0.4 * random.normal());
    if (name === 'feature.mean') values.fill(0);
    if (name === 'feature.map') for (let i = 0; i < size; i++) values[i] = i % C === Math.floor(i / C) ? 2 : 0;
    if (name === 'descriptor.sharpness') values.fill(1.5);
    const tensor = tf.tensor(values, variable.shape);
    variable.assign(tensor);
    tensor.dispose();
  }
  return student;
}

export function randomFeatures(rows: number, width = 8, seed = 5): Float32Array {
  const random = new RandomStream(seed, 'order');
  return Float32Array.from({ length: rows * width }, () => random.normal());
}

/** Three images of two views. The caller disposes of features and noise. */
export function smallLossInput(student: Student, changes: Partial<LossInput> = {}): LossInput {
  const { length: L, vocabulary: K, featureWidth: Z } = student.shape;
  return {
    features: tf.tensor2d(randomFeatures(6), [6, Z]),
    views: 2,
    noise: changes.noise === null ? null : tf.tidy(() => gumbelNoise(tf.tensor3d(new RandomStream(2, 'noise').uniforms(L * 6 * K), [L, 6, K]), 1)),
    quantizerTemperature: op.constant(0.7),
    straightThrough: true,
    vectorGradient: 'rotation',
    commitmentWeight: 0.25,
    diversityWeight: 0,
    prefixWeights: prefixWeights({ prefixWeight: 0.9, prefixLoss: true, length: L }),
    projectionWeight: 1,
    alignmentWeight: 0.5,
    crossView: true,
    studentTemperature: 0.3,
    teacherTemperature: op.constant(0.2),
    ...changes,
  };
}
