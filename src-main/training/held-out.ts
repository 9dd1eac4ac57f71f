import type { EvaluationEvent } from '../contract/runs';
import { prefixLengths } from '../evaluation/evaluate';
import { weightedKnn } from '../evaluation/knn';
import { ridgeTop1 } from '../evaluation/ridge-probe';
import { backendProduct } from '../model/matrix-product';
import type { Student } from '../model/student';
import { tokensOf, type FeatureSource } from './batches';

/** Labelled images for k-NN while training: the bank votes, the queries are classified and never trained on. */
export interface HeldOutImages {
  bankSlots: Int32Array;
  bankLabels: Int32Array;
  querySlots: Int32Array;
  queryLabels: Int32Array;
}

/** Measures top-1 on the held-out images: k-NN by DINO's protocol, mean of its four k, and a linear probe by ridge regression. */
export class HeldOut {
  readonly #clean: FeatureSource;
  readonly #tokens: FeatureSource | undefined;
  readonly #images: HeldOutImages;
  readonly #classes: number;
  #teacher: Top1 | null = null;

  /** @param tokens of clean images, for a student that looks at them */
  constructor(clean: FeatureSource, images: HeldOutImages, tokens?: FeatureSource) {
    this.#clean = clean;
    this.#tokens = tokens;
    this.#images = images;
    this.#classes = 1 + Math.max(...images.bankLabels, ...images.queryLabels);
  }

  /** What is told, and z_s of the queries' full descriptions, [q, Z]. */
  async measure(student: Student, step: number): Promise<{ event: EvaluationEvent; embeddings: Float32Array }> {
    const bank = this.#clean.gather(this.#images.bankSlots);
    const queries = this.#clean.gather(this.#images.querySlots);
    const { featureWidth: Z, length: L } = student.shape;
    this.#teacher ??= await this.#top1(await student.centred(bank), await student.centred(queries), Z);
    const lengths = prefixLengths(L);
    const banks = await student.embedPrefixes(bank, lengths, tokensOf(this.#tokens, this.#images.bankSlots));
    const asked = await student.embedPrefixes(queries, lengths, tokensOf(this.#tokens, this.#images.querySlots));
    const knnTop1: EvaluationEvent['knnTop1'] = {};
    const linearTop1: EvaluationEvent['linearTop1'] = {};
    for (const length of lengths) ({ knn: knnTop1[String(length)], linear: linearTop1[String(length)] } = await this.#top1(banks.get(length)!, asked.get(length)!, Z));
    return { event: { type: 'evaluation', step, knnTop1, teacher: this.#teacher.knn, linearTop1, teacherLinear: this.#teacher.linear }, embeddings: asked.get(L)! };
  }

  async #top1(bank: Float32Array, queries: Float32Array, width: number): Promise<Top1> {
    const { bankLabels, queryLabels } = this.#images;
    const common = { width, classes: this.#classes, product: backendProduct };
    const { top1: knn } = await weightedKnn({ bank, bankLabels, queries, queryLabels, ...common });
    return { knn, linear: await ridgeTop1({ train: bank, trainLabels: bankLabels, test: queries, testLabels: queryLabels, ...common }) };
  }
}

interface Top1 {
  knn: number;
  linear: number;
}
