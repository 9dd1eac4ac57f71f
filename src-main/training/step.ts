import * as tf from '@tensorflow/tfjs-core';
import type { TrainingConfig } from '../contract/config';
import { followQueries, revivalCandidates } from '../model/codebook';
import { entropyOfRows, gumbelNoise, prefixWeights, studentLoss, type LossResult } from '../model/losses';
import * as op from '../model/operations';
import type { Tensor } from '../model/operations';
import { RandomStream } from '../model/random';
import type { Student } from '../model/student';
import { traced, type Traced } from '../model/traced';
import { AdamW, betaPowers, followCentre, followStudent, gradientLength } from './optimizer';
import { schedules, type Schedules } from './schedules';

/** One student in training: everything that a step reads and changes. */
export interface Training {
  config: TrainingConfig;
  student: Student;
  optimizer: AdamW;
  schedule: Schedules;
  /** Two, because what is imitated is there for the first steps alone. */
  compute: Record<'imitating' | 'alone', Traced<StepInputs, StepMeasures>>;
}

/** What a step is given besides the weights. All that changes from step to step is here. */
export type StepInputs = Record<'features' | 'learningRate' | 'beta1Power' | 'beta2Power' | 'quantizerTemperature' | 'teacherTemperature' | 'teacherShare', Tensor> & {
  /** Uniform random numbers for the quantizer, [L, R, K]; absent when it takes none. */
  uniforms?: Tensor;
  /** The teacher's tokens, [V·B, N, T]; for a student that looks at them. */
  tokens?: Tensor;
  /** Rows for codes to be revived from, whole numbers [L, K]; absent when none is. */
  candidates?: Tensor;
  /** Absent when nothing is imitated any more. */
  imitation?: Tensor;
};

/** What a step tells of itself; the caller disposes of them. */
export type StepMeasures = {
  /** Scalars. */
  loss: Tensor;
  gradientNorm: Tensor;
  /** [L]. */
  lossByPrefix: Tensor;
  /** How often each symbol was chosen at each position, [L, K]. */
  symbolCounts: Tensor;
  /** H(p_t), then H(p_t, p_s) after each prefix, [1 + L]; absent when the projection has no weight. */
  entropies?: Tensor;
};

export function beginTraining(config: TrainingConfig, student: Student): Training {
  if (config.descriptor === 'residual' && !config.trainCodes) for (const name of ['codes', 'descriptor.preference']) student.parameters.freeze(name);
  const optimizer = new AdamW(student.parameters, config);
  optimizer.prepare(student.parameters.names().filter((name) => student.parameters.kind(name) !== 'fixed'));
  const weights = prefixWeights(config);
  const compute = (inputs: StepInputs) => computeStep(config, student, optimizer, weights, inputs);
  return { config, student, optimizer, schedule: schedules(config), compute: { imitating: traced(compute), alone: traced(compute) } };
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
    if (config.quantizer === 'vector' && config.codeRevival > 0) inputs.candidates = tf.tensor2d(revivalCandidates(student.shape, rows, new RandomStream(config.seed, 'revival', step)), [L, K], 'int32');
    return t.compute[inputs.imitation ? 'imitating' : 'alone'].run(inputs);
  });
}

/** Loss and gradients, clipping, AdamW, then codebook, the teacher's projector and its centre follow. */
function computeStep(config: TrainingConfig, student: Student, optimizer: AdamW, weights: Float32Array, inputs: StepInputs): StepMeasures {
  const result = studentLoss(student, {
    ...config,
    ...inputs,
    noise: inputs.uniforms ? gumbelNoise(inputs.uniforms, config.gumbelNoise) : null,
    prefixWeights: weights,
  });
  const { norm, scale } = gradientLength(result.gradients, config.gradientClip);
  optimizer.update(result.gradients, { ...inputs, gradientScale: scale });
  if (config.quantizer === 'vector' && result.queries) followQueries(student.parameters, student.shape, { queries: result.queries, symbols: result.symbols, candidates: inputs.candidates }, config);
  followStudent(student.parameters, inputs.teacherShare);
  if (result.projection) followCentre(student.parameters, result.projection.teacherMean, config.centreMomentum);
  return { gradientNorm: norm, ...measuresOf(result) };
}

function measuresOf(result: LossResult): Omit<StepMeasures, 'gradientNorm'> {
  const { projection } = result;
  return {
    loss: result.loss,
    lossByPrefix: op.meanOver(result.lossByRow, 1),
    symbolCounts: op.sumOver(result.symbols, 1),
    ...(projection && { entropies: op.concatenate([op.reshape(entropyOfRows(projection.targets), [1]), op.meanOver(projection.entropies, 1)], 0) }),
  };
}
