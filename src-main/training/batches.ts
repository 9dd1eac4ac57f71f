import { createHash } from 'node:crypto';
import { GlyphscopeError } from '../contract/errors';
import type { FeatureTokens } from '../model/shapes';
import { RandomStream } from '../model/random';
import type { TokenReader } from '../model/student';

/** Reads teacher features of slots: [n, records, Z] (FeatureStore, or arrays in a test). */
export interface FeatureSource {
  readonly spec: { width: number; records: number };
  gather(slots: ArrayLike<number>): Float32Array;
}

/** The teacher's tokens of clean images and of views: sources whose width is N·T. */
export interface TokenSources {
  clean: FeatureSource;
  views: FeatureSource;
  shape: FeatureTokens;
}

/** Tokens of images by their place in a list of slots. */
export function tokensOf(source: FeatureSource | undefined, slots: Int32Array): TokenReader | undefined {
  return source && ((from, rows) => source.gather(slots.subarray(from, from + rows)));
}

/**
 * Which images each step trains on: every epoch in a new order that follows from seed and epoch alone, in batches of B;
 * what is left over at the end of an epoch is left out, so that a batch never holds an image twice.
 */
export class Batches {
  readonly #slots: Int32Array;
  readonly #size: number;
  readonly #seed: number;
  #epoch = -1;
  #order: Int32Array = new Int32Array(0);

  /** @throws COLLECTION_TOO_SMALL when there are fewer images than one batch */
  constructor(slots: Int32Array, o: { batch: number; seed: number }) {
    if (slots.length < o.batch)
      throw new GlyphscopeError('COLLECTION_TOO_SMALL', `A step needs ${o.batch} images, the collection has ${slots.length} to train on.`, {
        subject: 'batch',
        remedy: `Add images, or lower the batch to ${Math.max(2, slots.length)} or less.`,
      });
    this.#slots = slots;
    this.#size = o.batch;
    this.#seed = o.seed;
  }

  get perEpoch(): number {
    return Math.floor(this.#slots.length / this.#size);
  }

  /** Slots of the images of a step, counted from 0: [B]. */
  at(step: number): Int32Array {
    const epoch = Math.floor(step / this.perEpoch);
    if (epoch !== this.#epoch) {
      this.#epoch = epoch;
      this.#order = new RandomStream(this.#seed, 'order', epoch).permutation(this.#slots.length);
    }
    const from = (step % this.perEpoch) * this.#size;
    return Int32Array.from(this.#order.subarray(from, from + this.#size), (i) => this.#slots[i]);
  }
}

/** Changes when the images or their order do. */
export function stampOf(slots: Int32Array): string {
  return createHash('sha256').update(new Uint8Array(slots.buffer, slots.byteOffset, slots.byteLength)).digest('hex').slice(0, 16);
}

/** Features by view first: [B, V, Z] as stored → [V·B, Z]. */
export function byViewFirst(features: Float32Array, images: number, views: number, stored: number, width: number): Float32Array {
  const out = new Float32Array(views * images * width);
  for (let v = 0; v < views; v++)
    for (let b = 0; b < images; b++) {
      const from = (b * stored + v) * width;
      out.set(features.subarray(from, from + width), (v * images + b) * width);
    }
  return out;
}
