import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { presetConfig } from '../../../src-main/contract/presets';
import { adamUpdate, makeVariable } from '../../../src-main/model/variables';
import { Batches, byViewFirst, stampOf } from '../../../src-main/training/batches';
import { huesOf } from '../../../src-main/training/hues';
import { gradientLength } from '../../../src-main/training/optimizer';
import { cosine, linear, schedules, warmedCosine } from '../../../src-main/training/schedules';
import '../model/started-backend';

describe('schedules', () => {
  it('have a value for every step of every preset', () => {
    for (const preset of ['tiny', 'small', 'base', 'paper'] as const) {
      const config = presetConfig(preset);
      for (const values of Object.values(schedules(config))) expect(values).toHaveLength(config.steps);
    }
  });
  it('begin and end where they should', () => {
    const fall = cosine(5, 1, 0.5);
    expect([fall[0], fall[2], fall[4]]).toEqual([1, 0.75, 0.5]);
    const rate = warmedCosine(10, 4, 1, 0.01);
    expect(Array.from(rate.subarray(0, 5))).toEqual([0.25, 0.5, 0.75, 1, 1]);
    expect(rate[9]).toBeCloseTo(0.01, 6);
    expect(Array.from(warmedCosine(2, 10, 1, 0))).toEqual([0.5, 1]);
    expect(Array.from(linear(4, 2, 0, 1))).toEqual([0, 0.5, 1, 1]);
    expect(Array.from(cosine(1, 3, 1))).toEqual([3]);
  });
});

describe('batches', () => {
  const slots = Int32Array.from({ length: 10 }, (_, i) => 100 + i);
  it('hold every image at most once an epoch, in an order that seed and epoch decide', () => {
    const batches = new Batches(slots, { batch: 3, seed: 5 });
    expect(batches.perEpoch).toBe(3);
    const epoch = (n: number) => [0, 1, 2].flatMap((i) => Array.from(batches.at(3 * n + i)));
    expect(new Set(epoch(0)).size).toBe(9);
    expect(epoch(0).every((slot) => slot >= 100 && slot < 110)).toBe(true);
    expect(epoch(1)).not.toEqual(epoch(0));
    expect(Array.from(new Batches(slots, { batch: 3, seed: 5 }).at(4))).toEqual(Array.from(batches.at(4)));
    expect(new Batches(slots, { batch: 3, seed: 6 }).at(0)).not.toEqual(batches.at(0));
  });
  it('put views first', () => {
    // two images, three stored views of width 2, of which two are used
    const stored = Float32Array.of(0, 0, 1, 1, 2, 2, 10, 10, 11, 11, 12, 12);
    expect(Array.from(byViewFirst(stored, 2, 2, 3, 2))).toEqual([0, 0, 10, 10, 1, 1, 11, 11]);
  });
  it('are known by a stamp of their images', () => {
    expect(stampOf(slots)).toBe(stampOf(slots.slice()));
    expect(stampOf(slots)).not.toBe(stampOf(slots.slice(1)));
  });
});

describe('Adam', () => {
  it('is algorithm 1 of its paper', () => {
    const variable = makeVariable(tf.tensor1d([1, -2]));
    const moments = { first: makeVariable(tf.zeros([2])), second: makeVariable(tf.zeros([2])) };
    const [beta1, beta2, rate] = [0.9, 0.999, 0.1];
    const [w, m, v] = [[1, -2], [0, 0], [0, 0]];
    for (let time = 1; time <= 5; time++) {
      const gradient = [0.5 * time, -3e-7]; // one so small that ε counts
      tf.tidy(() => adamUpdate(variable, moments, tf.tensor1d(gradient), { learningRate: tf.scalar(rate), beta1Power: tf.scalar(beta1 ** time), beta2Power: tf.scalar(beta2 ** time), epsilon: tf.scalar(1e-8 * Math.sqrt(1 - beta2 ** time)), beta1, beta2 }));
      gradient.forEach((g, i) => {
        m[i] = beta1 * m[i] + (1 - beta1) * g;
        v[i] = beta2 * v[i] + (1 - beta2) * g * g;
        w[i] -= (rate * (m[i] / (1 - beta1 ** time))) / (Math.sqrt(v[i] / (1 - beta2 ** time)) + 1e-8);
      });
    }
    const values = tf.tidy(() => variable.value().dataSync());
    w.forEach((value, i) => expect(values[i]).toBeCloseTo(value, 4));
  });

  it('changes a variable without reaching into a tensor that it was made from or read into', () => {
    tf.tidy(() => {
      const initial = tf.tensor1d([1, 2]);
      const variable = makeVariable(initial);
      const read = variable.value().clone();
      variable.subtract(tf.scalar(1), tf.tensor1d([1, 1]));
      expect(Array.from(initial.dataSync())).toEqual([1, 2]);
      expect(Array.from(read.dataSync())).toEqual([1, 2]);
      expect(Array.from(variable.value().dataSync())).toEqual([0, 1]);
      expect(() => variable.assign(tf.tensor1d([1, 2, 3]))).toThrow('Shapes');
      variable.dispose();
    });
  });
});

describe('clipping', () => {
  it('measures all gradients together and shortens only what is too long', () => {
    const gradients = { a: tf.tensor1d([3]), b: tf.tensor2d([[0, 4]]) };
    const measured = (clip: number) => {
      const { norm, scale } = gradientLength(gradients, clip);
      return [norm.dataSync()[0], scale.dataSync()[0]];
    };
    expect(measured(10)).toEqual([5, 1]);
    expect(measured(1)).toEqual([5, Math.fround(0.2)]);
    expect(measured(0)).toEqual([5, 1]);
  });
});

describe('hues', () => {
  it('are spread over the circle, near for rows that point the same way', () => {
    const rows = 12;
    const embeddings = new Float32Array(rows * 3);
    for (let i = 0; i < rows; i++) embeddings.set([3 * Math.cos((2 * Math.PI * i) / rows), 2 * Math.sin((2 * Math.PI * i) / rows), 0.01 * (i % 2)], i * 3);
    const hues = huesOf(embeddings, 3);
    expect([...hues].sort((a, b) => a - b)).toEqual(Array.from({ length: rows }, (_, i) => (360 * i) / rows));
    for (let i = 0; i < rows; i++) {
      const apart = Math.abs(hues[i] - hues[(i + 1) % rows]);
      expect(Math.min(apart, 360 - apart)).toBeCloseTo(30, 4);
    }
  });
  it('are numbers even where all rows are equal', () => {
    expect(huesOf(new Float32Array(6).fill(1), 2).every(Number.isFinite)).toBe(true);
  });
});
