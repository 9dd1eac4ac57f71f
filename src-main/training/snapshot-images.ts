import * as tf from '@tensorflow/tfjs-core';
import type { SnapshotEvent } from '../contract/runs';
import type { Student } from '../model/student';
import { tokensOf, type FeatureSource } from './batches';
import { layPlane, placeOn, type FixedPlane } from './fixed-plane';

/** Images whose descriptions are shown, and those whose embeddings are, the former among them. */
const described = 12;
const placed = 300;

/** A few images that stay the same through a run: what the student says of them shows how it changes. */
export class SnapshotImages {
  readonly #clean: FeatureSource;
  readonly #tokens: FeatureSource | undefined;
  /** Places in the given list. */
  readonly #chosen: Int32Array;
  readonly #slots: Int32Array;
  readonly #labels: Int32Array | null;
  #plane: FixedPlane | null = null;

  /**
   * @param slots what there is to choose from: held-out images with their labels, or those that are trained on without
   * @param tokens of clean images, for a student that looks at them
   */
  constructor(clean: FeatureSource, slots: Int32Array, labels: Int32Array | null, tokens?: FeatureSource) {
    this.#clean = clean;
    this.#tokens = tokens;
    this.#chosen = chooseSnapshotImages(slots.length, labels);
    this.#slots = this.#chosen.map((i) => slots[i]);
    this.#labels = labels && this.#chosen.map((i) => labels[i]);
  }

  /** @param embeddings z_s of all that there was to choose from, [n, Z]; else they are computed */
  async take(student: Student, step: number, embeddings?: Float32Array): Promise<SnapshotEvent> {
    const { featureWidth: Z, channels: C, length: L } = student.shape;
    const count = embeddings ? Math.min(described, this.#slots.length) : this.#slots.length;
    const slots = this.#slots.subarray(0, count);
    const tokens = tokensOf(this.#tokens, slots)?.(0, count);
    const found = await student.describe(this.#clean.gather(slots), { ...(tokens && { tokens }) });
    const whole = embeddings ? rowsOf(embeddings, this.#chosen, Z) : found.embeddings;
    this.#plane ??= await this.#layPlane(student);
    const places = placeOn(this.#plane, unitChannels(whole, Z, C), C);
    return {
      type: 'snapshot',
      step,
      images: Array.from(this.#slots, (slot) => slot + 1),
      heldOut: this.#labels !== null,
      symbols: Array.from({ length: Math.min(described, count) }, (_, i) => Array.from(found.symbols.subarray(i * L, (i + 1) * L))),
      plane: this.#plane.through,
      coordinates: Array.from(places, (value) => Math.round(value * 1000) / 1000),
    };
  }

  /** Through the teacher's features as the student sees them, which training leaves as they are. */
  async #layPlane(student: Student): Promise<FixedPlane> {
    const { featureWidth: Z, channels: C } = student.shape;
    const x = tf.tidy(() => student.normalise(tf.tensor2d(this.#clean.gather(this.#slots), [this.#slots.length, Z])));
    const rows = await x.data<'float32'>();
    x.dispose();
    return layPlane(unitChannels(rows, C, C), C, this.#labels);
  }
}

/** Places of up to 300 images: as many of each class as there are, class after class at the beginning; evenly spaced without labels. */
export function chooseSnapshotImages(count: number, labels: Int32Array | null): Int32Array {
  const wanted = Math.min(placed, count);
  if (!labels) return Int32Array.from({ length: wanted }, (_, i) => Math.floor((i * count) / wanted));
  const seen = new Map<number, number>();
  const round = Array.from(labels, (label) => {
    const before = seen.get(label) ?? 0;
    seen.set(label, before + 1);
    return before;
  });
  return Int32Array.from(Array.from(labels.keys()).sort((a, b) => round[a] - round[b] || labels[a] - labels[b]).slice(0, wanted));
}

function rowsOf(all: Float32Array, chosen: Int32Array, width: number): Float32Array {
  const rows = new Float32Array(chosen.length * width);
  chosen.forEach((row, i) => rows.set(all.subarray(row * width, (row + 1) * width), i * width));
  return rows;
}

/** The first C of each row's numbers, with length 1. */
function unitChannels(rows: Float32Array, width: number, channels: number): Float32Array {
  const out = new Float32Array((rows.length / width) * channels);
  for (let i = 0; i < rows.length / width; i++) {
    const row = rows.subarray(i * width, i * width + channels);
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0)) || 1;
    for (let c = 0; c < channels; c++) out[i * channels + c] = row[c] / length;
  }
  return out;
}
