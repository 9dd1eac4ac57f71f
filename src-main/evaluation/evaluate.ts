import { GlyphscopeError } from '../contract/errors';
import type { Evaluation, KnnResult, LinearResult } from '../contract/evaluation';
import type { Progress } from '../contract/progress';
import { checkMatrix, distinctRows } from './distinct-rows';
import { dinoNeighbours, dinoTemperature, weightedKnn, type KnnReport } from './knn';
import { linearProbe } from './linear-probe';
import type { MatrixProduct } from './matrix-product';

/** The evaluation document without the names of its run and collection. */
export type EvaluationParts = Omit<Evaluation, 'run' | 'collection'>;

export interface EvaluationInput {
  /** Labels 0 … classes.length − 1 of the images that are learned from, [n], and of those that are classified, [q]. */
  trainLabels: Int32Array;
  testLabels: Int32Array;
  classes: readonly string[];
  /** Hard symbols of the same images, [n, L] and [q, L]. */
  trainSymbols: Uint16Array;
  testSymbols: Uint16Array;
  /** L, symbols in a description. */
  length: number;
  /** Z, width of the teacher's features and of the embeddings. */
  width: number;
  /** Embeddings z_s [m, Z] of m sequences of `prefix` symbols [m, prefix]; each different prefix is asked for once. */
  interpret: (symbols: Uint16Array, m: number, prefix: number) => Promise<Float32Array>;
  /** The teacher's features of the same images, [n, Z] and [q, Z]; asked for once, and let go before the student's turn. */
  teacher: () => Promise<{ train: Float32Array; test: Float32Array }>;
  /** What the teacher's features are, as in "features of the clean image as the encoder gives them, not centred". */
  features: string;
  /** How the images were split: `description` of evaluationSplit. */
  split: string;
  product: MatrixProduct;
  signal?: AbortSignal;
  onProgress?: Progress;
}

const interpretedAtOnce = 4096;

/**
 * Measures a run as the paper does: k-NN and linear probe on the embeddings after 1, 2, 4, 8 and L symbols, and on the
 * teacher's features beside them. Embeddings come from hard symbols, and each different prefix is interpreted once for
 * training and test together, so equal descriptions are exactly equal.
 * @throws LABELS_MISSING without labels, INVALID_INPUT for shapes that do not fit; the signal's reason when cancelled
 */
export async function evaluateFeatures(o: EvaluationInput): Promise<EvaluationParts> {
  const n = o.trainLabels.length;
  const q = o.testLabels.length;
  if (n === 0 || q === 0 || o.classes.length === 0)
    throw new GlyphscopeError('LABELS_MISSING', `${n} labelled training and ${q} labelled test images in ${o.classes.length} classes: at least one of each is needed.`);
  for (const [symbols, images] of [[o.trainSymbols, n], [o.testSymbols, q]] as const)
    if (symbols.length !== images * o.length)
      throw new GlyphscopeError('INVALID_INPUT', `${symbols.length} symbols for ${images} images of ${o.length}: expected ${images * o.length}.`, { subject: 'symbols' });

  const lengths = prefixLengths(o.length);
  const report = (what: string): Progress => (p) => o.onProgress?.({ ...p, phase: `${what}: ${p.phase}` });
  const teacher = await measure(o, await o.teacher(), report('teacher'));
  const prefix: EvaluationParts['student']['prefix'] = {};
  for (const length of lengths) {
    const progress = report(length === 1 ? '1 symbol' : `${length} symbols`);
    prefix[String(length)] = strip(await measure(o, await embeddings(o, length, progress), progress));
  }
  const full = prefix[String(o.length)];
  return {
    student: { knn: full.knn, linear: full.linear, prefix },
    teacher: strip(teacher),
    retention: teacher.knn.top1 > 0 ? full.knn.top1 / teacher.knn.top1 : 0,
    trainImages: n,
    testImages: q,
    protocol: protocol(o, teacher.knn),
  };
}

/** 1, 2, 4 and 8 as far as a description has them, and its full length. */
export function prefixLengths(length: number): number[] {
  return [...new Set([...[1, 2, 4, 8].filter((l) => l <= length), length])];
}

interface Figures {
  knn: KnnResult;
  linear: LinearResult;
}

async function measure(o: EvaluationInput, features: { train: Float32Array; test: Float32Array }, onProgress: Progress): Promise<{ knn: KnnReport; linear: LinearResult }> {
  const { trainLabels, testLabels, width, product, signal } = o;
  const classes = o.classes.length;
  const knn = await weightedKnn({ bank: features.train, bankLabels: trainLabels, queries: features.test, queryLabels: testLabels, width, classes, product, signal, onProgress });
  const linear = await linearProbe({ ...features, trainLabels, testLabels, width, classes, product, signal, onProgress });
  return { knn, linear };
}

/** Embeddings of all images after `prefix` symbols. */
async function embeddings(o: EvaluationInput, prefix: number, onProgress: Progress): Promise<{ train: Float32Array; test: Float32Array }> {
  const n = o.trainLabels.length;
  const q = o.testLabels.length;
  const cut = new Uint16Array((n + q) * prefix);
  for (let i = 0; i < n + q; i++) {
    const [from, row] = i < n ? [o.trainSymbols, i] : [o.testSymbols, i - n];
    cut.set(from.subarray(row * o.length, row * o.length + prefix), i * prefix);
  }
  const groups = distinctRows(cut, prefix);
  const distinct = new Float32Array(groups.count * o.width);
  for (let from = 0; from < groups.count; from += interpretedAtOnce) {
    o.signal?.throwIfAborted();
    onProgress({ phase: 'interpreting', done: from, total: groups.count, unit: 'descriptions' });
    const to = Math.min(groups.count, from + interpretedAtOnce);
    const symbols = new Uint16Array((to - from) * prefix);
    for (let g = from; g < to; g++) symbols.set(cut.subarray(groups.first[g] * prefix, (groups.first[g] + 1) * prefix), (g - from) * prefix);
    const read = await o.interpret(symbols, to - from, prefix);
    checkMatrix(read, to - from, o.width, `embeddings after ${prefix} symbols`);
    distinct.set(read, from * o.width);
  }
  const spread = (from: number, images: number) => {
    const out = new Float32Array(images * o.width);
    for (let i = 0; i < images; i++) {
      const g = groups.group[from + i] * o.width;
      out.set(distinct.subarray(g, g + o.width), i * o.width);
    }
    return out;
  };
  return { train: spread(0, n), test: spread(n, q) };
}

function strip({ knn, linear }: Figures): Figures {
  return { knn: { top1: knn.top1, top5: knn.top5, k: knn.k }, linear: { top1: linear.top1, top5: linear.top5 } };
}

function protocol(o: EvaluationInput, knn: KnnReport): string {
  const clamped = knn.clamped.length > 0 ? ` k = ${knn.clamped.map((c) => c.asked).join(', ')} exceed the training images: all ${knn.clamped[0].used} voted instead.` : '';
  return [
    `Split: ${o.split}.`,
    `Teacher: ${o.features}. Student: embeddings of hard symbols, as the interpreter gives them.`,
    `k-NN as in DINO: cosine similarity, votes weighted by exp(s / ${dinoTemperature}), k = ${dinoNeighbours.join(', ')} and their mean; exact ties counted by expectation.${clamped}`,
    'Linear probe: logistic regression on standardised features, L2 as scikit-learn with C = 1.',
  ].join(' ');
}
