import * as tf from '@tensorflow/tfjs-core';
import * as op from './operations';
import type { Tensor } from './operations';

/**
 * Tensors that change in place: weights and the optimizer's state. On native TensorFlow they are resource variables,
 * whose update is one fused pass over memory; elsewhere TensorFlow.js tensors that are replaced.
 */
export interface Variable {
  readonly shape: number[];
  /** What it holds now. Never dispose of it; use it before the next assignment. */
  value(): Tensor;
  /** Takes the value of a tensor of the same shape; the caller keeps the tensor. */
  assign(value: Tensor): void;
  /** this ← this − factor · delta, the factor a scalar. */
  subtract(factor: Tensor, delta: Tensor): void;
  dispose(): void;
}

/** Adam's moments of one variable. */
export interface Moments {
  first: Variable;
  second: Variable;
}

export interface AdamOptions {
  /** Scalars that change from step to step: the rate and, at update number t from 1, β₁ᵗ, β₂ᵗ and ε·√(1 − β₂ᵗ). */
  learningRate: Tensor;
  beta1Power: Tensor;
  beta2Power: Tensor;
  epsilon: Tensor;
  beta1: number;
  beta2: number;
}

export function makeVariable(initial: Tensor): Variable {
  return op.nativeOperations() ? new NativeVariable(initial) : new PlainVariable(initial);
}

/**
 * One Adam update (Kingma and Ba 2015, algorithm 1): w ← w − rate · m̂ / (√v̂ + ε), in the order of operations of its
 * section 2: rate·√(1 − β₂ᵗ)/(1 − β₁ᵗ) · m / (√v + ε·√(1 − β₂ᵗ)).
 */
export function adamUpdate(variable: Variable, moments: Moments, gradient: Tensor, o: AdamOptions): void {
  if (variable instanceof NativeVariable && moments.first instanceof NativeVariable && moments.second instanceof NativeVariable) {
    variable.adam(moments.first, moments.second, gradient, o);
    return;
  }
  tf.tidy(() => {
    moments.first.subtract(tf.scalar(1 - o.beta1), op.subtract(moments.first.value(), gradient));
    moments.second.subtract(tf.scalar(1 - o.beta2), op.subtract(moments.second.value(), op.square(gradient)));
    const one = op.constant(1);
    const rate = op.multiply(o.learningRate, op.divide(op.squareRoot(op.subtract(one, o.beta2Power)), op.subtract(one, o.beta1Power)));
    variable.subtract(rate, op.divide(moments.first.value(), op.add(op.squareRoot(moments.second.value()), o.epsilon)));
  });
}

class PlainVariable implements Variable {
  #tensor: Tensor;

  constructor(initial: Tensor) {
    this.#tensor = tf.keep(initial.clone());
  }

  get shape(): number[] {
    return this.#tensor.shape;
  }

  value(): Tensor {
    return this.#tensor;
  }

  assign(value: Tensor): void {
    tf.util.assertShapesMatch(value.shape, this.shape, 'variable: ');
    const before = this.#tensor;
    this.#tensor = tf.keep(value.clone());
    before.dispose();
  }

  subtract(factor: Tensor, delta: Tensor): void {
    tf.tidy(() => this.assign(op.subtract(this.#tensor, op.multiply(delta, factor))));
  }

  dispose(): void {
    this.#tensor.dispose();
  }
}

/** The operations on resource variables of the TensorFlow C API (core/ops/resource_variable_ops.cc, training_ops.cc). */
class NativeVariable implements Variable {
  readonly #handle: Tensor;

  constructor(initial: Tensor) {
    this.shape = initial.shape.slice();
    this.#handle = tf.keep(native().makeVariable(initial.shape));
    this.assign(initial);
  }

  readonly shape: number[];

  value(): Tensor {
    return native().readVariable(this.#handle);
  }

  assign(value: Tensor): void {
    tf.util.assertShapesMatch(value.shape, this.shape, 'variable: ');
    // A copy of its own: assigning shares the buffer, and an in-place update must not reach into another tensor.
    tf.tidy(() => native().assignVariable(this.#handle, op.add(value, op.constant(0))));
  }

  subtract(factor: Tensor, delta: Tensor): void {
    native().update('ResourceApplyGradientDescent', [this.#handle, factor, delta]);
  }

  adam(first: NativeVariable, second: NativeVariable, gradient: Tensor, o: AdamOptions): void {
    tf.tidy(() => {
      native().updateAdam([this.#handle, first.#handle, second.#handle, o.beta1Power, o.beta2Power, o.learningRate, op.constant(o.beta1), op.constant(o.beta2), o.epsilon, gradient]);
    });
  }

  dispose(): void {
    native().destroyVariable(this.#handle);
    this.#handle.dispose();
  }
}

function native(): op.NativeOperations {
  const operations = op.nativeOperations();
  if (!operations) throw new Error('a native variable outlived its backend');
  return operations;
}
