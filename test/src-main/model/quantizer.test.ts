import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { quantizerName } from '../../../src-main/contract/config';
import { chosenCodes } from '../../../src-main/model/code-kernels';
import { likeliest, scoreSymbols, writeSymbols } from '../../../src-main/model/descriptor';
import { prefixWeights, studentLoss } from '../../../src-main/model/losses';
import * as op from '../../../src-main/model/operations';
import { WeightsInUse } from '../../../src-main/model/parameters';
import { RandomStream } from '../../../src-main/model/random';
import type { StudentShape } from '../../../src-main/model/shapes';
import { Tape } from '../../../src-main/model/tape';
import { randomFeatures, smallLossInput, smallStudent } from './small-student';
import './started-backend';

const descriptors = ['autoregressive', 'residual', 'parallel'] as const;

/** Width of the codes: that of the channels for the residual descriptor. */
const codeWidth = (quantizer: StudentShape['quantizer'], descriptor: StudentShape['descriptor']) => (descriptor === 'residual' ? 6 : quantizer === 'vector' ? 3 : 0);

for (const quantizer of quantizerName.options)
  for (const descriptor of descriptors)
    for (const codebookUpdate of quantizer === 'vector' ? (['average', 'gradient'] as const) : (['average'] as const))
      describe(`${quantizer} symbols of the ${descriptor} descriptor${quantizer === 'vector' ? `, codes by ${codebookUpdate}` : ''}`, () => {
        const student = smallStudent(descriptor, 1, { quantizer, codebookUpdate, codeWidth: codeWidth(quantizer, descriptor) });
        const { length: L, vocabulary: K } = student.shape;

        it('are hard at a test, and reading them gives the embedding of the description', async () => {
          const { symbols, embeddings } = await student.describe(randomFeatures(5));
          const read = await student.interpret(symbols, 5, L);
          read.forEach((value, i) => expect(value).toBeCloseTo(embeddings[i], 4));
        });

        for (const straightThrough of [true, false])
          it(`have a finite loss and a gradient for every weight that has one, ${straightThrough ? 'straight-through' : 'soft'}`, () => {
            const input = smallLossInput(student, { straightThrough, diversityWeight: 0.3, imitation: op.constant(0.7), ...(quantizer !== 'gumbel' && { noise: null }) });
            tf.dispose(studentLoss(student, input)); // constants are made once
            const before = tf.memory().numTensors;
            const result = studentLoss(student, input);
            expect(Number.isFinite(result.loss.dataSync()[0])).toBe(true);
            const wanted = student.parameters.names().filter((name) => student.parameters.kind(name) !== 'fixed');
            expect(Object.keys(result.gradients).sort()).toEqual(wanted.sort());
            for (const [name, gradient] of Object.entries(result.gradients)) expect(gradient.dataSync<'float32'>().some((value) => value !== 0 && Number.isFinite(value)), name).toBe(true);
            expect(result.symbols.dataSync<'float32'>().every((value) => value === 0 || value === 1)).toBe(straightThrough || quantizer === 'vector');
            tf.dispose(result);
            expect(tf.memory().numTensors).toBe(before);
          });

        if (quantizer === 'vector')
          it('are the codes nearest to the queries', () => {
            tf.tidy(() => {
              const weights = new WeightsInUse(new Tape(false), student.parameters);
              const written = writeSymbols(weights, student.shape, { x: student.normalise(tf.tensor2d(randomFeatures(5), [5, 8])) }, likeliest);
              const codes = weights.get('codes').tensor.dataSync<'float32'>();
              const queries = written.queries!.dataSync<'float32'>();
              const chosen = tf.argMax(written.symbols, 2).dataSync();
              const E = student.shape.codeWidth;
              for (let row = 0; row < L * 5; row++) {
                const j = Math.floor(row / 5);
                const distances = Array.from({ length: K }, (_, k) => Array.from({ length: E }, (_, e) => (queries[row * E + e] - codes[(j * K + k) * E + e]) ** 2).reduce((a, b) => a + b, 0));
                expect(distances[chosen[row]]).toBeCloseTo(Math.min(...distances), 4);
              }
            });
          });
      });

describe('the gradient of a chosen code', () => {
  const random = new RandomStream(4, 'codes');
  const [L, R, K, E] = [2, 5, 3, 4];
  const numbers = (count: number) => Float32Array.from({ length: count }, () => random.normal());
  const [queries, codes, cotangent] = [numbers(L * R * E), numbers(L * K * E), numbers(L * R * E)];
  const run = (gradient: 'straight-through' | 'rotation') =>
    tf.tidy(() => {
      const tape = new Tape(true);
      const q = tape.parameter(tf.tensor3d(queries, [L, R, E]));
      const chosen = tf.cast(tf.oneHot(tf.tensor2d([0, 1, 2, 0, 1, 2, 2, 1, 0, 0], [L, R], 'int32'), K), 'float32');
      const output = chosenCodes(tape, q, tf.tensor3d(codes, [L, K, E]), chosen, gradient);
      const value = output.tensor.dataSync<'float32'>().slice();
      tape.backward(output, tf.tensor3d(cotangent, [L, R, E]));
      return [value, q.gradient!.dataSync<'float32'>().slice()] as never;
    }) as unknown as [Float32Array, Float32Array];
  const rows = (values: Float32Array) => Array.from({ length: L * R }, (_, r) => Array.from(values.subarray(r * E, (r + 1) * E)));
  const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i], 0);

  it('straight-through goes to the query as it is', () => {
    expect(run('straight-through')[1]).toEqual(cotangent);
  });

  it('rotation is that of a rotation and a scaling that turn the query into its code', () => {
    const [value, gradient] = run('rotation');
    const [q, e, g, back] = [queries, value, cotangent, gradient].map(rows);
    for (let r = 0; r < L * R; r++) {
      // e = J q, so g·e = (Jᵀ g)·q; J / (|e| / |q|) keeps lengths
      expect(dot(back[r], q[r])).toBeCloseTo(dot(g[r], e[r]), 4);
      expect(Math.hypot(...back[r])).toBeCloseTo((Math.hypot(...g[r]) * Math.hypot(...e[r])) / Math.hypot(...q[r]), 3);
    }
  });
});

it('the parallel descriptor scores a position alike whatever is written elsewhere', () => {
  tf.tidy(() => {
    const student = smallStudent('parallel', 1, { codeWidth: 0 });
    const weights = new WeightsInUse(new Tape(false), student.parameters);
    const x = student.normalise(tf.tensor2d(randomFeatures(5), [5, 8]));
    const scores = (written: tf.Tensor | null) => scoreSymbols(weights, student.shape, { x }, written).logits.tensor.dataSync();
    expect(scores(null)).toEqual(scores(tf.ones([4, 5, 5])));
    student.dispose();
  });
});

it('without prefix loss, only the full description counts', () => {
  const student = smallStudent('residual');
  const loss = (weights: Float32Array) => {
    const input = smallLossInput(student, { prefixWeights: weights });
    const result = studentLoss(student, input);
    const read = { loss: result.loss.dataSync()[0], last: Array.from(result.lossByRow.dataSync().slice(3 * 6)) };
    tf.dispose(result);
    tf.dispose([input.features, input.noise!]);
    return read;
  };
  const { loss: full, last } = loss(prefixWeights({ prefixWeight: 0.5, prefixLoss: false, length: 4 }));
  expect(full).toBeCloseTo(last.reduce((a, b) => a + b, 0) / 6, 4);
});
