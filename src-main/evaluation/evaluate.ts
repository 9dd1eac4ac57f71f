import { GlyphscopeError } from '../contract/errors';
import type { Evaluation, FeatureFigures, ReferenceFigures, SymbolFigures } from '../contract/evaluation';
import type { Progress } from '../contract/progress';
import { checkCoded, prefixEmbeddings, type CodedImages } from './coded-images';
import { dinoNeighbours, dinoTemperature, weightedKnn } from './knn';
import { linearProbe } from './linear-probe';
import type { MatrixProduct } from './matrix-product';

/** The evaluation document without the names of its run and collection. */
export type EvaluationParts = Omit<Evaluation, 'run' | 'collection'> & ReferenceFigures;

export interface EvaluationInput {
  /** Labels 0 … classes.length − 1 of the images that are learned from, [n], and of those that are classified, [q]. */
  trainLabels: Int32Array;
  testLabels: Int32Array;
  classes: readonly string[];
  student: CodedImages;
  /** What was measured before on the same images; else the two that follow are asked, once each. */
  references: ReferenceFigures | null;
  /** The teacher's features of the same images, [n, Z] and [q, Z]; let go before the student's turn. */
  teacher: () => Promise<{ train: Float32Array; test: Float32Array }>;
  /** The same images coded by residual k-means on the teacher's features, without networks. */
  residualKMeans: (onProgress: Progress) => Promise<CodedImages>;
  /** What the teacher's features are, as in "features of the clean image as the encoder gives them, not centred". */
  features: string;
  /** How the images were split: `description` of evaluationSplit. */
  split: string;
  product: MatrixProduct;
  signal?: AbortSignal;
  onProgress?: Progress;
}

/**
 * Measures a run as the paper does, k-NN after every number of symbols and the linear probe after 1, 2, 4, 8 and L, and in
 * the same way residual k-means of the same K and L; beside them the teacher's features. Embeddings come from hard symbols.
 * @throws LABELS_MISSING without labels, INVALID_INPUT for shapes that do not fit; the signal's reason when cancelled
 */
export async function evaluateFeatures(o: EvaluationInput): Promise<EvaluationParts> {
  const n = o.trainLabels.length;
  const q = o.testLabels.length;
  if (n === 0 || q === 0 || o.classes.length === 0)
    throw new GlyphscopeError('LABELS_MISSING', `${n} labelled training and ${q} labelled test images in ${o.classes.length} classes: at least one of each is needed.`);
  checkCoded(o.student, n, q);
  const { teacher, residualKMeans } = o.references ?? (await measureReferences(o));
  const student = await measureSymbols(o, o.student, '');
  return {
    student,
    teacher,
    residualKMeans,
    retention: teacher.knn.top1 > 0 ? student.knn.top1 / teacher.knn.top1 : 0,
    trainImages: n,
    testImages: q,
    protocol: protocol(o),
  };
}

/** Prefix lengths that are measured in full and while training: 1, 2, 4 and 8 as far as there are, and L. */
export function prefixLengths(length: number): number[] {
  return [...new Set([...[1, 2, 4, 8].filter((l) => l <= length), length])];
}

async function measureReferences(o: EvaluationInput): Promise<ReferenceFigures> {
  const teacher = await measureFeatures(o, await o.teacher(), 'teacher');
  const coded = await o.residualKMeans(named(o, 'residual k-means'));
  checkCoded(coded, o.trainLabels.length, o.testLabels.length);
  return { teacher, residualKMeans: await measureSymbols(o, coded, 'residual k-means, ') };
}

async function measureSymbols(o: EvaluationInput, coded: CodedImages, name: string): Promise<SymbolFigures> {
  const probed = prefixLengths(coded.length);
  const prefix: SymbolFigures['prefix'] = {};
  for (let length = 1; length < coded.length; length++) {
    const { features, what } = await read(o, coded, length, name);
    prefix[String(length)] = probed.includes(length) ? await measureFeatures(o, features, what) : { knn: await measureKnn(o, features, what), linear: null };
  }
  const { features, what } = await read(o, coded, coded.length, name);
  const full = await measureFeatures(o, features, what);
  return { ...full, prefix: { ...prefix, [String(coded.length)]: full } };
}

async function read(o: EvaluationInput, coded: CodedImages, length: number, name: string): Promise<{ features: Features; what: string }> {
  const what = `${name}${length === 1 ? '1 symbol' : `${length} symbols`}`;
  return { what, features: await prefixEmbeddings(coded, length, { signal: o.signal, onProgress: named(o, what) }) };
}

interface Features {
  train: Float32Array;
  test: Float32Array;
}

async function measureFeatures(o: EvaluationInput, features: Features, what: string): Promise<FeatureFigures> {
  return { knn: await measureKnn(o, features, what), linear: await measureLinear(o, features, what) };
}

async function measureKnn(o: EvaluationInput, { train, test }: Features, what: string): Promise<FeatureFigures['knn']> {
  const { trainLabels, testLabels, product, signal } = o;
  const width = train.length / trainLabels.length;
  const { top1, top5, k } = await weightedKnn({ bank: train, bankLabels: trainLabels, queries: test, queryLabels: testLabels, width, classes: o.classes.length, product, signal, onProgress: named(o, what) });
  return { top1, top5, k };
}

async function measureLinear(o: EvaluationInput, features: Features, what: string): Promise<FeatureFigures['linear']> {
  const { trainLabels, testLabels, product, signal } = o;
  const width = features.train.length / trainLabels.length;
  const { top1, top5 } = await linearProbe({ ...features, trainLabels, testLabels, width, classes: o.classes.length, product, signal, onProgress: named(o, what) });
  return { top1, top5 };
}

/** Progress whose phases say what is measured: "teacher: k-NN". */
function named(o: EvaluationInput, what: string): Progress {
  return (p) => o.onProgress?.({ ...p, phase: `${what}: ${p.phase}` });
}

function protocol(o: EvaluationInput): string {
  const n = o.trainLabels.length;
  const clamped = dinoNeighbours.filter((k) => k > n);
  return [
    `Split: ${o.split}.`,
    `Teacher: ${o.features}. Student: embeddings of hard symbols, as the interpreter gives them. Residual k-means: K centres of the teacher's features of the training images, K of what they leave over, and so on; the sum of an image's centres is its embedding.`,
    `k-NN as in DINO: cosine similarity, votes weighted by exp(s / ${dinoTemperature}), k = ${dinoNeighbours.join(', ')} and their mean; exact ties by the vote expected over their random order.`,
    ...(clamped.length > 0 ? [`k = ${clamped.join(', ')} exceed the training images: all ${n} voted instead.`] : []),
    'Linear probe: logistic regression on standardised features, L2 as scikit-learn with C = 1.',
  ].join(' ');
}
