import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../../src-main/model/random';
import { Tape } from '../../../src-main/model/tape';
import { unitRows } from '../../../src-main/model/kernels';
import { similarityLoss } from '../../../src-main/training/neighbour-map';
import '../model/started-backend';

const [count, C, Z] = [5, 3, 4];
const random = new RandomStream(3, 'map');
const values = (n: number) => Float32Array.from({ length: n }, () => random.normal());
const unit = (rows: Float32Array, width: number) => rows.map((value, i) => value / Math.hypot(...rows.subarray(i - (i % width), i - (i % width) + width)));
const [y, g] = [values(count * C), unit(values(count * Z), Z)];

/** The formula as loops. */
function expected(rows: Float32Array): number {
  const u = unit(rows, C);
  const dot = (x: Float32Array, width: number, i: number, k: number) => x.subarray(i * width, i * width + width).reduce((sum, value, d) => sum + value * x[k * width + d], 0);
  let total = 0;
  for (let i = 0; i < count; i++) {
    const others = [...Array(count).keys()].filter((k) => k !== i);
    const softmax = (scores: number[]) => scores.map((score) => Math.exp(score) / scores.reduce((sum, other) => sum + Math.exp(other), 0));
    const target = softmax(others.map((k) => dot(g, Z, i, k) / 0.06));
    const own = softmax(others.map((k) => dot(u, C, i, k) / 0.1));
    total -= target.reduce((sum, t, n) => sum + t * Math.log(own[n]), 0) / count;
  }
  return total;
}

describe('the loss of the neighbour map', () => {
  it('is the mean cross-entropy between the distributions over the other images', () => {
    tf.tidy(() => {
      const tape = new Tape(false);
      const loss = similarityLoss(tape, unitRows(tape, tape.constant(tf.tensor2d(y, [count, C]))), tf.tensor2d(g, [count, Z]));
      expect(loss.tensor.dataSync()[0]).toBeCloseTo(expected(y), 4);
    });
  });

  it('has the gradient of finite differences', () => {
    tf.tidy(() => {
      const tape = new Tape(true);
      const input = tape.parameter(tf.tensor2d(y, [count, C]));
      tape.backward(similarityLoss(tape, unitRows(tape, input), tf.tensor2d(g, [count, Z])), tf.scalar(1));
      const gradient = input.gradient?.dataSync() ?? [];
      expect(gradient).toHaveLength(count * C);
      y.forEach((value, i) => {
        const at = (by: number) => expected(y.map((other, k) => (k === i ? value + by : other)));
        expect(gradient[i]).toBeCloseTo((at(1e-3) - at(-1e-3)) / 2e-3, 2);
      });
    });
  });
});
