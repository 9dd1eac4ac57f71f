import * as tf from '@tensorflow/tfjs-core';
import type { Progress } from '../contract/progress';
import * as op from '../model/operations';
import { RandomStream } from '../model/random';
import { residualKMeans } from '../model/residual-kmeans';
import type { Student } from '../model/student';
import type { FeatureSource } from './batches';

/** Images that the statistics and the codes are made from; more change the codes by less than one run differs from another. */
const sample = 50_000;
const iterations = 20;

export interface PrepareOptions {
  student: Student;
  clean: FeatureSource;
  slots: Int32Array;
  seed: number;
  onProgress?: Progress;
  signal?: AbortSignal;
}

/**
 * What a new student starts from: the mean and scale of the teacher's features, for the residual descriptor codes from
 * residual k-means with the sharpness of the choice among them, and a teacher projector equal to the student's.
 */
export async function prepareStudent(o: PrepareOptions): Promise<void> {
  const { student } = o;
  const random = new RandomStream(o.seed, 'codes');
  const chosen = o.slots.length <= sample ? o.slots : Int32Array.from(random.permutation(o.slots.length).subarray(0, sample), (i) => o.slots[i]);
  o.onProgress?.({ phase: 'preparing', done: 0, total: null, unit: 'passes' });
  const features = tf.tidy(() => tf.tensor2d(o.clean.gather(chosen), [chosen.length, student.shape.featureWidth]));
  await measureFeatures(student, features);
  if (student.shape.descriptor === 'residual') {
    const points = student.normalise(features);
    const { codes, leftOver, total } = await residualKMeans({ points, length: student.shape.length, vocabulary: student.shape.vocabulary, iterations, random, onProgress: o.onProgress, signal: o.signal });
    points.dispose();
    assign(student, 'codes', codes);
    assign(student, 'descriptor.sharpness', sharpness(leftOver, total, student.shape.featureWidth));
  }
  features.dispose();
  for (const name of student.parameters.names())
    if (name.startsWith('projector.')) tf.tidy(() => student.parameters.variable(`teacher.${name.slice('projector.'.length)}`).assign(student.parameters.variable(name).value()));
}

/**
 * 1 / the mean squared left-over by channel: the softmax over codes is then that of a mixture of Gaussians with the
 * spread found at each position.
 */
function sharpness(leftOver: Float32Array, total: number, width: number): Float32Array {
  return leftOver.map((mean) => width / Math.max(mean, total * 1e-4));
}

/** Mean of the unit-length features, and the scale that gives the centred ones variance 1 on average over channels. */
async function measureFeatures(student: Student, features: op.Tensor): Promise<void> {
  assign(student, 'feature.scale', new Float32Array([1]));
  assign(student, 'feature.mean', new Float32Array(student.shape.featureWidth));
  const mean = tf.tidy(() => op.meanOver(student.normalise(features), 0));
  assign(student, 'feature.mean', await mean.data<'float32'>());
  const variance = tf.tidy(() => op.scale(op.sumOfSquares(student.normalise(features)), 1 / features.size));
  const [value] = await variance.data<'float32'>();
  assign(student, 'feature.scale', new Float32Array([1 / Math.sqrt(Math.max(value, 1e-12))]));
  tf.dispose([mean, variance]);
}

function assign(student: Student, name: string, values: Float32Array): void {
  const variable = student.parameters.variable(name);
  tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
}
