import * as tf from '@tensorflow/tfjs-core';
import type { TrainingConfig } from '../contract/config';
import type { Progress } from '../contract/progress';
import * as op from '../model/operations';
import { startCodebook } from '../model/codebook';
import { RandomStream } from '../model/random';
import { residualKMeans } from '../model/residual-kmeans';
import { inBlocks } from '../model/row-blocks';
import { imitatedCodes, type Student } from '../model/student';
import { tokensOf, type FeatureSource, type TokenSources } from './batches';
import { alignTeacher } from './fine-tune';
import { prepareMap } from './prepare-map';
import { codeSample, keepPrepared, keepsPrepared, takePrepared, type PreparedStart } from './prepared-start';
import { trainReadout } from './train-readout';

interface Note {
  level: 'info' | 'warning';
  text: string;
}

/** Images that the spread between views is measured on, and for code vectors of queries. */
const viewSample = 20_000;
const querySample = 8192; // or this many for each code, whichever is more
const queriesPerCode = 8;
const iterations = 20;

export interface PrepareOptions {
  student: Student;
  config: TrainingConfig;
  clean: FeatureSource;
  views: FeatureSource;
  tokens?: TokenSources;
  slots: Int32Array;
  /** Where what takes long is kept for other runs; absent: nowhere. */
  kept?: PreparedStart;
  onProgress?: Progress;
  signal?: AbortSignal;
}

/**
 * What a new student starts from: the map from the teacher's features to the space that it works in, code vectors where
 * symbols have some with the sharpness of the choice among them, the readout of its embeddings, and a teacher projector
 * equal to the student's.
 * @returns what the user should know of it
 */
export async function prepareStudent(o: PrepareOptions): Promise<Note | null> {
  const { student, config } = o;
  const kept = o.kept && keepsPrepared(student, config) ? o.kept : null;
  const taken = kept !== null && (await takePrepared(student, kept));
  if (!taken) await prepareWeights(o);
  let note: Note | null = taken ? { level: 'info', text: 'Map, codes and readout are those that an earlier run of the same images began with.' } : null;
  if (kept && !taken)
    await keepPrepared(student, kept).catch((error: Error) => {
      note = { level: 'warning', text: `What this run begins with could not be kept for other runs in ${kept.directory}: ${error.message}` };
    });
  if (config.quantizer === 'vector') startCodebook(student.parameters, student.shape, config.views * config.batch);
  alignTeacher(student);
  return note;
}

async function prepareWeights(o: PrepareOptions): Promise<void> {
  const { student, config } = o;
  const random = new RandomStream(config.seed, 'codes');
  const order = random.permutation(o.slots.length);
  const some = (count: number) => Int32Array.from(order.subarray(0, count), (i) => o.slots[i]).sort();
  const chosen = some(codeSample);
  o.onProgress?.({ phase: 'preparing', done: 0, total: null, unit: 'passes' });
  const features = tf.tidy(() => tf.tensor2d(o.clean.gather(chosen), [chosen.length, student.shape.featureWidth]));
  const neighbourhood = await prepareMap(o, features, chosen, some(viewSample));
  await startCodes(o, features, some(Math.max(querySample, queriesPerCode * config.vocabulary)), random);
  if (neighbourhood && student.shape.readoutHidden > 0) {
    const points = inBlocks(features, (block) => student.normalise(block));
    await trainReadout({ ...o, steps: config.readoutSteps, seed: config.seed, points, neighbourhood });
    points.dispose();
  }
  tf.dispose([features, ...(neighbourhood ? [neighbourhood] : [])]);
}

/**
 * Code vectors from residual k-means of the features for the residual descriptor, from k-means of its queries for
 * another; and the residual k-means codes to imitate.
 */
async function startCodes(o: PrepareOptions, features: op.Tensor, querySlots: Int32Array, random: RandomStream): Promise<void> {
  const { student, config } = o;
  const { length, vocabulary, descriptor, codeWidth, channels } = student.shape;
  const start = codeWidth > 0 && config.codebookStart === 'k-means';
  const residual = start && descriptor === 'residual';
  if (residual || config.imitationSteps > 0) {
    const points = inBlocks(features, (block) => student.normalise(block));
    const { codes, leftOver, total } = await residualKMeans({ points, length, vocabulary, iterations, random, onProgress: o.onProgress, signal: o.signal });
    points.dispose();
    if (config.imitationSteps > 0) student.parameters.assign(imitatedCodes, codes);
    if (residual) {
      student.parameters.assign('codes', codes);
      student.parameters.assign('descriptor.sharpness', sharpness(leftOver, total, channels));
    }
  }
  if (start && !residual) await startFromQueries(o, querySlots, random);
}

/** A position after the other, because the queries at one depend on the symbols before. */
async function startFromQueries(o: PrepareOptions, slots: Int32Array, random: RandomStream): Promise<void> {
  const { student } = o;
  const [features, tokens] = [o.clean.gather(slots), tokensOf(o.tokens?.clean, slots)];
  const { length, vocabulary, codeWidth } = student.shape;
  const codes = new Float32Array(length * vocabulary * codeWidth);
  const sharp = new Float32Array(length);
  for (let j = 0; j < length; j++) {
    o.signal?.throwIfAborted();
    const points = student.queries(features, j, tokens);
    const found = await residualKMeans({ points, length: 1, vocabulary, iterations, random, signal: o.signal });
    points.dispose();
    codes.set(found.codes, j * vocabulary * codeWidth);
    sharp[j] = sharpness(found.leftOver, found.total, codeWidth)[0];
    student.parameters.assign('codes', codes);
    student.parameters.assign('descriptor.sharpness', sharp);
    o.onProgress?.({ phase: 'preparing', done: j + 1, total: length, unit: 'positions' });
  }
}

/**
 * 1 / the mean squared left-over by channel: the softmax over codes is then that of a mixture of Gaussians with the
 * spread found at each position.
 */
function sharpness(leftOver: Float32Array, total: number, width: number): Float32Array {
  return leftOver.map((mean) => width / Math.max(mean, total * 1e-4));
}
