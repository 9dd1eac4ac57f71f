import * as tf from '@tensorflow/tfjs-core';
import { GlyphscopeError } from '../contract/errors';
import type { Tensor } from './operations';
import type { RandomStream } from './random';
import { Tape, Value } from './tape';
import { makeVariable, type Variable } from './variables';

/** A named array as it is stored. */
export interface NamedArray {
  name: string;
  shape: number[];
  data: Float32Array;
}

/** How a weight is treated in training: `matrix` decays, `plain` does not, `fixed` has no gradient. */
export type ParameterKind = 'matrix' | 'plain' | 'fixed';

/** The named weights of a student. */
export class Parameters {
  readonly #variables = new Map<string, Variable>();
  readonly #kinds = new Map<string, ParameterKind>();

  add(name: string, shape: number[], data: Float32Array, kind: ParameterKind): void {
    if (this.#variables.has(name)) throw new Error(`two weights are named ${name}`);
    const initial = tf.tensor(data, shape);
    this.#variables.set(name, makeVariable(initial));
    initial.dispose();
    this.#kinds.set(name, kind);
  }

  /** A matrix [rows, columns] with normal entries of variance gain² / rows; gain 0 gives zeros. */
  addMatrix(name: string, rows: number, columns: number, random: RandomStream, gain = 1): void {
    const data = new Float32Array(rows * columns);
    if (gain > 0) for (let i = 0; i < data.length; i++) data[i] = (random.normal() * gain) / Math.sqrt(rows);
    this.add(name, [rows, columns], data, 'matrix');
  }

  addZeros(name: string, shape: number[]): void {
    this.add(name, shape, new Float32Array(shape.reduce((a, b) => a * b, 1)), 'plain');
  }

  names(): string[] {
    return [...this.#variables.keys()];
  }

  /** No gradient any more for the weights whose name begins with a prefix. */
  freeze(prefix: string): void {
    for (const name of this.#kinds.keys()) if (name.startsWith(prefix)) this.#kinds.set(name, 'fixed');
  }

  kind(name: string): ParameterKind {
    return this.#kinds.get(name) ?? 'fixed';
  }

  variable(name: string): Variable {
    const variable = this.#variables.get(name);
    if (!variable) throw new Error(`no weight is named ${name}`);
    return variable;
  }

  /** Gives a weight new values. @throws where their number is not its size */
  assign(name: string, values: Float32Array): void {
    const variable = this.variable(name);
    tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
  }

  /** Numbers in all of them. */
  count(): number {
    return [...this.#variables.values()].reduce((sum, variable) => sum + variable.shape.reduce((a, b) => a * b, 1), 0);
  }

  /** Copies of all whose name begins with a prefix. */
  async read(prefix = ''): Promise<NamedArray[]> {
    const arrays: NamedArray[] = [];
    for (const [name, variable] of this.#variables) if (name.startsWith(prefix)) arrays.push({ name, shape: variable.shape.slice(), data: await readVariable(variable) });
    return arrays;
  }

  /**
   * Takes stored values; names that are not stored keep theirs only when `optional` says so.
   * @throws CHECKPOINT_DAMAGED naming a weight that is missing or has another shape
   */
  write(arrays: NamedArray[], optional: (name: string) => boolean = () => false): void {
    const stored = new Map(arrays.map((array) => [array.name, array]));
    for (const [name, variable] of this.#variables) {
      const array = stored.get(name);
      if (!array) {
        if (optional(name)) continue;
        throw new GlyphscopeError('CHECKPOINT_DAMAGED', `The checkpoint lacks the weight ${name}.`, { subject: name });
      }
      writeVariable(name, variable, array);
    }
  }

  dispose(): void {
    for (const variable of this.#variables.values()) variable.dispose();
    this.#variables.clear();
  }
}

/** A copy of what a variable holds. */
export async function readVariable(variable: Variable): Promise<Float32Array> {
  const value = tf.tidy(() => variable.value().clone());
  const data = (await value.data()) as Float32Array;
  value.dispose();
  return data.slice();
}

/** @throws CHECKPOINT_DAMAGED when the stored array has another shape */
export function writeVariable(name: string, variable: Variable, array: NamedArray): void {
  if (array.shape.join() !== variable.shape.join())
    throw new GlyphscopeError('CHECKPOINT_DAMAGED', `The weight ${name} has the shape [${array.shape.join(', ')}], expected [${variable.shape.join(', ')}].`, { subject: name });
  tf.tidy(() => variable.assign(tf.tensor(array.data, array.shape)));
}

/**
 * The weights as one pass over a tape uses them: all are read when it is made, inside the tf.tidy of the whole pass, and
 * have their gradients afterwards.
 */
export class WeightsInUse {
  readonly #values = new Map<string, Value>();

  constructor(
    readonly tape: Tape,
    parameters: Parameters,
  ) {
    for (const name of parameters.names()) {
      const tensor = parameters.variable(name).value();
      this.#values.set(name, parameters.kind(name) === 'fixed' ? tape.constant(tensor) : tape.parameter(tensor));
    }
  }

  get(name: string): Value {
    const value = this.#values.get(name);
    if (!value) throw new Error(`no weight is named ${name}`);
    return value;
  }

  /** Gradients by name, of the weights that the loss depends on. */
  gradients(): Record<string, Tensor> {
    const gradients: Record<string, Tensor> = {};
    for (const [name, value] of this.#values) if (value.gradient) gradients[name] = value.gradient;
    return gradients;
  }
}
