import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import * as op from '../../../src-main/model/operations';
import { traced } from '../../../src-main/model/traced';
import { makeVariable } from '../../../src-main/model/variables';
import './started-backend';

const values = (tensor: tf.Tensor): number[] => Array.from(tensor.dataSync());
const native = op.nativeOperations() !== null;

describe('a traced computation', () => {
  it('gives what its operations give one by one, for each new input', () => {
    const compute = ({ x }: { x: tf.Tensor }) => {
      const [left, right] = op.split(op.matrixProduct(x, op.transpose(x, [1, 0])), 2, 1);
      return { mixed: op.softmax(op.concatenate([right, op.scale(left, 3)], 1)), total: op.sumOver(tf.reshape(x, [4]), 0), greatest: op.oneHotOfGreatest(x) };
    };
    const replayed = traced(compute);
    for (const numbers of [[1, 2, 3, 4], [-2, 0.5, 7, 1]])
      tf.tidy(() => {
        const x = tf.tensor2d(numbers, [2, 2]);
        const [all, alone] = [replayed.run({ x }), compute({ x })];
        for (const name of ['mixed', 'total', 'greatest'] as const) {
          expect(all[name].shape).toEqual(alone[name].shape);
          values(alone[name]).forEach((value, i) => expect(values(all[name])[i]).toBeCloseTo(value, 6));
        }
      });
    replayed.dispose();
  });

  it('reads and writes variables in the order in which it was written', () => {
    const variable = makeVariable(tf.scalar(1));
    const step = traced(({ by }: { by: tf.Tensor }) => {
      const before = op.scale(variable.value(), 1);
      variable.subtract(by, op.constant(1)); // v − by
      const between = op.scale(variable.value(), 10);
      variable.assign(op.multiply(variable.value(), variable.value()));
      return { before, between, after: op.scale(variable.value(), 1) };
    });
    const seen: number[][] = [];
    for (const by of [-1, 1, -2]) {
      const { before, between, after } = tf.tidy(() => step.run({ by: tf.scalar(by) }));
      seen.push([before, between, after].map((tensor) => values(tensor)[0]));
    }
    expect(seen).toEqual([[1, 20, 4], [4, 30, 9], [9, 110, 121]]);
    expect(values(tf.tidy(() => variable.value().clone()))).toEqual([121]);
    step.dispose();
    variable.dispose();
  });

  it('changes no variable while it is recorded, only when it runs', () => {
    const variable = makeVariable(tf.scalar(5));
    const step = traced(({ by }: { by: tf.Tensor }) => {
      variable.subtract(by, op.constant(1));
      return { now: op.scale(variable.value(), 1) };
    });
    expect(values(tf.tidy(() => step.run({ by: tf.scalar(1) })).now)).toEqual([4]); // once, not twice
    step.dispose();
    variable.dispose();
  });

  it('rounds the factors of products to bfloat16 where it is asked to, and nothing else', () => {
    const compute = ({ a, b }: { a: tf.Tensor; b: tf.Tensor }) => ({ product: op.matrixProduct(a, b), batches: op.batchProduct(tf.reshape(a, [2, 1, 2]), tf.reshape(b, [2, 2, 1])), sum: op.add(a, op.constant(0)) });
    const rounded = traced(compute, { bfloat16: true });
    // 1 + 2⁻⁷ has 8 bits, 1 + 2⁻⁹ is rounded to 1.
    const results = tf.tidy(() => rounded.run({ a: tf.tensor2d([[1 + 2 ** -7, 1 + 2 ** -9], [3, 4]]), b: tf.tensor2d([[1, 0], [0, 1]]) }));
    expect(values(results.product)).toEqual(native ? [1 + 2 ** -7, 1, 3, 4] : [1 + 2 ** -7, 1 + 2 ** -9, 3, 4]);
    expect(values(results.batches)).toEqual([1 + 2 ** -7, 4]);
    expect(values(results.sum)).toEqual([1 + 2 ** -7, 1 + 2 ** -9, 3, 4]);
    tf.dispose(Object.values(results));
    rounded.dispose();
  });

  it('leaves no tensor behind', () => {
    const step = traced(({ x }: { x: tf.Tensor }) => ({ y: op.exponential(op.add(x, op.constant(1))) }));
    const run = () => tf.tidy(() => void step.run({ x: tf.tensor1d([1, 2]) }));
    run();
    const before = tf.memory().numTensors;
    for (let i = 0; i < 5; i++) run();
    expect(tf.memory().numTensors).toBe(before);
    step.dispose();
  });

  it.skipIf(!native)('cannot run on other shapes than it was recorded with, and says so', () => {
    const step = traced(({ x }: { x: tf.Tensor }) => ({ y: op.matrixProduct(x, tf.ones([2, 1])) }));
    tf.tidy(() => void step.run({ x: tf.ones([3, 2]) }));
    expect(() => tf.tidy(() => void step.run({ x: tf.ones([3, 4]) }))).toThrow(/shape|size/i);
    step.dispose();
  });
});
