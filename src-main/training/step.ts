import * as tf from '@tensorflow/tfjs-core';
import type { TrainingConfig } from '../contract/config';
import { revivalCandidates } from '../model/codebook';
import type { Tensor } from '../model/operations';
import { RandomStream } from '../model/random';
import type { Student } from '../model/student';
import { AdamW, betaPowers } from './optimizer';
import { schedules, type Schedules } from './schedules';
import { stepComputation, type StepComputation, type StepInputs, type StepMeasures } from './step-computation';

/** One student in training: everything that a step reads and changes. */
export interface Training {
  config: TrainingConfig;
  student: Student;
  optimizer: AdamW;
  schedule: Schedules;
  /** Two, because what is imitated is there for the first steps alone. */
  compute: Record<'imitating' | 'alone', StepComputation>;
}

export function beginTraining(config: TrainingConfig, student: Student): Training {
  if (config.descriptor === 'residual' && !config.trainCodes) for (const name of ['codes', 'descriptor.preference']) student.parameters.freeze(name);
  const optimizer = new AdamW(student.parameters, config);
  optimizer.prepare(student.parameters.names().filter((name) => student.parameters.kind(name) !== 'fixed'));
  const compute = () => stepComputation({ config, student, optimizer });
  return { config, student, optimizer, schedule: schedules(config), compute: { imitating: compute(), alone: compute() } };
}

/** Gives back all that it holds but for the student. */
export function endTraining({ compute, optimizer }: Training): void {
  for (const one of Object.values(compute)) one.dispose();
  optimizer.dispose();
}

/**
 * Step number `step`, from 0. All that is random follows from seed and step.
 * @param features z_t of the batch's views, [V·B, Z], view first  @param tokens of the same, [V·B, N, T]
 */
export function trainingStep(t: Training, step: number, features: Float32Array, tokens?: Float32Array): StepMeasures {
  const { config, student, schedule } = t;
  const { length: L, vocabulary: K } = config;
  const rows = config.views * config.batch;
  const numbers = {
    learningRate: schedule.learningRate[step],
    quantizerTemperature: schedule.quantizerTemperature[step],
    teacherTemperature: schedule.teacherTemperature[step],
    teacherShare: 1 - schedule.teacherMomentum[step],
    ...betaPowers(step + 1),
    ...(step < config.imitationSteps && { imitation: schedule.imitationWeight[step] }),
  };
  return tf.tidy(() => {
    const inputs: StepInputs = {
      ...(Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, tf.scalar(value)])) as Record<keyof typeof numbers, Tensor>),
      features: tf.tensor2d(features, [rows, student.shape.featureWidth]),
    };
    if (tokens) inputs.tokens = tf.tensor3d(tokens, [rows, student.shape.featureTokens, student.shape.tokenWidth]);
    if (config.quantizer === 'gumbel' && config.gumbelNoise > 0) inputs.uniforms = tf.tensor3d(new RandomStream(config.seed, 'noise', step).uniforms(L * rows * K), [L, rows, K]);
    if (config.quantizer === 'vector' && config.codeRevival > 0) {
      const numbered = tf.tensor2d(revivalCandidates(student.shape, rows, new RandomStream(config.seed, 'revival', step)), [L, K], 'int32');
      inputs.candidates = tf.cast(tf.oneHot(numbered, rows), 'float32');
    }
    return t.compute[inputs.imitation ? 'imitating' : 'alone'].run(inputs);
  });
}
