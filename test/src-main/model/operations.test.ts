import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import * as op from '../../../src-main/model/operations';
import { RandomStream } from '../../../src-main/model/random';
import './started-backend';

const random = new RandomStream(0, 'noise');
const tensor = (...shape: number[]) => tf.tensor(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 0.2 + Math.abs(random.normal())), shape);

/** Each operation with the TensorFlow.js function it stands for. */
const pairs: Record<string, [() => op.Tensor, () => op.Tensor]> = (() => {
  const a = tensor(3, 4);
  const b = tensor(3, 4);
  const column = tensor(3, 1);
  const bias = tensor(4);
  const c = tensor(2, 3, 4);
  const d = tensor(2, 4, 5);
  const wide = tensor(2, 3, 2, 4, 2);
  return {
    add: [() => op.add(a, b), () => tf.add(a, b)],
    'add with broadcast': [() => op.add(a, column), () => tf.add(a, column)],
    subtract: [() => op.subtract(a, b), () => tf.sub(a, b)],
    multiply: [() => op.multiply(a, b), () => tf.mul(a, b)],
    divide: [() => op.divide(a, b), () => tf.div(a, b)],
    maximum: [() => op.maximum(a, b), () => tf.maximum(a, b)],
    addBias: [() => op.addBias(a, bias), () => tf.add(a, bias)],
    square: [() => op.square(a), () => tf.square(a)],
    squareRoot: [() => op.squareRoot(a), () => tf.sqrt(a)],
    inverseRoot: [() => op.inverseRoot(a), () => tf.rsqrt(a)],
    exponential: [() => op.exponential(a), () => tf.exp(a)],
    logarithm: [() => op.logarithm(a), () => tf.log(a)],
    errorFunction: [() => op.errorFunction(a), () => tf.erf(a)],
    softmax: [() => op.softmax(c), () => tf.softmax(c)],
    scale: [() => op.scale(a, -3), () => tf.mul(a, -3)],
    matrixProduct: [() => op.matrixProduct(a, b, true, false), () => tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D, true, false)],
    'matrixProduct, second transposed': [() => op.matrixProduct(a, b, false, true), () => tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D, false, true)],
    batchProduct: [() => op.batchProduct(c, d), () => tf.matMul(c, d)],
    'batchProduct, first transposed': [() => op.batchProduct(c, c, true, false), () => tf.matMul(c, c, true, false)],
    sumOver: [() => op.sumOver(c, 1, true), () => tf.sum(c, 1, true)],
    meanOver: [() => op.meanOver(c, 2), () => tf.mean(c, 2)],
    maximumOver: [() => op.maximumOver(c, 0), () => tf.max(c, 0)],
    sumRows: [() => op.sumRows(a), () => tf.sum(a, 0)],
    reshape: [() => op.reshape(c, [6, 4]), () => tf.reshape(c, [6, 4])],
    transpose: [() => op.transpose(wide, [2, 1, 3, 0, 4]), () => tf.transpose(wide, [2, 1, 3, 0, 4])],
    concatenate: [() => op.concatenate([a, b], 0), () => tf.concat([a, b], 0)],
    'concatenate one': [() => op.concatenate([a], 1), () => a.clone()],
    split: [() => op.split(a, 2, 1)[1], () => tf.split(a, 2, 1)[1]],
    addMany: [() => op.addMany([a, b, a]), () => tf.addN([a, b, a])],
    sumOfSquares: [() => op.sumOfSquares(c), () => tf.sum(tf.square(c))],
    oneHotOfGreatest: [() => op.oneHotOfGreatest(a), () => tf.cast(tf.oneHot(tf.argMax(a, 1), 4), 'float32')],
  };
})();

describe('an operation is the TensorFlow.js function of the same meaning', () => {
  for (const [name, [ours, theirs]] of Object.entries(pairs))
    it(name, () => {
      const mine = ours();
      const other = theirs();
      expect(mine.shape).toEqual(other.shape);
      const wanted = other.dataSync();
      mine.dataSync().forEach((value, i) => expect(value).toBeCloseTo(wanted[i], 4));
      tf.dispose([mine, other]);
    });
});

describe('cross-entropy with its gradient', () => {
  it('is −Σ t ln softmax, and softmax − t', () => {
    const logits = tf.tensor2d([1, 2, 0.5, -1, 0, 30], [2, 3]);
    const targets = tf.tensor2d([0.2, 0.5, 0.3, 0, 0.1, 0.9], [2, 3]);
    const { entropies, gradient } = op.crossEntropyWithGradient(logits, targets);
    const soft = tf.softmax(logits);
    const wanted = tf.neg(tf.sum(tf.mul(targets, tf.logSoftmax(logits)), 1)).dataSync();
    entropies.dataSync().forEach((value, i) => expect(value).toBeCloseTo(wanted[i], 4));
    const slopes = tf.sub(soft, targets).dataSync();
    gradient.dataSync().forEach((value, i) => expect(value).toBeCloseTo(slopes[i], 5));
  });
});
