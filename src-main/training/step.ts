import * as tf from '@tensorflow/tfjs-core';
import type { TrainingConfig } from '../contract/config';
import { GlyphscopeError } from '../contract/errors';
import { gumbelNoise, prefixWeights, studentLoss, type LossResult } from '../model/losses';
import { RandomStream } from '../model/random';
import type { Student } from '../model/student';
import { AdamW, followCentre, followStudent, gradientLength } from './optimizer';
import { schedules, type Schedules } from './schedules';

/** One student in training: everything that a step reads and changes. */
export interface Training {
  config: TrainingConfig;
  student: Student;
  optimizer: AdamW;
  schedule: Schedules;
  /** λ^j / Σ λ^i. */
  prefixWeights: Float32Array;
}

export function beginTraining(config: TrainingConfig, student: Student): Training {
  return { config, student, optimizer: new AdamW(student.parameters, config), schedule: schedules(config), prefixWeights: prefixWeights(config.prefixWeight, config.length) };
}

/**
 * Step number `step`, from 0: loss and gradients, clipping, AdamW, then the teacher's projector and its centre follow.
 * All that is random follows from seed and step.
 * @param features z_t of the batch's views, [V·B, Z], view first
 * @returns what was computed on the way, which the caller disposes of, and the length of the gradient before clipping
 * @throws LOSS_NOT_FINITE before any weight is changed
 */
export async function trainingStep(t: Training, step: number, features: Float32Array): Promise<{ result: LossResult; gradientNorm: number }> {
  const { config, student, schedule } = t;
  const rows = config.views * config.batch;
  const shape: [number, number, number] = [config.length, rows, config.vocabulary];
  const uniforms = config.gumbelNoise > 0 ? new RandomStream(config.seed, 'noise', step).uniforms(shape[0] * shape[1] * shape[2]) : null;
  const result = tf.tidy(() =>
    studentLoss(student, {
      ...config,
      features: tf.tensor2d(features, [rows, student.shape.featureWidth]),
      noise: uniforms && gumbelNoise(uniforms, shape, config.gumbelNoise),
      gumbelTemperature: schedule.gumbelTemperature[step],
      teacherTemperature: schedule.teacherTemperature[step],
      prefixWeights: t.prefixWeights,
    }),
  );
  const { norm, scale } = await gradientLength(result.gradients, config.gradientClip);
  if (!Number.isFinite(norm)) {
    tf.dispose(result);
    throw new GlyphscopeError('LOSS_NOT_FINITE', `The loss or its gradient was not a finite number at step ${step + 1}.`, {
      subject: `step ${step + 1}`,
      remedy: 'The last checkpoint is kept. Lower the learning rate, or raise the temperatures.',
    });
  }
  t.optimizer.update(result.gradients, { learningRate: schedule.learningRate[step], time: step + 1, gradientScale: scale });
  tf.dispose(result.gradients);
  result.gradients = {};
  followStudent(student.parameters, schedule.teacherMomentum[step]);
  if (result.projection) followCentre(student.parameters, result.projection.teacherMean, config.centreMomentum);
  return { result, gradientNorm: norm };
}
