import { GlyphscopeError } from '../contract/errors';
import type { FewShot, FewShotOptions } from '../contract/evaluation';
import type { Progress } from '../contract/progress';
import { breathe } from './breathe';
import { checkCoded, prefixEmbeddings, type CodedImages } from './coded-images';
import { unitRows } from './distinct-rows';
import { expectedHit } from './expected-accuracy';
import { linearProbe } from './linear-probe';
import type { MatrixProduct } from './matrix-product';
import { PrefixModel, prefixNumbers } from './prefix-model';
import { mulberry32 } from './split';
import { NaiveBayes } from './symbol-classifier';

/** The document without the names of its run and collection. */
export type FewShotParts = Omit<FewShot, 'run' | 'collection'>;
type Accuracies = Omit<FewShot['shots'][number], 'images'>;
type Method = keyof Accuracies;
export const fewShotMethods: readonly Method[] = ['naiveBayes', 'prefixModel', 'embeddingMeans', 'embeddingProbe', 'teacherMeans', 'teacherProbe'];

export interface FewShotInput extends FewShotOptions {
  /** Labels 0 … classes.length − 1 of the images that shots are drawn from, [n], and of those that are classified, [q]. */
  trainLabels: Int32Array;
  testLabels: Int32Array;
  classes: readonly string[];
  student: CodedImages;
  /** K. */
  vocabulary: number;
  /** The teacher's features of the same images, [n, Z] and [q, Z]. */
  teacher: { train: Float32Array; test: Float32Array };
  features: string;
  split: string;
  product: MatrixProduct;
  signal?: AbortSignal;
  onProgress?: Progress;
}

/**
 * Classifies the test images from a few labelled images of each class, drawn at random `draws` times: from the symbols
 * alone, from the embeddings of all symbols, and from the teacher's features. Draw d of every number of shots begins with
 * the images of draw d of fewer shots. Equal scores share their place.
 * @throws LABELS_MISSING without labels, COLLECTION_TOO_SMALL when a class has too few images for the fewest shots,
 * INVALID_INPUT for shapes that do not fit; the signal's reason when cancelled
 */
export async function measureFewShot(o: FewShotInput): Promise<FewShotParts> {
  const [n, q] = [o.trainLabels.length, o.testLabels.length];
  if (n === 0 || q === 0) throw new GlyphscopeError('LABELS_MISSING', `${n} labelled training and ${q} labelled test images: at least one of each is needed.`);
  checkCoded(o.student, n, q);
  const members = o.classes.map((_, c) => Array.from(o.trainLabels.keys()).filter((i) => o.trainLabels[i] === c));
  const fewest = Math.min(...members.map((rows) => rows.length));
  const shots = [...new Set(o.shots)].sort((a, b) => a - b);
  const possible = shots.filter((images) => images <= fewest);
  if (possible.length === 0) {
    const scarce = o.classes[members.findIndex((rows) => rows.length === fewest)];
    throw new GlyphscopeError('COLLECTION_TOO_SMALL', `"${scarce}" has ${fewest} training images, ${shots[0]} of each class are needed.`, { remedy: 'Ask for fewer shots, or add images to the class.' });
  }
  const embedded = await prefixEmbeddings(o.student, o.student.length, o);
  const sides = { symbols: symbolsOf(o), embedding: embedded, teacher: o.teacher };
  const found = new Map(possible.map((images) => [images, new Map(fewShotMethods.map((method) => [method, [] as number[]]))]));
  const total = o.draws * possible.length;
  for (let draw = 0, done = 0; draw < o.draws; draw++) {
    const random = mulberry32(o.seed * 1000 + draw);
    const orders = members.map((rows) => shuffled(rows, random));
    for (const images of possible) {
      o.onProgress?.({ phase: 'few-shot', done: done++, total, unit: 'draws' });
      await breathe(o.signal);
      const rows = orders.flatMap((order) => order.slice(0, images));
      const hits = await accuracies(o, sides, rows);
      for (const method of fewShotMethods) found.get(images)!.get(method)!.push(hits[method]);
    }
  }
  o.onProgress?.({ phase: 'few-shot', done: total, total, unit: 'draws' });
  return {
    classes: o.classes.length,
    testImages: q,
    draws: o.draws,
    seed: o.seed,
    shots: possible.map((images) => ({ images, ...(Object.fromEntries(fewShotMethods.map((method) => [method, spread(found.get(images)!.get(method)!)])) as Accuracies) })),
    protocol: protocol(o, shots.filter((images) => images > fewest), fewest),
  };
}

interface Sides {
  /** Training images before test images in all: [n + q, L], and the numbers of their prefixes. */
  symbols: { all: Uint16Array; levels: Int32Array[]; labels: Int32Array };
  embedding: { train: Float32Array; test: Float32Array };
  teacher: { train: Float32Array; test: Float32Array };
}

function symbolsOf({ student, trainLabels, testLabels }: FewShotInput): Sides['symbols'] {
  const all = new Uint16Array(student.trainSymbols.length + student.testSymbols.length);
  all.set(student.trainSymbols);
  all.set(student.testSymbols, student.trainSymbols.length);
  return { all, levels: prefixNumbers(all, student.length), labels: Int32Array.from([...trainLabels, ...testLabels]) };
}

/** Accuracy of every method when it has seen `rows` of the training images. */
async function accuracies(o: FewShotInput, { symbols, embedding, teacher }: Sides, rows: number[]): Promise<Record<Method, number>> {
  const { length } = o.student;
  const classes = o.classes.length;
  const bayes = new NaiveBayes(symbols.all, symbols.labels, rows, { length, vocabulary: o.vocabulary, classes });
  const model = new PrefixModel({ levels: symbols.levels, depth: length, target: symbols.labels, targets: classes, fitted: rows });
  const n = o.trainLabels.length;
  const share = (scores: (i: number) => ArrayLike<number>) => o.testLabels.reduce((sum, label, i) => sum + expectedHit(scores(i), 0, classes, label, 1), 0) / o.testLabels.length;
  return {
    naiveBayes: share((i) => bayes.scores(symbols.all, n + i)),
    prefixModel: share((i) => model.probabilities(n + i)),
    embeddingMeans: await meansAccuracy(o, embedding, rows),
    embeddingProbe: await probeAccuracy(o, embedding, rows),
    teacherMeans: await meansAccuracy(o, teacher, rows),
    teacherProbe: await probeAccuracy(o, teacher, rows),
  };
}

/** Nearest class mean by cosine similarity: the mean of the class's unit-length features. */
async function meansAccuracy(o: FewShotInput, { train, test }: Sides['teacher'], rows: number[]): Promise<number> {
  const classes = o.classes.length;
  const width = test.length / o.testLabels.length;
  const seen = unitRows(gathered(train, rows, width), width);
  const means = new Float32Array(classes * width);
  rows.forEach((row, at) => {
    for (let t = 0; t < width; t++) means[o.trainLabels[row] * width + t] += seen[at * width + t];
  });
  const scores = await o.product(test, o.testLabels.length, unitRows(means, width), classes, width);
  return o.testLabels.reduce((sum, label, i) => sum + expectedHit(scores, i * classes, classes, label, 1), 0) / o.testLabels.length;
}

async function probeAccuracy(o: FewShotInput, { train, test }: Sides['teacher'], rows: number[]): Promise<number> {
  const width = test.length / o.testLabels.length;
  const trainLabels = Int32Array.from(rows, (row) => o.trainLabels[row]);
  return (await linearProbe({ train: gathered(train, rows, width), trainLabels, test, testLabels: o.testLabels, width, classes: o.classes.length, product: o.product, signal: o.signal })).top1;
}

function gathered(features: Float32Array, rows: number[], width: number): Float32Array {
  const out = new Float32Array(rows.length * width);
  rows.forEach((row, at) => out.set(features.subarray(row * width, (row + 1) * width), at * width));
  return out;
}

function shuffled(rows: readonly number[], random: () => number): number[] {
  const order = [...rows];
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/** Mean and standard deviation (n − 1) of the draws. */
function spread(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return { mean, deviation: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1)) };
}

function protocol(o: FewShotInput, left: number[], fewest: number): string {
  return [
    `Split: ${o.split}. Labelled images are drawn from the training images of each class, ${o.draws} times (seed ${o.seed}); every test image is classified.`,
    ...(left.length > 0 ? [`${left.join(', ')} images of each class left out: the smallest class has ${fewest}.`] : []),
    'Symbols: naive Bayes over the positions with one added to every count, and a model of prefixes that backs off to shorter ones.',
    `Embedding of all symbols, and teacher (${o.features}): nearest class mean by cosine similarity, and logistic regression on standardised features, L2 as scikit-learn with C = 1.`,
    'Equal scores share their place by expectation.',
  ].join(' ');
}
