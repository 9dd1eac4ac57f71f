import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, expect } from 'vitest';
import type { TrainingConfig } from '../../src-main/contract/config';
import { presetConfig } from '../../src-main/contract/presets';
import type { NamedArray } from '../../src-main/model/parameters';
import type { FeatureTokens } from '../../src-main/model/shapes';
import { decodeSafetensors } from '../../src-main/training/safetensors';

type Changes = Partial<TrainingConfig>;

/** What is compared; bench/training-step/make_fixture.py reads it as well. */
export const cases = JSON.parse(readFileSync(new URL('cases.json', import.meta.url), 'utf8')) as {
  featureWidth: number;
  config: Changes;
  losses: Record<string, { config: Changes; tokens?: FeatureTokens; variants: Record<string, Changes> }>;
  neighbourMap: Changes;
  steps: Record<string, { config: Changes; tokens?: FeatureTokens }>;
};

/** A config smaller than the limits of its fields allow, so that fixtures are small. */
export function configOf(...changes: Changes[]): TrainingConfig {
  return Object.assign(presetConfig('tiny'), cases.config, ...changes) as TrainingConfig;
}

/** Arrays of a fixture by name. */
export class Fixture {
  readonly #arrays: Map<string, NamedArray>;

  constructor(name: string) {
    const file = fileURLToPath(new URL(`${name}.safetensors`, import.meta.url));
    this.#arrays = new Map(decodeSafetensors(readFileSync(file), file).map((array) => [array.name, array]));
  }

  array(name: string): NamedArray {
    const array = this.#arrays.get(name);
    if (!array) throw new Error(`the fixture has no ${name}`);
    return array;
  }

  /** All under a prefix, their names without it. */
  under(prefix: string): NamedArray[] {
    return [...this.#arrays.values()].filter(({ name }) => name.startsWith(prefix)).map((array) => ({ ...array, name: array.name.slice(prefix.length) }));
  }

  tensor(name: string): tf.Tensor {
    const { data, shape } = this.array(name);
    return tf.tensor(data, shape);
  }
}

/** Row `i` of an array whose first axis is the step. */
export function atStep({ name, shape: [, ...shape], data }: NamedArray, i: number): NamedArray {
  const size = shape.reduce((a, b) => a * b, 1);
  return { name, shape, data: data.subarray(i * size, (i + 1) * size) };
}

/** How far apart two tensors may be: |ours − theirs| / |theirs|, lengths of the whole tensor as one vector. */
const tolerance = 1e-4;

/** Compares numbers with PyTorch's and remembers the largest difference, which is told at the end of the file. */
export class Comparison {
  readonly #what: string;
  #largest = { difference: 0, name: '' };

  constructor(what: string) {
    this.#what = what;
    afterAll(() => console.info(`${this.#what}: at most ${this.#largest.difference.toExponential(1)} from PyTorch (${this.#largest.name})`));
  }

  /** @param where said when they differ */
  same(ours: tf.Tensor | ArrayLike<number>, theirs: NamedArray, where: string): void {
    if (ours instanceof tf.Tensor) expect(ours.shape, where).toEqual(theirs.shape);
    const values = ours instanceof tf.Tensor ? ours.dataSync() : ours;
    expect(values.length, where).toBe(theirs.data.length);
    let apart = 0;
    let length = 0;
    theirs.data.forEach((value, i) => {
      apart += (values[i] - value) ** 2;
      length += value ** 2;
    });
    expect(length, `${where} is not zero in PyTorch`).toBeGreaterThan(0);
    const difference = Math.sqrt(apart / length);
    if (!(difference <= this.#largest.difference)) this.#largest = { difference, name: where };
    expect(difference, where).toBeLessThan(tolerance);
  }
}
