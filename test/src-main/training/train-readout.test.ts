import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it } from 'vitest';
import { resolveConfig } from '../../../src-main/contract/presets';
import { RandomStream } from '../../../src-main/model/random';
import { readoutSizes, wholeEmbedding } from '../../../src-main/model/readout';
import { studentShape } from '../../../src-main/model/shapes';
import { Student } from '../../../src-main/model/student';
import { residualSymbols } from '../../../src-main/model/symbol-losses';
import { trainReadout } from '../../../src-main/training/train-readout';
import '../model/started-backend';

const [images, Z, C] = [64, 12, 4];
const config = resolveConfig({ preset: 'tiny', channels: C, vocabulary: 4, length: 2, threads: 1 });
const shape = studentShape(config, Z);
const random = new RandomStream(5, 'map');

const made: Student[] = [];
afterEach(() => made.splice(0).forEach((student) => student.dispose()));

/** A student whose codes are random, and images whose neighbourhood is a curved function of their channels. */
function start() {
  const student = Student.create(shape, 1, { trainable: false });
  made.push(student);
  student.parameters.assign('codes', Float32Array.from({ length: 2 * 4 * C }, () => random.normal()));
  const points = tf.randomNormal([images, C], 0, 1, 'float32', 3) as tf.Tensor2D;
  const neighbourhood = tf.tidy(() => {
    const codes = student.parameters.variable('codes').value();
    const sums = tf.sum(tf.matMul(residualSymbols(points, codes) as tf.Tensor3D, codes as tf.Tensor3D), 0);
    const curved = tf.concat([tf.square(sums), tf.sin(sums), tf.abs(sums)], 1);
    return tf.div(curved, tf.norm(curved, 2, 1, true));
  }) as tf.Tensor2D;
  return { student, points, neighbourhood };
}

/** 1 − explained share of the neighbourhood's first directions, by the least squares of one factor for the whole part. */
function unexplained(student: Student, points: tf.Tensor2D, neighbourhood: tf.Tensor2D): number {
  return tf.tidy(() => {
    const codes = student.parameters.variable('codes').value() as tf.Tensor3D;
    const sums = tf.sum(tf.matMul(residualSymbols(points, codes) as tf.Tensor3D, codes), 0);
    const read = tf.slice(wholeEmbedding(student.parameters, shape, sums), [0, C], [images, Z - C]);
    const goal = tf.slice(neighbourhood, [0, 0], [images, Z - C]);
    const factor = tf.div(tf.sum(tf.mul(read, goal)), tf.add(tf.sum(tf.square(read)), 1e-12));
    return tf.div(tf.sum(tf.square(tf.sub(tf.mul(read, factor), goal))), tf.sum(tf.square(goal))).dataSync()[0];
  });
}

describe('the readout', () => {
  it('learns what descriptions say of the directions that channels leave out, and has 0.3 of the channels’ length', async () => {
    const { student, points, neighbourhood } = start();
    expect(readoutSizes(shape)).toEqual({ input: C, hidden: config.mapHidden, output: Z - C });
    expect(unexplained(student, points, neighbourhood)).toBeCloseTo(1, 5); // zeros
    await trainReadout({ student, steps: 3, seed: 1, points, neighbourhood }); // constants are made once
    const count = tf.memory().numTensors;
    await trainReadout({ student, steps: 300, seed: 1, points, neighbourhood });
    expect(tf.memory().numTensors).toBe(count);
    expect(unexplained(student, points, neighbourhood)).toBeLessThan(0.1);
    tf.dispose([points, neighbourhood]);
  });

  it('is the second part of an embedding, the same wherever one is asked for, and leaves the channels as they are', async () => {
    const { student, points, neighbourhood } = start();
    const features = Float32Array.from({ length: 3 * Z }, () => random.normal());
    const before = await student.describe(features);
    expect(before.embeddings.filter((_, i) => i % Z >= C)).toEqual(new Float32Array(3 * (Z - C)));
    await trainReadout({ student, steps: 10, seed: 1, points, neighbourhood });
    const after = await student.describe(features);
    expect(after.symbols).toEqual(before.symbols);
    expect(after.embeddings.filter((_, i) => i % Z < C)).toEqual(before.embeddings.filter((_, i) => i % Z < C));
    expect(after.embeddings.every((value, i) => i % Z < C || value !== 0)).toBe(true);
    const [prefixes, read] = [await student.embedPrefixes(features, [1, 2]), await student.interpret(after.symbols, 3, 2)];
    prefixes.get(2)!.forEach((value, i) => expect(value).toBeCloseTo(after.embeddings[i], 5));
    read.forEach((value, i) => expect(value).toBeCloseTo(after.embeddings[i], 5));
    expect(prefixes.get(1)).not.toEqual(prefixes.get(2));
    tf.dispose([points, neighbourhood]);
  });

  it('is the same for the same seed', async () => {
    const weights = async () => {
      const { student, points, neighbourhood } = start();
      student.parameters.assign('codes', new Float32Array(2 * 4 * C).map((_, i) => Math.sin(i)));
      await trainReadout({ student, steps: 5, seed: 2, points, neighbourhood: tf.tidy(() => tf.div(tf.ones([images, Z]), Math.sqrt(Z))) });
      tf.dispose([points, neighbourhood]);
      return student.parameters.read('readout.');
    };
    expect(await weights()).toEqual(await weights());
  });
});
