import * as tf from '@tensorflow/tfjs-core';
import { numbersOf, type StepNumbers } from './statistics';
import type { StepMeasures } from './step-computation';

interface Begun {
  /** Its number, from 1. */
  step: number;
  /** What it was given, for the probe. */
  features: Float32Array;
  tokens: Float32Array | undefined;
  /** Whether it is told. */
  reported: boolean;
  /** Whether collapse is looked for after it. */
  probed: boolean;
}

/** A step that was begun: a GPU may still be at it, or its measures on their way here. They are disposed of once they are read. */
export class StepUnderWay {
  readonly begun: Readonly<Begun>;
  /** All measures where they are looked at, else the gradient's length alone: a step that is not told copies one number. */
  readonly numbers: Promise<{ gradientNorm: number; all: StepNumbers | null }>;
  #arrived = false;

  constructor(begun: Begun, measures: StepMeasures) {
    this.begun = begun;
    this.numbers = this.#read(measures);
    this.numbers.catch(() => undefined); // it is waited for later
  }

  /** Whether its numbers are here. */
  get arrived(): boolean {
    return this.#arrived;
  }

  async #read(measures: StepMeasures): Promise<{ gradientNorm: number; all: StepNumbers | null }> {
    try {
      if (!this.begun.reported && !this.begun.probed) return { gradientNorm: (await measures.gradientNorm.data<'float32'>())[0], all: null };
      const all = await numbersOf(measures);
      return { gradientNorm: all.gradientNorm[0], all };
    } finally {
      tf.dispose(measures);
      this.#arrived = true;
    }
  }
}
