import * as tf from '@tensorflow/tfjs-core';
import * as op from '../model/operations';
import type { Tensor } from '../model/operations';
import { readVariable, writeVariable, type NamedArray, type Parameters } from '../model/parameters';
import { adamUpdate, makeVariable, type Moments } from '../model/variables';

const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-8;

/** AdamW (Loshchilov and Hutter 2019, algorithm 2): Adam with the decay of matrices decoupled from the gradient. */
export class AdamW {
  readonly #parameters: Parameters;
  readonly #moments = new Map<string, Moments>();
  readonly #weightDecay: number;

  constructor(parameters: Parameters, o: { weightDecay: number }) {
    this.#parameters = parameters;
    this.#weightDecay = o.weightDecay;
  }

  /** Makes what the updates of these weights need, zeros at first. */
  prepare(names: string[]): void {
    for (const name of names) this.#momentsOf(name);
  }

  /**
   * One update of every weight that has a gradient.
   * @param o scalars: learningRate; at update number t from 1, beta1Power = β₁ᵗ and beta2Power = β₂ᵗ; gradientScale,
   * what to multiply the gradients with, from clipping
   */
  update(gradients: Record<string, Tensor>, o: { learningRate: Tensor; beta1Power: Tensor; beta2Power: Tensor; gradientScale: Tensor }): void {
    tf.tidy(() => {
      const decay = op.scale(o.learningRate, this.#weightDecay);
      const scaledEpsilon = op.scale(op.squareRoot(op.subtract(op.constant(1), o.beta2Power)), epsilon);
      for (const [name, gradient] of Object.entries(gradients)) {
        const variable = this.#parameters.variable(name);
        if (this.#weightDecay > 0 && this.#parameters.kind(name) === 'matrix') variable.subtract(decay, variable.value());
        adamUpdate(variable, this.#momentsOf(name), op.multiply(gradient, o.gradientScale), { ...o, beta1, beta2, epsilon: scaledEpsilon });
      }
    });
  }

  #momentsOf(name: string): Moments {
    let moments = this.#moments.get(name);
    if (!moments) {
      const zeros = tf.zeros(this.#parameters.variable(name).shape);
      moments = { first: makeVariable(zeros), second: makeVariable(zeros) };
      zeros.dispose();
      this.#moments.set(name, moments);
    }
    return moments;
  }

  async read(): Promise<NamedArray[]> {
    const arrays: NamedArray[] = [];
    for (const [name, moments] of this.#moments)
      for (const part of ['first', 'second'] as const) arrays.push({ name: `${name}/${part}`, shape: moments[part].shape.slice(), data: await readVariable(moments[part]) });
    return arrays;
  }

  /** @throws CHECKPOINT_DAMAGED for an array of another shape */
  write(arrays: NamedArray[]): void {
    for (const array of arrays) {
      const cut = array.name.lastIndexOf('/');
      const part = array.name.slice(cut + 1) === 'first' ? 'first' : 'second';
      writeVariable(array.name, this.#momentsOf(array.name.slice(0, cut))[part], array);
    }
  }

  dispose(): void {
    for (const moments of this.#moments.values()) {
      moments.first.dispose();
      moments.second.dispose();
    }
    this.#moments.clear();
  }
}

/** β₁ᵗ and β₂ᵗ at update number t, from 1. */
export function betaPowers(time: number): { beta1Power: number; beta2Power: number } {
  return { beta1Power: beta1 ** time, beta2Power: beta2 ** time };
}

/** Length of all gradients together, and 1 or what shortens it to `clip` (0: never): scalars. */
export function gradientLength(gradients: Record<string, Tensor>, clip: number): { norm: Tensor; scale: Tensor } {
  const norm = tf.tidy(() => op.squareRoot(op.addMany(Object.values(gradients).map(op.sumOfSquares))));
  return { norm, scale: clip > 0 ? tf.tidy(() => op.divide(op.constant(clip), op.maximum(norm, op.constant(clip)))) : op.constant(1).clone() };
}

/** θ_t ← θ_t − share·(θ_t − θ_s), share = 1 − momentum a scalar, for every weight of the teacher's projector, as in DINO. */
export function followStudent(parameters: Parameters, share: Tensor): void {
  for (const name of parameters.names())
    if (name.startsWith('projector.'))
      tf.tidy(() => {
        const teacher = parameters.variable(`teacher.${name.slice('projector.'.length)}`);
        teacher.subtract(share, op.subtract(teacher.value(), parameters.variable(name).value()));
      });
}

/** c ← m·c + (1 − m)·mean of the teacher's outputs (DINO's centring). */
export function followCentre(parameters: Parameters, mean: Tensor, momentum: number): void {
  tf.tidy(() => {
    const centre = parameters.variable('teacher.centre');
    centre.subtract(op.constant(1 - momentum), op.subtract(centre.value(), mean));
  });
}
