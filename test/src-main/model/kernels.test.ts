import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { quantizationLoss } from '../../../src-main/model/code-kernels';
import * as kernel from '../../../src-main/model/kernels';
import { upToEach } from '../../../src-main/model/positions';
import { RandomStream } from '../../../src-main/model/random';
import { symbolCrossEntropy, unevenUse } from '../../../src-main/model/symbol-losses';
import { Tape, type Value } from '../../../src-main/model/tape';
import './started-backend';

const random = new RandomStream(3, 'noise');
const numbers = (...shape: number[]) => ({ shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()) });
type Numbers = ReturnType<typeof numbers>;

/** A kernel's inputs and what is made of them; the loss is Σ output · fixed random numbers. */
const cases: Record<string, { inputs: Numbers[]; apply: (tape: Tape, values: Value[]) => Value }> = (() => {
  const rowWeights = numbers(8, 1);
  const targets = { shape: [8, 5], data: Float32Array.from({ length: 40 }, (_, i) => ((i * 7) % 5) / 10) };
  const directions = numbers(8, 6);
  const noise = numbers(4, 2, 3);
  const codes = numbers(4, 3, 6);
  const asked = numbers(4, 2, 6);
  const oneOfThree = () => tf.cast(tf.oneHot(tf.tensor2d([0, 2, 1, 1, 2, 0, 0, 0], [4, 2], 'int32'), 3), 'float32');
  const constant = (n: Numbers) => tf.tensor(n.data, n.shape);
  return {
    linear: { inputs: [numbers(4, 3), numbers(3, 5), numbers(5)], apply: (t, [x, w, b]) => kernel.linear(t, x, w, b) },
    add: { inputs: [numbers(4, 3), numbers(4, 3)], apply: (t, [a, b]) => kernel.add(t, a, b) },
    'add to itself': { inputs: [numbers(4, 3)], apply: (t, [a]) => kernel.add(t, a, a) },
    subtract: { inputs: [numbers(4, 3), numbers(4, 3)], apply: (t, [a, b]) => kernel.subtract(t, a, b) },
    reshape: { inputs: [numbers(4, 3)], apply: (t, [a]) => kernel.reshape(t, a, [2, 6]) },
    addByPosition: { inputs: [numbers(4, 2, 3), numbers(4, 3)], apply: (t, [x, b]) => kernel.addByPosition(t, x, b) },
    productByPosition: { inputs: [numbers(4, 2, 3), numbers(4, 3, 5)], apply: (t, [a, b]) => kernel.productByPosition(t, a, b) },
    'productByPosition, transposed': { inputs: [numbers(4, 2, 3), numbers(4, 5, 3)], apply: (t, [a, b]) => kernel.productByPosition(t, a, b, true) },
    mixPositions: { inputs: [numbers(4, 2, 3)], apply: (t, [x]) => kernel.mixPositions(t, upToEach(4), x) },
    rowsByPosition: { inputs: [numbers(2, 6)], apply: (t, [x]) => kernel.rowsByPosition(t, x, 2, 3, 2) },
    codeScores: { inputs: [numbers(4, 2, 3), numbers(4, 5, 3), numbers(4, 1, 5)], apply: (t, [q, c, p]) => kernel.codeScores(t, q, c, p, tf.tensor3d([1, 0.5, 2, 1.5], [4, 1, 1])) },
    'codeScores without preferences': { inputs: [numbers(4, 2, 3), numbers(4, 5, 3)], apply: (t, [q, c]) => kernel.codeScores(t, q, c, null, tf.tensor3d([1, 0.5, 2, 1.5], [4, 1, 1])) },
    rowsOf: { inputs: [numbers(4, 3)], apply: (t, [x]) => kernel.rowsOf(t, x, 1, 2) },
    firstPositions: { inputs: [numbers(4, 2, 3)], apply: (t, [x]) => kernel.firstPositions(t, x, 3) },
    joinRows: { inputs: [numbers(1, 3), numbers(3, 3)], apply: (t, [a, b]) => kernel.joinRows(t, [a, b]) },
    unevenUse: { inputs: [numbers(2, 4, 3)], apply: (t, [x]) => unevenUse(t, x) },
    symbolCrossEntropy: { inputs: [numbers(4, 2, 3)], apply: (t, [x]) => symbolCrossEntropy(t, x, oneOfThree()) },
    'commitment loss': { inputs: [numbers(4, 2, 6)], apply: (t, [q]) => quantizationLoss(t, q, t.constant(constant(codes)), oneOfThree(), { codebook: 0, commitment: 0.25 }) },
    'codebook loss': { inputs: [numbers(4, 3, 6)], apply: (t, [e]) => quantizationLoss(t, t.constant(constant(asked)), e, oneOfThree(), { codebook: 1, commitment: 0 }) },
    layerNorm: { inputs: [numbers(4, 6)], apply: (t, [x]) => kernel.layerNorm(t, x) },
    gelu: { inputs: [numbers(4, 6)], apply: (t, [x]) => kernel.gelu(t, x) },
    unitRows: { inputs: [numbers(4, 6)], apply: (t, [x]) => kernel.unitRows(t, x) },
    unitColumns: { inputs: [numbers(4, 6)], apply: (t, [x]) => kernel.unitColumns(t, x) },
    'causal self-attention': { inputs: [numbers(8, 12)], apply: (t, [qkv]) => kernel.selfAttention(t, qkv, 2, 2, true) },
    'self-attention to all': { inputs: [numbers(8, 12)], apply: (t, [qkv]) => kernel.selfAttention(t, qkv, 2, 2, false) },
    crossAttention: { inputs: [numbers(8, 4), numbers(6, 8)], apply: (t, [q, m]) => kernel.crossAttention(t, q, m, 2, 2) },
    softSymbols: { inputs: [numbers(4, 2, 3)], apply: (t, [x]) => kernel.softSymbols(t, x, constant(noise), tf.scalar(0.6), null) },
    projectedCrossEntropy: { inputs: [numbers(8, 4), numbers(4, 5)], apply: (t, [x, w]) => kernel.projectedCrossEntropy(t, x, w, constant(targets), constant(rowWeights), 0.5).loss },
    cosineDistance: {
      inputs: [numbers(8, 6)],
      apply: (t, [x]) => kernel.cosineDistance(t, x, kernel.unitRows(new Tape(false), t.constant(constant(directions))).tensor, constant(rowWeights)).loss,
    },
    weightedSum: { inputs: [numbers(), numbers()], apply: (t, [a, b]) => kernel.weightedSum(t, [{ value: a, factor: tf.scalar(2) }, { value: b, factor: tf.scalar(-0.5) }]) },
  };
})();

function run(inputs: Numbers[], apply: (tape: Tape, values: Value[]) => Value, cotangent: Float32Array | null): { loss: number; gradients: Float32Array[]; cotangent: Float32Array } {
  return tf.tidy(() => {
    const tape = new Tape(true);
    const values = inputs.map((input) => tape.parameter(tf.tensor(input.data, input.shape)));
    const output = apply(tape, values);
    const weights = cotangent ?? Float32Array.from({ length: output.tensor.size }, () => random.normal());
    let loss = 0;
    output.tensor.dataSync().forEach((value, i) => (loss += value * weights[i]));
    tape.backward(output, tf.tensor(weights, output.shape));
    return { loss, gradients: values.map((value) => (value.gradient as tf.Tensor).dataSync<'float32'>().slice()), cotangent: weights } as never;
  }) as never;
}

describe('the gradient of a kernel is the slope of its value', () => {
  for (const [name, { inputs, apply }] of Object.entries(cases))
    it(name, () => {
      const { gradients, cotangent } = run(inputs, apply, null);
      inputs.forEach((input, which) => {
        expect(gradients[which]).toHaveLength(input.data.length);
        for (let i = 0; i < input.data.length; i += Math.ceil(input.data.length / 12)) {
          const step = 1e-2;
          const at = (value: number) => {
            const moved = inputs.map((other, j) => (j === which ? { ...other, data: other.data.map((v, k) => (k === i ? value : v)) } : other));
            return run(moved, apply, cotangent).loss;
          };
          const x = input.data[i];
          const slope = (8 * (at(x + step) - at(x - step)) - (at(x + 2 * step) - at(x - 2 * step))) / (12 * step); // fourth order
          expect(Math.abs(slope - gradients[which][i])).toBeLessThan(4e-3 * (1 + Math.abs(slope)));
        }
      });
    });
});

describe('every kernel leaves its result and the gradients, nothing else', () => {
  for (const [name, { inputs, apply }] of Object.entries(cases))
    it(name, () => {
      run(inputs, apply, null); // constants that a kernel keeps are made once
      const before = tf.memory().numTensors;
      run(inputs, apply, null);
      expect(tf.memory().numTensors).toBe(before);
    });
});

describe('straight-through', () => {
  it('gives the hard symbols forward and the gradient of the soft ones backward', () => {
    tf.tidy(() => {
      const { inputs } = cases.softSymbols;
      const noise = tf.zeros([4, 2, 3]);
      const hard = tf.cast(tf.reshape(tf.oneHot(tf.zeros([8], 'int32') as tf.Tensor1D, 3), [4, 2, 3]), 'float32');
      const gradientOf = (given: tf.Tensor | null) => {
        const tape = new Tape(true);
        const x = tape.parameter(tf.tensor(inputs[0].data, inputs[0].shape));
        const y = kernel.softSymbols(tape, x, noise, tf.scalar(0.6), given);
        if (given) expect(Array.from(y.tensor.dataSync())).toEqual(Array.from(hard.dataSync()));
        tape.backward(y, tf.tensor(inputs[0].data.map(Math.sin), [4, 2, 3]));
        return Array.from((x.gradient as tf.Tensor).dataSync());
      };
      expect(gradientOf(hard)).toEqual(gradientOf(null));
    });
  });
});

describe('a position at a time', () => {
  it('attention with kept keys and values is the row of the whole attention', () => {
    tf.tidy(() => {
      const [rows, heads, length] = [3, 2, 4];
      const qkv = numbers(length * rows, 12);
      const tape = new Tape(false);
      const whole = kernel.selfAttention(tape, tape.constant(tf.tensor(qkv.data, qkv.shape)), rows, heads, true).tensor.dataSync();
      const cache = { keys: null, values: null };
      for (let j = 0; j < length; j++) {
        const part = tf.tensor2d(qkv.data.subarray(j * rows * 12, (j + 1) * rows * 12), [rows, 12]);
        const next = kernel.nextSelfAttention(part, rows, heads, cache).dataSync();
        next.forEach((value, i) => expect(value).toBeCloseTo(whole[j * rows * 4 + i], 5));
      }
    });
  });
});

describe('without recording', () => {
  it('nothing is kept for a backward pass', () => {
    const x = tf.tensor2d([[1, 2, 3]]);
    const before = tf.memory().numTensors;
    const tape = new Tape(false);
    const y = kernel.gelu(tape, tape.parameter(x));
    expect(y.tracked).toBe(false);
    expect(tf.memory().numTensors).toBe(before + 1);
    tf.dispose([x, y.tensor]);
  });
});
