import * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, it } from 'vitest';
import { scoreSymbols, writeSymbols } from '../../../src-main/model/descriptor';
import { interpretSymbols } from '../../../src-main/model/interpreter';
import { gumbelNoise } from '../../../src-main/model/losses';
import { WeightsInUse } from '../../../src-main/model/parameters';
import { withVectors } from '../../../src-main/model/quantizer';
import { RandomStream } from '../../../src-main/model/random';
import { Student } from '../../../src-main/model/student';
import { Tape } from '../../../src-main/model/tape';
import { kinds, randomFeatures, smallShape, smallStudent } from './small-student';
import './started-backend';

for (const kind of kinds)
  describe(`the ${kind} student`, () => {
    const student = smallStudent(kind);
    const { length: L, vocabulary: K, featureWidth: Z, channels: C } = student.shape;
    const features = randomFeatures(5);
    afterAll(() => student.dispose());

    it('describes: L symbols of K with probabilities, an embedding, and the likeliest alternatives first', async () => {
      const { symbols, probabilities, embeddings, alternatives } = await student.describe(features, { alternatives: true });
      expect([symbols.length, probabilities.length, embeddings.length]).toEqual([5 * L, 5 * L, 5 * Z]);
      expect(Math.max(...symbols)).toBeLessThan(K);
      for (let b = 0; b < 5; b++)
        for (let j = 0; j < L; j++) {
          const listed = alternatives![b][j];
          expect(listed[0]).toEqual({ symbol: symbols[b * L + j], probability: probabilities[b * L + j] });
          expect(listed.map(({ probability }) => probability)).toEqual(listed.map(({ probability }) => probability).sort((p, q) => q - p));
          expect(listed.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 4); // K = 5 < 8: all of them
        }
    });

    it('an image is described alike whatever else is in its batch', async () => {
      const all = await student.describe(features);
      const [one] = [await student.describe(features.slice(2 * Z, 3 * Z))];
      expect(one.symbols).toEqual(all.symbols.slice(2 * L, 3 * L));
      one.embeddings.forEach((value, i) => expect(value).toBeCloseTo(all.embeddings[2 * Z + i], 4));
    });

    it('what it reads in its own symbols is the embedding of the description', async () => {
      const { symbols, embeddings } = await student.describe(features);
      const read = await student.interpret(symbols, 5, L);
      read.forEach((value, i) => expect(value).toBeCloseTo(embeddings[i], 4));
    });

    it('a prefix means the same whatever follows it', async () => {
      const [a, b] = [Uint16Array.of(1, 4, 0, 2), Uint16Array.of(1, 4, 3, 3)];
      const prefix = await student.interpret(Uint16Array.of(1, 4), 1, 2);
      const readAt2 = (symbols: Uint16Array) =>
        tf.tidy(() => {
          const weights = new WeightsInUse(new Tape(false), student.parameters);
          const oneHot = tf.cast(tf.oneHot(tf.tensor2d(Array.from(symbols), [L, 1], 'int32'), K), 'float32');
          return tf.slice(interpretSymbols(weights, student.shape, withVectors(weights, student.shape, weights.tape.constant(oneHot))).tensor, [1, 0], [1, C]).dataSync();
        });
      for (const whole of [a, b]) readAt2(whole).forEach((value, i) => expect(value).toBeCloseTo(prefix[i], 5));
      expect(await student.interpret(a, 1, 4)).not.toEqual(await student.interpret(b, 1, 4));
    });

    it('embeddings by prefix are those of the shorter sequences', async () => {
      const { symbols } = await student.describe(features);
      const by = await student.embedPrefixes(features, [1, 3]);
      for (const length of [1, 3]) {
        const cut = Uint16Array.from({ length: 5 * length }, (_, i) => symbols[Math.floor(i / length) * L + (i % length)]);
        const read = await student.interpret(cut, 5, length);
        by.get(length)!.forEach((value, i) => expect(value).toBeCloseTo(read[i], 4));
      }
    });

    it('goes on from the symbols it is given, with their own probabilities', async () => {
      const own = await student.describe(features);
      const again = await student.describe(features, { given: own.symbols });
      expect(again.symbols).toEqual(own.symbols);
      again.probabilities.forEach((p, i) => expect(p).toBeCloseTo(own.probabilities[i], 5));
      // The first position is given alone: its probability is that of the given symbol, and what follows is what the student writes after it.
      const other = Uint16Array.from({ length: 5 }, (_, b) => (own.symbols[b * L] + 1) % K);
      const led = await student.describe(features, { given: other, alternatives: true });
      for (let b = 0; b < 5; b++) {
        expect(led.symbols[b * L]).toBe(other[b]);
        expect(led.probabilities[b * L]).toBeCloseTo(led.alternatives![b][0].find(({ symbol }) => symbol === other[b])!.probability, 5);
        for (let j = 1; j < L; j++) expect(led.symbols[b * L + j]).toBe(led.alternatives![b][j][0].symbol);
      }
      const read = await student.interpret(led.symbols, 5, L);
      led.embeddings.forEach((value, i) => expect(value).toBeCloseTo(read[i], 4));
      await expect(student.describe(features, { given: new Uint16Array(5).fill(K) })).rejects.toThrow(`Symbol ${K} is not in this run's vocabulary`);
      await expect(student.describe(features, { given: new Uint16Array(7) })).rejects.toThrow('1 to 4 symbols, not 1.4');
    });

    it('reads mixtures: one-hot ones as symbols, and weights that are none are refused', async () => {
      const mixtures = new Float32Array(2 * K);
      mixtures[3] = mixtures[K + 1] = 1;
      const read = await student.interpret(Uint16Array.of(3, 1), 1, 2);
      (await student.readMixtures(mixtures)).forEach((value, i) => expect(value).toBeCloseTo(read[i], 5));
      mixtures[3] = mixtures[4] = 0.5;
      expect((await student.readMixtures(mixtures)).some((value, i) => Math.abs(value - read[i]) > 1e-3)).toBe(true);
      mixtures[4] = 0;
      await expect(student.readMixtures(mixtures)).rejects.toThrow('The weights of position 1 have the sum 0.5, not 1.');
      await expect(student.readMixtures(new Float32Array(K - 1))).rejects.toThrow('no weights of 5 symbols at 1 to 4 positions');
    });

    it('symbol j depends on the feature and the symbols before it alone', () => {
      tf.tidy(() => {
        const weights = new WeightsInUse(new Tape(false), student.parameters);
        const x = student.normalise(tf.tensor2d(features, [5, Z]));
        const sequences = (last: number) => tf.cast(tf.oneHot(tf.tensor2d(Array.from({ length: L }, (_, j) => Array.from({ length: 5 }, () => (j === L - 1 ? last : j))), [L, 5], 'int32'), K), 'float32');
        const [one, other] = [0, 3].map((last) => scoreSymbols(weights, student.shape, { x }, sequences(last)).logits.tensor.dataSync());
        expect(other).toEqual(one); // no logit looks at the last symbol
        const early = tf.concat([tf.cast(tf.oneHot(tf.fill([1, 5], 4, 'int32'), K), 'float32'), tf.slice(sequences(0), [1, 0, 0])]);
        const changed = scoreSymbols(weights, student.shape, { x }, early).logits.tensor.dataSync();
        expect(changed.slice(0, 5 * K)).toEqual(one.slice(0, 5 * K));
        expect(changed.slice(5 * K)).not.toEqual(one.slice(5 * K));
      });
    });

    for (const softTemperature of [null, 0.8])
      it(`one pass over ${softTemperature ? 'soft mixtures' : 'hard symbols'} gives the logits that they were written from`, () => {
        tf.tidy(() => {
          const weights = new WeightsInUse(new Tape(false), student.parameters);
          const x = student.normalise(tf.tensor2d(features, [5, Z]));
          const noise = gumbelNoise(tf.tensor3d(new RandomStream(9, 'noise').uniforms(L * 5 * K), [L, 5, K]), 1);
          const written = writeSymbols(weights, student.shape, { x }, { noise, softTemperature: softTemperature === null ? null : tf.scalar(softTemperature) });
          const again = scoreSymbols(weights, student.shape, { x }, written.symbols).logits.tensor.dataSync();
          written.logits.dataSync().forEach((value, i) => expect(value).toBeCloseTo(again[i], 3));
          if (softTemperature === null) expect(new Set(written.symbols.dataSync())).toEqual(new Set([0, 1]));
        });
      });

    it('describing and interpreting leave no tensor behind', async () => {
      await student.describe(features);
      const before = tf.memory().numTensors;
      await student.describe(features, { alternatives: true });
      await student.interpret(Uint16Array.of(0, 1), 1, 2);
      await student.describe(features, { given: new Uint16Array(10) });
      await student.readMixtures(Float32Array.of(1, 0, 0, 0, 0));
      await student.embedPrefixes(features, [1, 2]);
      await student.centred(features);
      expect(tf.memory().numTensors).toBe(before);
    });

    it('refuses foreign symbols, lengths and features, naming what is allowed', async () => {
      await expect(student.interpret(Uint16Array.of(K), 1, 1)).rejects.toThrow(`Symbol ${K} is not in this run's vocabulary of ${K}, 0 to ${K - 1}.`);
      await expect(student.interpret(new Uint16Array(9), 1, 9)).rejects.toThrow(`1 to ${L} symbols, not 9`);
      await expect(student.describe(new Float32Array(Z + 1))).rejects.toThrow('no features of width 8');
      await expect(student.describe(new Float32Array(Z).fill(NaN))).rejects.toThrow('not a number');
    });
  });

describe('a residual student without training', () => {
  it('writes the nearest codes of what is left over, and reads their sum', async () => {
    const student = Student.create(smallShape('residual'), 4, { trainable: false });
    const { length: L, vocabulary: K, featureWidth: Z, channels: C } = student.shape;
    const identity = tf.eye(Z, C);
    student.parameters.variable('feature.map').assign(identity);
    const codes = (await student.parameters.read('codes'))[0].data;
    const features = randomFeatures(3);
    const { symbols, embeddings } = await student.describe(features);
    for (let b = 0; b < 3; b++) {
      const length = Math.hypot(...features.subarray(b * Z, (b + 1) * Z));
      const left = Array.from(features.subarray(b * Z, (b + 1) * Z), (value) => value / length);
      const sum = new Array<number>(Z).fill(0); // nothing in the channels after C
      for (let j = 0; j < L; j++) {
        const code = (k: number) => Array.from(codes.subarray((j * K + k) * C, (j * K + k + 1) * C));
        const distance = (k: number) => code(k).reduce((total, value, d) => total + (left[d] - value) ** 2, 0);
        const nearest = Array.from({ length: K }, (_, k) => k).sort((p, q) => distance(p) - distance(q))[0];
        expect(symbols[b * L + j]).toBe(nearest);
        code(nearest).forEach((value, d) => {
          left[d] -= value;
          sum[d] += value;
        });
      }
      sum.forEach((value, d) => expect(embeddings[b * Z + d]).toBeCloseTo(value, 4));
    }
    student.dispose();
    identity.dispose();
  });
});

describe('weights', () => {
  it('follow from the seed alone', async () => {
    const read = async (seed: number) => {
      const student = Student.create(smallShape('residual'), seed, { trainable: true });
      const arrays = await student.parameters.read();
      student.dispose();
      return arrays;
    };
    expect(await read(7)).toEqual(await read(7));
    expect(await read(8)).not.toEqual(await read(7));
  });

  it('of another shape, or missing, are refused by name', async () => {
    const student = smallStudent('residual');
    const arrays = await student.parameters.read();
    const wrong = arrays.map((array) => (array.name === 'codes' ? { ...array, shape: [1, 2], data: new Float32Array(2) } : array));
    expect(() => student.parameters.write(wrong)).toThrow('The weight codes has the shape [1, 2], expected [4, 5, 6].');
    expect(() => student.parameters.write(arrays.filter(({ name }) => name !== 'codes'))).toThrow('The checkpoint lacks the weight codes.');
    student.dispose();
  });

  it('are freed with the student', () => {
    const before = tf.memory().numTensors;
    smallStudent('residual').dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
