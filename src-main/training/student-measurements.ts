import * as tf from '@tensorflow/tfjs-core';
import type { Progress } from '../contract/progress';
import { breathe } from '../evaluation/breathe';
import { centredFeatures, centreOnTraining } from '../evaluation/centred-features';
import type { CodedImages } from '../evaluation/coded-images';
import { evaluateFeatures, type EvaluationParts } from '../evaluation/evaluate';
import { measureFewShot, type FewShotParts } from '../evaluation/few-shot';
import { languageStatistics, type LanguageStatisticsParts } from '../evaluation/language-statistics';
import { backendProduct } from '../model/matrix-product';
import { RandomStream } from '../model/random';
import { encodeResidual, residualKMeans } from '../model/residual-kmeans';
import type { Student } from '../model/student';
import { FeatureStore } from '../teacher/feature-store';
import type { EvaluationRequest, FeatureFile, FewShotRequest, SplitImages, StatisticsRequest } from './messages';
import { attributeNote, principalAttributes } from './principal-attributes';

/** A trained student at work on images whose features are stored, in the student's process. */
export interface Measuring {
  student: Student;
  signal: AbortSignal;
  onProgress: Progress;
}

const describedAtOnce = 2048;
/** Tokens are many times as large. */
const describedAtOnceByTokens = 256;
/** Images that residual k-means learns its centres from at most, and passes over them for each position. */
const codeSample = 50_000;
const passes = 20;

/** Describes the images from their stored features, then measures them, the teacher and residual k-means alike. */
export function evaluate(m: Measuring, o: EvaluationRequest): Promise<EvaluationParts> {
  return withFeatures(o, async (stores) => {
    let centred: ReturnType<typeof centreOnTraining> | null = null;
    const teacher = () => (centred ??= teacherFeatures(stores, o));
    return evaluateFeatures({
      trainLabels: o.trainLabels,
      testLabels: o.testLabels,
      classes: o.classes,
      student: await codedByStudent(m, stores, o),
      references: o.references,
      teacher: () => Promise.resolve(teacher()),
      residualKMeans: async (onProgress) => {
        const coded = await codedByResidualKMeans({ ...m, onProgress }, teacher());
        centred = null; // its turn is over
        return coded;
      },
      features: centredFeatures,
      split: o.split,
      product: backendProduct,
      signal: m.signal,
      onProgress: m.onProgress,
    });
  });
}

/** Classifies the test images from a few labelled ones. */
export function fewShot(m: Measuring, o: FewShotRequest): Promise<FewShotParts> {
  return withFeatures(o, async (stores) =>
    measureFewShot({
      ...o,
      student: await codedByStudent(m, stores, o),
      vocabulary: m.student.shape.vocabulary,
      teacher: teacherFeatures(stores, o),
      features: centredFeatures,
      product: backendProduct,
      signal: m.signal,
      onProgress: m.onProgress,
    }),
  );
}

/** Describes the images from their stored features, then measures the descriptions as a language. */
export function statistics(m: Measuring, o: StatisticsRequest): Promise<LanguageStatisticsParts> {
  return withFeatures(o, async (stores) => {
    const { length, vocabulary, featureWidth: width } = m.student.shape;
    const symbols = await describeSlots(m, stores, o.slots, { done: 0, total: o.slots.length });
    const { train: features } = centreOnTraining(stores.clean.gather(o.slots), new Float32Array(0), width);
    const attributes = await principalAttributes(features, width);
    return languageStatistics({ symbols, length, vocabulary, labels: o.labels, features, width, attributes, attributeNote, signal: m.signal, onProgress: m.onProgress });
  });
}

/** Features of clean images, with tokens for a student that looks at some. */
interface Stores {
  clean: FeatureStore;
  tokens: FeatureStore | null;
}

async function withFeatures<T>(files: { clean: FeatureFile; tokens?: FeatureFile }, work: (stores: Stores) => Promise<T>): Promise<T> {
  const open = (file: FeatureFile) => FeatureStore.open(file.directory, file.spec);
  const clean = open(files.clean);
  const tokens = files.tokens ? open(files.tokens) : null;
  try {
    return await work({ clean, tokens });
  } finally {
    clean.close();
    tokens?.close();
  }
}

function teacherFeatures({ clean: store }: Stores, o: SplitImages): { train: Float32Array; test: Float32Array } {
  return centreOnTraining(store.gather(o.trainSlots), store.gather(o.testSlots), store.spec.width);
}

async function codedByStudent(m: Measuring, stores: Stores, o: SplitImages): Promise<CodedImages> {
  const total = o.trainSlots.length + o.testSlots.length;
  return {
    trainSymbols: await describeSlots(m, stores, o.trainSlots, { done: 0, total }),
    testSymbols: await describeSlots(m, stores, o.testSlots, { done: o.trainSlots.length, total }),
    length: m.student.shape.length,
    width: m.student.shape.featureWidth,
    interpret: (symbols, count, prefix) => m.student.interpret(symbols, count, prefix),
  };
}

/** Hard symbols of images, [n, L], from their stored features. */
async function describeSlots({ student, signal, onProgress }: Measuring, { clean, tokens }: Stores, slots: Int32Array, { done, total }: { done: number; total: number }): Promise<Uint16Array> {
  const { length } = student.shape;
  const symbols = new Uint16Array(slots.length * length);
  const atOnce = tokens ? describedAtOnceByTokens : describedAtOnce;
  for (let from = 0; from < slots.length; from += atOnce) {
    const some = slots.subarray(from, from + atOnce);
    onProgress({ phase: 'describing', done: done + from, total, unit: 'images' });
    symbols.set((await student.describe(clean.gather(some), tokens ? { tokens: tokens.gather(some) } : {})).symbols, from * length);
    await breathe(signal);
  }
  return symbols;
}

/**
 * The same images coded without networks, with the student's K and L: centres from the training images' features, on
 * which nothing but their centring is done. The seed is fixed, so the codes depend on the images alone.
 */
async function codedByResidualKMeans({ student, signal, onProgress }: Measuring, { train, test }: { train: Float32Array; test: Float32Array }): Promise<CodedImages> {
  const { length, vocabulary, featureWidth: width } = student.shape;
  const random = new RandomStream(0, 'codes');
  const n = train.length / width;
  const all = tf.tensor2d(train, [n, width]);
  const points = n <= codeSample ? all : tf.tidy(() => tf.gather(all, tf.tensor1d(random.permutation(n).slice(0, codeSample), 'int32')));
  const { codes } = await residualKMeans({ points, length, vocabulary, iterations: passes, random, signal, onProgress });
  if (points !== all) points.dispose();
  const trainSymbols = await encodeResidual(all, codes, { length, vocabulary });
  all.dispose();
  const asked = tf.tensor2d(test, [test.length / width, width]);
  const testSymbols = await encodeResidual(asked, codes, { length, vocabulary });
  asked.dispose();
  return { trainSymbols, testSymbols, length, width, interpret: async (symbols, count, prefix) => sumOfCentres(symbols, count, prefix, codes, { vocabulary, width }) };
}

/** [count, Z] from sequences [count, prefix]. @param codes [L, K, Z] */
function sumOfCentres(symbols: Uint16Array, count: number, prefix: number, codes: Float32Array, { vocabulary, width }: { vocabulary: number; width: number }): Float32Array {
  const sums = new Float32Array(count * width);
  for (let i = 0; i < count; i++)
    for (let j = 0; j < prefix; j++) {
      const at = (j * vocabulary + symbols[i * prefix + j]) * width;
      for (let t = 0; t < width; t++) sums[i * width + t] += codes[at + t];
    }
  return sums;
}
