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

  /**
   * One update of every weight that has a gradient.
   * @param time updates so far, this one included
   * @param gradientScale what to multiply the gradients with, from clipping
   */
  update(gradients: Record<string, Tensor>, o: { learningRate: number; time: number; gradientScale: number }): void {
    for (const [name, gradient] of Object.entries(gradients))
      tf.tidy(() => {
        const variable = this.#parameters.variable(name);
        const moments = this.#momentsOf(name);
        if (this.#weightDecay > 0 && this.#parameters.kind(name) === 'matrix') variable.subtract(o.learningRate * this.#weightDecay, variable.value());
        const clipped = o.gradientScale === 1 ? gradient : op.multiply(gradient, tf.scalar(o.gradientScale));
        adamUpdate(variable, moments, clipped, { learningRate: o.learningRate, beta1, beta2, epsilon, time: o.time });
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

/** Length of all gradients together, and 1 or what shortens it to `clip` (0: never). */
export async function gradientLength(gradients: Record<string, Tensor>, clip: number): Promise<{ norm: number; scale: number }> {
  const total = tf.tidy(() => op.squareRoot(op.addMany(Object.values(gradients).map(op.sumOfSquares))));
  const [norm] = await total.data<'float32'>();
  total.dispose();
  return { norm, scale: clip > 0 && norm > clip ? clip / norm : 1 };
}

/** θ_t ← m·θ_t + (1 − m)·θ_s for every weight of the teacher's projector, as in DINO. */
export function followStudent(parameters: Parameters, momentum: number): void {
  for (const name of parameters.names())
    if (name.startsWith('projector.'))
      tf.tidy(() => {
        const teacher = parameters.variable(`teacher.${name.slice('projector.'.length)}`);
        teacher.subtract(1 - momentum, op.subtract(teacher.value(), parameters.variable(name).value()));
      });
}

/** c ← m·c + (1 − m)·mean of the teacher's outputs (DINO's centring). */
export function followCentre(parameters: Parameters, mean: Tensor, momentum: number): void {
  tf.tidy(() => {
    const centre = parameters.variable('teacher.centre');
    centre.subtract(1 - momentum, op.subtract(centre.value(), mean));
  });
}
