import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { chosenCodes, quantizationLoss } from '../../src-main/model/code-kernels';
import * as kernel from '../../src-main/model/kernels';
import type { Tensor } from '../../src-main/model/operations';
import * as op from '../../src-main/model/operations';
import { symbolCrossEntropy, unevenUse } from '../../src-main/model/symbol-losses';
import { Tape, type Value } from '../../src-main/model/tape';
import { similarityLoss } from '../../src-main/training/neighbour-map';
import { Comparison, Fixture } from './fixture';

type Kernel = (tape: Tape, inputs: Value[], constants: Tensor[]) => Value;
const [rows, heads] = [3, 2];

/** What bench/training-step/kernel_cases.py computes under the same names. */
const kernels: Record<string, Kernel> = {
  linear: (t, [x, w, b]) => kernel.linear(t, x, w, b),
  'linear without bias': (t, [x, w]) => kernel.linear(t, x, w, null),
  add: (t, [a, b]) => kernel.add(t, a, b),
  subtract: (t, [a, b]) => kernel.subtract(t, a, b),
  reshape: (t, [x]) => kernel.reshape(t, x, [8, 3]),
  addByPosition: (t, [x, b]) => kernel.addByPosition(t, x, b),
  productByPosition: (t, [a, b]) => kernel.productByPosition(t, a, b),
  'productByPosition, transposed': (t, [a, b]) => kernel.productByPosition(t, a, b, true),
  mixPositions: (t, [x], [m]) => kernel.mixPositions(t, m, x),
  firstPositions: (t, [x]) => kernel.firstPositions(t, x, 2),
  rowsOf: (t, [x]) => kernel.rowsOf(t, x, 2, 3),
  joinRows: (t, parts) => kernel.joinRows(t, parts),
  rowsByPosition: (t, [x]) => kernel.rowsByPosition(t, x, rows, 2, 8),
  codeScores: (t, [q, c, p], [s]) => kernel.codeScores(t, q, c, p, s),
  'codeScores without preference': (t, [q, c], [s]) => kernel.codeScores(t, q, c, null, s),
  layerNorm: (t, [x]) => kernel.layerNorm(t, x),
  gelu: (t, [x]) => kernel.gelu(t, x),
  unitRows: (t, [x]) => kernel.unitRows(t, x),
  unitColumns: (t, [x]) => kernel.unitColumns(t, x),
  'selfAttention, causal': (t, [x]) => kernel.selfAttention(t, x, rows, heads, true),
  'selfAttention, bidirectional': (t, [x]) => kernel.selfAttention(t, x, rows, heads, false),
  crossAttention: (t, [q, m]) => kernel.crossAttention(t, q, m, rows, heads),
  softSymbols: (t, [x], [temperature]) => kernel.softSymbols(t, x, null, temperature, null),
  'softSymbols with noise': (t, [x], [temperature, noise]) => kernel.softSymbols(t, x, noise, temperature, null),
  'softSymbols, straight-through': (t, [x], [temperature, noise, hard]) => kernel.softSymbols(t, x, noise, temperature, hard),
  'chosenCodes, straight-through': (t, [q], [codes, chosen]) => chosenCodes(t, q, codes, chosen, 'straight-through'),
  'chosenCodes, rotation': (t, [q], [codes, chosen]) => chosenCodes(t, q, codes, chosen, 'rotation'),
  quantizationLoss: (t, [q, codes], [chosen]) => quantizationLoss(t, q, codes, chosen, { codebook: 1, commitment: 0.25 }),
  'quantizationLoss, commitment alone': (t, [q], [codes, chosen]) => quantizationLoss(t, q, t.constant(codes), chosen, { codebook: 0, commitment: 0.25 }),
  unevenUse: (t, [x]) => unevenUse(t, x),
  symbolCrossEntropy: (t, [x], [targets]) => symbolCrossEntropy(t, x, targets),
  projectedCrossEntropy: (t, [x, w], [targets, weights]) => kernel.projectedCrossEntropy(t, x, w, targets, weights, 0.1).loss,
  cosineDistance: (t, [x], [targets, weights]) => kernel.cosineDistance(t, x, targets, weights).loss,
  similarityLoss: (t, [u], [g]) => similarityLoss(t, u, g),
  weightedSum: (t, [a, b]) => kernel.weightedSum(t, [{ value: a, factor: op.constant(2) }, { value: b, factor: op.constant(-0.5) }]),
};

/** Value and gradients of every kernel. */
export function compareKernels(): void {
  const fixture = new Fixture('kernels');
  const compared = new Comparison('kernels');

  describe('a kernel has the value and the gradients of its formula', () => {
    it('every one of the fixture', () => {
      expect([...new Set(fixture.under('').map(({ name }) => name.slice(0, name.lastIndexOf('/'))))].sort()).toEqual(Object.keys(kernels).sort());
    });
    for (const [name, apply] of Object.entries(kernels))
      it(name, () =>
        tf.tidy(() => {
          const tensors = (part: string) => fixture.under(`${name}/${part}`).map(({ data, shape }) => tf.tensor(data, shape));
          const tape = new Tape(true);
          const inputs = tensors('input').map((tensor) => tape.parameter(tensor));
          const output = apply(tape, inputs, tensors('constant'));
          compared.same(output.tensor, fixture.array(`${name}/output0`), `${name}, value`);
          tape.backward(output, fixture.tensor(`${name}/given0`));
          inputs.forEach(({ gradient }, i) => compared.same(gradient as Tensor, fixture.array(`${name}/gradient${i}`), `${name}, gradient of input ${i}`));
        }),
      );
  });
}
