import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it } from 'vitest';
import { followQueries, queryUse, revivalCandidates, startCodebook } from '../../../src-main/model/codebook';
import { RandomStream } from '../../../src-main/model/random';
import { smallStudent } from './small-student';
import './started-backend';

const [L, R, K, E] = [4, 6, 5, 3];
const random = new RandomStream(8, 'codes');
const queries = Float32Array.from({ length: L * R * E }, () => random.normal());
const chosen = Int32Array.from({ length: L * R }, (_, i) => (i % R) % 3); // codes 3 and 4 are never taken
const decay = 0.9;

function follow(student: ReturnType<typeof smallStudent>, candidates: Int32Array | null, codeRevival: number): void {
  tf.tidy(() =>
    followQueries(
      student.parameters,
      student.shape,
      queryUse(
        student.shape,
        tf.tensor3d(queries, [L, R, E]),
        tf.cast(tf.oneHot(tf.tensor2d(chosen, [L, R], 'int32'), K), 'float32'),
        candidates ? tf.cast(tf.oneHot(tf.tensor2d(candidates, [L, K], 'int32'), R), 'float32') : undefined,
      ),
      R,
      { codebookDecay: decay, codeRevival },
    ),
  );
}

const read = (student: ReturnType<typeof smallStudent>, name: string) => tf.tidy(() => student.parameters.variable(name).value().dataSync<'float32'>().slice());

for (const codebookUpdate of ['average', 'gradient'] as const)
  describe(`codes that follow by ${codebookUpdate}`, () => {
    const student = smallStudent('autoregressive', 1, { quantizer: 'vector', codebookUpdate, codeWidth: E });
    const codes = read(student, 'codes');
    afterEach(() => {
      tf.tidy(() => student.parameters.variable('codes').assign(tf.tensor3d(codes, [L, K, E])));
    });

    it('move as the formula says', () => {
      startCodebook(student.parameters, student.shape, R);
      follow(student, null, 0);
      const moved = read(student, 'codes');
      for (let j = 0; j < L; j++)
        for (let k = 0; k < K; k++) {
          const takers = Array.from({ length: R }, (_, r) => r).filter((r) => chosen[j * R + r] === k);
          const count = decay * (R / K) + (1 - decay) * takers.length;
          for (let e = 0; e < E; e++) {
            const at = (j * K + k) * E + e;
            const sum = decay * (R / K) * codes[at] + (1 - decay) * takers.reduce((total, r) => total + queries[(j * R + r) * E + e], 0);
            expect(moved[at]).toBeCloseTo(codebookUpdate === 'average' ? sum / count : codes[at], 3);
          }
        }
    });

    it('that are not taken come to life at the query named for them, the others stay', () => {
      startCodebook(student.parameters, student.shape, R);
      const candidates = Int32Array.from({ length: L * K }, (_, i) => i % R);
      for (let i = 0; i < 40; i++) follow(student, null, 0);
      const before = read(student, 'codes');
      follow(student, candidates, 0.1);
      const after = read(student, 'codes');
      const counts = read(student, 'codebook.counts');
      for (let j = 0; j < L; j++) {
        for (const k of [3, 4]) {
          const row = candidates[j * K + k];
          for (let e = 0; e < E; e++) expect(after[(j * K + k) * E + e]).toBeCloseTo(queries[(j * R + row) * E + e], 5);
          expect(counts[j * K + k]).toBeCloseTo(R / K, 5);
        }
        for (const k of [0, 1, 2]) for (let e = 0; e < E; e++) expect(after[(j * K + k) * E + e]).toBeCloseTo(before[(j * K + k) * E + e], 1);
      }
    });
  });

describe('rows for revived codes', () => {
  const { shape } = smallStudent('autoregressive', 1, { quantizer: 'vector', codeWidth: E });
  it('are different at a position while there are enough, and follow from the seed', () => {
    const drawn = revivalCandidates(shape, R, new RandomStream(1, 'revival', 7));
    for (let j = 0; j < L; j++) expect(new Set(drawn.subarray(j * K, (j + 1) * K)).size).toBe(K);
    expect(revivalCandidates(shape, R, new RandomStream(1, 'revival', 7))).toEqual(drawn);
    expect(revivalCandidates(shape, R, new RandomStream(1, 'revival', 8))).not.toEqual(drawn);
    expect(Math.max(...revivalCandidates(shape, 2, new RandomStream(1, 'revival', 7)))).toBeLessThan(2);
  });
});
