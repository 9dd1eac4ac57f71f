import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { quantizationLoss } from '../../../src-main/model/code-kernels';
import { RandomStream } from '../../../src-main/model/random';
import { residualSymbols, symbolCrossEntropy, unevenUse } from '../../../src-main/model/symbol-losses';
import { Tape } from '../../../src-main/model/tape';
import './started-backend';

/** The losses on symbols and codes as loops over positions, rows and symbols in double precision. */

const [L, R, K, E] = [3, 7, 5, 4];
const random = new RandomStream(9, 'codes');
const numbers = (count: number) => Float32Array.from({ length: count }, () => 2 * random.normal());
const logits = numbers(L * R * K);
const queries = numbers(L * R * E);
const codes = numbers(L * K * E);
const chosen = Int32Array.from({ length: L * R }, () => random.below(K));
const oneHot = Float32Array.from({ length: L * R * K }, (_, i) => Number(chosen[Math.floor(i / K)] === i % K));

const probability = (j: number, r: number, k: number): number => {
  const row = Array.from(logits.subarray((j * R + r) * K, (j * R + r + 1) * K), Math.exp);
  return row[k] / row.reduce((a, b) => a + b, 0);
};
const squaredDistance = (a: Float32Array | number[], b: Float32Array): number => Array.from(a, (value, e) => (value - b[e]) ** 2).reduce((x, y) => x + y, 0);
const codeOf = (j: number, k: number): Float32Array => codes.subarray((j * K + k) * E, (j * K + k + 1) * E);
const tape = new Tape(false);
const valueOf = (make: () => tf.Tensor): number => tf.tidy(() => make().dataSync()[0]);

describe('losses on symbols', () => {
  it('uneven use: the mean over positions of ln K + Σ_k p̄ ln p̄', () => {
    let total = 0;
    for (let j = 0; j < L; j++) {
      total += Math.log(K);
      for (let k = 0; k < K; k++) {
        let mean = 0;
        for (let r = 0; r < R; r++) mean += probability(j, r, k) / R;
        total += mean * Math.log(mean);
      }
    }
    expect(valueOf(() => unevenUse(tape, tape.constant(tf.tensor3d(logits, [L, R, K]))).tensor)).toBeCloseTo(total / L, 5);
  });

  it('imitation: the mean of −ln p of the symbol to imitate', () => {
    let total = 0;
    for (let j = 0; j < L; j++) for (let r = 0; r < R; r++) total -= Math.log(probability(j, r, chosen[j * R + r]));
    expect(valueOf(() => symbolCrossEntropy(tape, tape.constant(tf.tensor3d(logits, [L, R, K])), tf.tensor3d(oneHot, [L, R, K])).tensor)).toBeCloseTo(total / (L * R), 5);
  });

  it('codebook and commitment: the mean of (codebook + commitment)·(q − e)² over all numbers', () => {
    let total = 0;
    for (let j = 0; j < L; j++) for (let r = 0; r < R; r++) total += squaredDistance(queries.subarray((j * R + r) * E, (j * R + r + 1) * E), codeOf(j, chosen[j * R + r]));
    const loss = (codebook: number) =>
      valueOf(() => quantizationLoss(tape, tape.constant(tf.tensor3d(queries, [L, R, E])), tape.constant(tf.tensor3d(codes, [L, K, E])), tf.tensor3d(oneHot, [L, R, K]), { codebook, commitment: 0.25 }).tensor);
    expect(loss(1)).toBeCloseTo((1.25 * total) / (L * R * E), 4);
    expect(loss(0)).toBeCloseTo((0.25 * total) / (L * R * E), 4);
  });

  it('residual symbols: at each position the code nearest to what those before leave over', () => {
    const points = numbers(R * E);
    const found = tf.tidy(() => residualSymbols(tf.tensor2d(points, [R, E]), tf.tensor3d(codes, [L, K, E])).dataSync());
    for (let r = 0; r < R; r++) {
      const left = Array.from(points.subarray(r * E, (r + 1) * E));
      for (let j = 0; j < L; j++) {
        let nearest = 0;
        for (let k = 1; k < K; k++) if (squaredDistance(left, codeOf(j, k)) < squaredDistance(left, codeOf(j, nearest))) nearest = k;
        expect(Array.from(found.subarray((j * R + r) * K, (j * R + r + 1) * K)).indexOf(1)).toBe(nearest);
        left.forEach((_, e) => (left[e] -= codeOf(j, nearest)[e]));
      }
    }
  });
});
