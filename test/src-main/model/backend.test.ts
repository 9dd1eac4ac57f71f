import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { backendNames } from '../../../src-main/contract/config';
import { plainProduct } from '../../../src-main/evaluation/matrix-product';
import { measureSpeed, startBackend } from '../../../src-main/model/backend';
import { backendProduct } from '../../../src-main/model/matrix-product';
import { backend } from './started-backend';

describe('the backend', () => {
  it('says what it is, and why not a better one', () => {
    expect(tf.getBackend()).toBe(backend.name === 'tensorflow-gpu' ? 'tensorflow' : backend.name);
    expect(backend.description).toMatch(/^TensorFlow/);
    expect(backend.missed.map((reason) => reason.split(':')[0])).toEqual(backendNames.slice(0, backendNames.indexOf(backend.name)));
    if (backend.note !== null) expect(backend.note).toContain('setup-compute'); // what cannot be had here is no reason for a note
  });
  it('stays the one that was started', async () => {
    expect(await startBackend('auto')).toBe(backend);
    expect(await startBackend(backend.name)).toBe(backend);
    expect(await startBackend([backend.name, 'cpu'])).toBe(backend);
    const other = backend.name === 'cpu' ? 'wasm' : 'cpu';
    await expect(startBackend(other)).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE', message: `This process computes with ${backend.name} already, it cannot change to ${other}.` });
  });
  it('has a speed', async () => {
    expect(await measureSpeed()).toBeGreaterThan(0.01);
  });
  it('multiplies as the evaluation asks', async () => {
    const a = Float32Array.from({ length: 6 }, (_, i) => i - 2);
    const b = Float32Array.from({ length: 9 }, (_, i) => i / 2);
    expect(await backendProduct(a, 2, b, 3, 3)).toEqual(await plainProduct(a, 2, b, 3, 3));
    const [n, m, d] = [37, 75, 19]; // computed as 40 × 80 × 20
    const [c, e] = [n, m].map((rows) => Float32Array.from({ length: rows * d }, (_, i) => (i % 17) - 8)); // exact in every order
    expect(await backendProduct(c, n, e, m, d)).toEqual(await plainProduct(c, n, e, m, d));
  });
});
