import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from './operations';

type Tensors = Record<string, Tensor>;

/** A computation on tensors and variables that always runs the same operations. */
export interface Traced<I extends Partial<Tensors>, O extends Partial<Tensors>> {
  run(inputs: I): O;
  dispose(): void;
}

export function traced<I extends Partial<Tensors>, O extends Partial<Tensors>>(compute: (inputs: I) => O): Traced<I, O> {
  return { run: (inputs) => tf.tidy(() => compute(inputs)), dispose: () => undefined };
}
