import * as tf from '@tensorflow/tfjs-core';
import type { Progress } from '../contract/progress';
import * as op from '../model/operations';
import type { Tensor } from '../model/operations';
import { WeightsInUse, type Parameters } from '../model/parameters';
import { Tape, type Value } from '../model/tape';
import { traced } from '../model/traced';
import { Batches } from './batches';
import { AdamW, betaPowers } from './optimizer';
import { warmedCosine } from './schedules';

const learningRate = 0.001;
const weightDecay = 0.01;
const warmupSteps = 40;

export interface NetworkFit<Name extends string> {
  /** Of the network, with its start; the caller's. */
  parameters: Parameters;
  steps: number;
  seed: number;
  /** How many there are to learn from, and how many of them a step sees. */
  images: number;
  imagesAtOnce: number;
  /** What a step is given of some images. */
  inputs: (images: Tensor, count: number) => Record<Name, Tensor>;
  loss: (tape: Tape, weight: (name: string) => Value, inputs: Record<Name, Tensor>) => Value;
  onProgress?: Progress;
  signal?: AbortSignal;
}

/** Fits a small network that a student begins with: AdamW at 0.001, warmed up for 40 steps and then on a cosine to 0. */
export async function fitNetwork<Name extends string>(o: NetworkFit<Name>): Promise<void> {
  const { parameters, steps } = o;
  const optimizer = new AdamW(parameters, { weightDecay });
  optimizer.prepare(parameters.names());
  const rates = warmedCosine(steps, Math.min(warmupSteps, steps), learningRate, 0);
  const batches = new Batches(Int32Array.from({ length: o.images }, (_, i) => i), { batch: Math.min(o.imagesAtOnce, o.images), seed: o.seed });
  const step = traced((inputs: Record<Name | 'learningRate' | 'beta1Power' | 'beta2Power', Tensor>) => {
    const tape = new Tape(true);
    const weights = new WeightsInUse(tape, parameters);
    const loss = o.loss(tape, (name) => weights.get(name), inputs);
    tape.backward(loss, tf.scalar(1), [loss]);
    optimizer.update(weights.gradients(), { ...inputs, gradientScale: op.constant(1) });
    return { loss: loss.tensor };
  });
  const told = (done: number) => o.onProgress?.({ phase: 'preparing', done, total: steps, unit: 'steps' });
  try {
    for (let i = 0; i < steps; i++) {
      o.signal?.throwIfAborted();
      told(i);
      const { loss } = tf.tidy(() => {
        const chosen = batches.at(i);
        const { beta1Power, beta2Power } = betaPowers(i + 1);
        return step.run({ ...o.inputs(tf.tensor1d(chosen, 'int32'), chosen.length), learningRate: tf.scalar(rates[i]), beta1Power: tf.scalar(beta1Power), beta2Power: tf.scalar(beta2Power) });
      });
      await loss.data(); // lets others in, too
      loss.dispose();
    }
    told(steps);
  } finally {
    step.dispose();
    optimizer.dispose();
  }
}
