import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { measureBackend, measureSpeed, startBackend, tensorflowDirectory } from '../../../src-main/model/backend';
import { backendProduct } from '../../../src-main/model/matrix-product';
import { plainProduct } from '../../../src-main/evaluation/matrix-product';
import { backend } from './started-backend';

describe('the backend', () => {
  it('says what it is, and why not a better one', () => {
    expect(backend.name).toBe(tf.getBackend());
    expect(backend.description).toMatch(/^TensorFlow/);
    if (backend.name === 'tensorflow') expect(backend.note).toBeNull();
    else expect(backend.note).toContain('setup-tensorflow');
  });
  it('stays the one that was started', async () => {
    expect(await startBackend('auto')).toBe(backend);
    expect(await startBackend(backend.name)).toBe(backend);
    const other = backend.name === 'cpu' ? 'wasm' : 'cpu';
    await expect(startBackend(other)).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE', message: `This process computes with ${backend.name} already, it cannot change to ${other}.` });
  });
  it('has a speed', async () => {
    expect(await measureSpeed()).toBeGreaterThan(0.01);
    expect(await measureBackend(backend.name)).toMatchObject({ name: backend.name, available: true, detail: backend.description });
    await expect(measureBackend('quantum')).rejects.toThrow('quantum is no backend: expected tensorflow, wasm, cpu.');
  });
  it('keeps native TensorFlow where the set-up script puts it', () => {
    expect(tensorflowDirectory({ GLYPHSCOPE_TENSORFLOW: '/there' })).toBe('/there');
    expect(tensorflowDirectory({ XDG_CACHE_HOME: '/cache' })).toBe('/cache/glyphscope/tensorflow-2.21.0');
  });
  it('multiplies as the evaluation asks', async () => {
    const a = Float32Array.from({ length: 6 }, (_, i) => i - 2);
    const b = Float32Array.from({ length: 9 }, (_, i) => i / 2);
    expect(await backendProduct(a, 2, b, 3, 3)).toEqual(await plainProduct(a, 2, b, 3, 3));
  });
});
