import type { EvaluationEvent } from '../contract/runs';
import { weightedKnn } from '../evaluation/knn';
import { prefixLengths } from '../evaluation/evaluate';
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

/** Measures k-NN top-1 on the held-out images, DINO's protocol, mean of its four k. */
export class HeldOut {
  readonly #clean: FeatureSource;
  readonly #tokens: FeatureSource | undefined;
  readonly #images: HeldOutImages;
  readonly #classes: number;
  #teacher: number | null = null;

  /** @param tokens of clean images, for a student that looks at them */
  constructor(clean: FeatureSource, images: HeldOutImages, tokens?: FeatureSource) {
    this.#clean = clean;
    this.#tokens = tokens;
    this.#images = images;
    this.#classes = 1 + Math.max(...images.bankLabels, ...images.queryLabels);
  }

  async measure(student: Student, step: number): Promise<EvaluationEvent> {
    const bank = this.#clean.gather(this.#images.bankSlots);
    const queries = this.#clean.gather(this.#images.querySlots);
    this.#teacher ??= await this.#top1(await student.centred(bank), await student.centred(queries), student.shape.featureWidth);
    const lengths = prefixLengths(student.shape.length);
    const banks = await student.embedPrefixes(bank, lengths, tokensOf(this.#tokens, this.#images.bankSlots));
    const asked = await student.embedPrefixes(queries, lengths, tokensOf(this.#tokens, this.#images.querySlots));
    const knnTop1: EvaluationEvent['knnTop1'] = {};
    for (const length of lengths) knnTop1[String(length)] = await this.#top1(banks.get(length) as Float32Array, asked.get(length) as Float32Array, student.shape.featureWidth);
    return { type: 'evaluation', step, knnTop1, teacher: this.#teacher };
  }

  async #top1(bank: Float32Array, queries: Float32Array, width: number): Promise<number> {
    const { bankLabels, queryLabels } = this.#images;
    return (await weightedKnn({ bank, bankLabels, queries, queryLabels, width, classes: this.#classes, product: backendProduct })).top1;
  }
}
