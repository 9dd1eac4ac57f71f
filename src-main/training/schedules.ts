import type { TrainingConfig } from '../contract/config';
import { GlyphscopeError } from '../contract/errors';

/** Everything that changes over a training, one value for each step, computed before the first. */
export interface Schedules {
  learningRate: Float32Array;
  /** 0 for the vector quantizer, which has none. */
  quantizerTemperature: Float32Array;
  teacherTemperature: Float32Array;
  teacherMomentum: Float32Array;
  imitationWeight: Float32Array;
}

export function schedules(config: TrainingConfig): Schedules {
  const { steps } = config;
  const all: Schedules = {
    learningRate: warmedCosine(steps, config.warmup, config.learningRate, config.learningRate / 100),
    quantizerTemperature: quantizerTemperature(config),
    teacherTemperature: linear(steps, config.teacherTemperatureWarmup, config.teacherTemperatureStart, config.teacherTemperature),
    teacherMomentum: cosine(steps, config.teacherMomentum, 1),
    imitationWeight: linear(steps, config.imitationSteps, config.imitationWeight, 0),
  };
  for (const [name, values] of Object.entries(all) as [string, Float32Array][])
    if (values.length !== steps || !values.every(Number.isFinite)) throw new GlyphscopeError('INTERNAL', `The schedule ${name} has ${values.length} values for ${steps} steps, or one that is not finite.`);
  return all;
}

function quantizerTemperature(config: TrainingConfig): Float32Array {
  switch (config.quantizer) {
    case 'gumbel':
      return cosine(config.steps, config.gumbelTemperatureStart, config.gumbelTemperatureEnd);
    case 'sharpened':
      return cosine(config.steps, config.sharpenedTemperatureStart, config.sharpenedTemperatureEnd);
    case 'vector':
      return new Float32Array(config.steps);
  }
}

/** From `start` to `end` on half a cosine. */
export function cosine(steps: number, start: number, end: number): Float32Array {
  return Float32Array.from({ length: steps }, (_, i) => end + ((start - end) / 2) * (1 + Math.cos((Math.PI * i) / Math.max(1, steps - 1))));
}

/** Linear from `peak / warmup` to `peak`, then half a cosine to `end`. A warm-up as long as the training never falls. */
export function warmedCosine(steps: number, warmup: number, peak: number, end: number): Float32Array {
  const rise = Math.min(warmup, steps);
  const fall = cosine(Math.max(1, steps - rise), peak, end);
  return Float32Array.from({ length: steps }, (_, i) => (i < rise ? (peak * (i + 1)) / rise : fall[i - rise]));
}

/** Linear from `start` to `end` over `over` steps, then `end`. */
export function linear(steps: number, over: number, start: number, end: number): Float32Array {
  return Float32Array.from({ length: steps }, (_, i) => (i >= over ? end : start + ((end - start) * i) / over));
}
