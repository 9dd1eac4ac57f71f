import * as tf from '@tensorflow/tfjs-core';
import type { TrainingConfig } from '../contract/config';
import { entropyOfRows } from '../model/losses';
import * as op from '../model/operations';
import type { Tensor } from '../model/operations';
import { WeightsInUse } from '../model/parameters';
import { bottleneck, lastLayer } from '../model/projector';
import type { Student } from '../model/student';
import { Tape } from '../model/tape';

/** How a projector uses its P outputs over a batch. */
export interface OutputUse {
  /** Mean of H(p) over the images, in nats. */
  entropy: number;
  /** Mean of p over the images, [P]. */
  mean: Float32Array;
}

/** What a student makes of a few images without noise, as a test sees it: what collapse is told from. */
export interface Probe {
  /** Hard symbols, [B, L]. */
  symbols: Uint16Array;
  /** Mean squared distance of the unit-length z_s of full descriptions from their mean: 0 all alike, 1 in all directions. */
  embeddingSpread: number;
  /** Null when the projection has no weight. */
  projection: {
    teacher: OutputUse;
    student: OutputUse;
    /** Standard deviation over the P outputs of (their mean − c) / τ_t, in nats: how far the centre is from what it follows. */
    centreOffset: number;
  } | null;
}

type Settings = Pick<TrainingConfig, 'projectionWeight' | 'studentTemperature'>;

/**
 * Looks at a student in training; changes nothing and draws no random number.
 * @param features z_t of a few images, [B, Z]
 * @param teacherTemperature τ_t at this step
 * @param tokens of the images, [B, N, T], for a student that looks at them
 */
export async function probeStudent(student: Student, config: Settings, features: Float32Array, teacherTemperature: number, tokens?: Float32Array): Promise<Probe> {
  const { symbols, embeddings } = await student.describe(features, { ...(tokens && { tokens }) });
  const { channels: C, featureWidth: Z } = student.shape;
  const rows = features.length / Z;
  const narrow = Float32Array.from({ length: rows * C }, (_, i) => embeddings[Math.floor(i / C) * Z + (i % C)]);
  const embeddingSpread = directionSpread(narrow, C);
  if (config.projectionWeight === 0) return { symbols, embeddingSpread, projection: null };
  const measured = tf.tidy(() => {
    const weights = new WeightsInUse(new Tape(false), student.parameters);
    const outputs = (name: 'teacher' | 'projector', x: Tensor) => op.matrixProduct(bottleneck(weights, name, weights.tape.constant(x)).tensor, lastLayer(weights, name).tensor);
    const centred = op.subtract(outputs('teacher', student.normalise(tf.tensor2d(features, [rows, Z]))), weights.get('teacher.centre').tensor);
    const softened = (x: Tensor, temperature: number) => op.softmax(op.scale(x, 1 / temperature));
    const teacher = softened(centred, teacherTemperature);
    const own = softened(outputs('projector', tf.tensor2d(narrow, [rows, C])), config.studentTemperature);
    return [entropyOfRows(teacher), op.meanOver(teacher, 0), entropyOfRows(own), op.meanOver(own, 0), op.meanOver(centred, 0)];
  });
  const [teacherEntropy, teacherMean, ownEntropy, ownMean, offset] = await Promise.all(measured.map((tensor) => tensor.data<'float32'>()));
  tf.dispose(measured);
  return {
    symbols,
    embeddingSpread,
    projection: {
      teacher: { entropy: teacherEntropy[0], mean: teacherMean },
      student: { entropy: ownEntropy[0], mean: ownMean },
      centreOffset: standardDeviation(offset) / teacherTemperature,
    },
  };
}

/** 1 − |mean of the rows, each of length 1|². @param rows [B, C] */
function directionSpread(rows: Float32Array, width: number): number {
  const mean = new Float64Array(width);
  const count = rows.length / width;
  for (let r = 0; r < count; r++) {
    const row = rows.subarray(r * width, (r + 1) * width);
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0)) || 1;
    for (let c = 0; c < width; c++) mean[c] += row[c] / length / count;
  }
  return 1 - mean.reduce((sum, value) => sum + value * value, 0);
}

function standardDeviation(values: Float32Array): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
