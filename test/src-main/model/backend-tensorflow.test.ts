import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { readInAnotherThread } from '../../../src-main/model/backend-tensorflow';
import './started-backend';

type Native = Parameters<typeof readInAnotherThread>[0];
const backend = tf.backend() as unknown as Native;

// What a GPU's tensors are read by; where they lie makes no difference to it.
it.skipIf(!backend.binding?.readTensor)('a tensor read in another thread has the same values, also when it is deleted meanwhile', async () => {
  const { read } = backend;
  readInAnotherThread(backend);
  try {
    const tensors = [tf.linspace(0, 1, 1000), tf.range(0, 70, 3, 'int32'), tf.less(tf.tensor1d([1, 5, 2]), tf.scalar(3)), tf.tensor2d([[1.5, 2]]), tf.square(tf.scalar(7))];
    const expected = tensors.map((tensor) => tensor.dataSync());
    for (const round of [1, 2]) {
      const values = tensors.map((tensor) => tensor.data());
      if (round === 2) tf.dispose(tensors);
      expect(await Promise.all(values)).toEqual(expected);
    }
    const many = Array.from({ length: 200 }, (_, i) => tf.tidy(() => tf.square(tf.scalar(i))).data());
    expect((await Promise.all(many)).map(([value]) => value)).toEqual(Array.from({ length: 200 }, (_, i) => i * i));
  } finally {
    backend.read = read;
  }
});
