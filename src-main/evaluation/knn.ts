import { GlyphscopeError } from '../contract/errors';
import type { KnnResult } from '../contract/evaluation';
import type { Progress } from '../contract/progress';
import { checkMatrix, labelledRows, unitRows, type LabelledRows } from './distinct-rows';
import { expectedHit } from './expected-accuracy';
import { breathe } from './breathe';
import { liveColumns } from './live-columns';
import type { MatrixProduct } from './matrix-product';

/** DINO's numbers of neighbours and the temperature of its votes (facebookresearch/dino, eval_knn.py). */
export const dinoNeighbours = [10, 20, 100, 200] as const;
export const dinoTemperature = 0.07;

export interface KnnOptions {
  /** Images that vote, [n, width], n ≥ 1; any length, normalised here. */
  bank: Float32Array;
  bankLabels: Int32Array;
  /** Images that are classified, [q, width], q ≥ 1. */
  queries: Float32Array;
  queryLabels: Int32Array;
  width: number;
  /** Labels are 0 … classes − 1. */
  classes: number;
  k?: readonly number[];
  temperature?: number;
  product: MatrixProduct;
  signal?: AbortSignal;
  onProgress?: Progress;
}

export interface KnnReport extends KnnResult {
  /** Numbers of neighbours that the bank was too small for: `used` (the whole bank) was taken instead. */
  clamped: { asked: number; used: number }[];
  /** Different rows among the bank and the queries. */
  distinctBank: number;
  distinctQueries: number;
}

/** Similarities held at once: 8 M float32 = 32 MB, and about as much again inside the product. */
const similaritiesAtOnce = 8_000_000;
const bankRowsAtOnce = 16_384;

/**
 * DINO's weighted k-NN: cosine similarity s, each of the k nearest votes exp(s / temperature) for its class.
 *
 * Ties are counted exactly: every class gets the vote that it expects over all orders of the tied images, in which those
 * at the similarity of the k-th neighbour share the places left in proportion, and classes with equal votes (also with
 * none) share the places in the ranking. So the figures depend neither on the order of the images nor on the numbering of
 * the classes. Where nothing is tied they are those of eval_knn.py. As there, top-5 with k < 5 counts the first k places.
 * The accuracy of the expected vote is not the expected accuracy of votes drawn at random: where thousands are tied, it is
 * that of their majority, as if k were larger.
 *
 * Accuracies between 0 and 1; top1 and top5 are the means over the given k. Memory: a normalised copy of bank and
 * queries, about 70 MB of similarities, and what the product needs.
 * @throws INVALID_INPUT for shapes, labels or numbers that do not fit; the signal's reason when cancelled
 */
export async function weightedKnn(o: KnnOptions): Promise<KnnReport> {
  const asked = o.k ?? dinoNeighbours;
  const temperature = o.temperature ?? dinoTemperature;
  if (asked.length === 0 || asked.some((k) => !Number.isInteger(k) || k < 1))
    throw new GlyphscopeError('INVALID_INPUT', `k = ${asked.join(', ')}: expected whole numbers of 1 or more.`, { subject: 'k' });
  if (!(temperature > 0)) throw new GlyphscopeError('INVALID_INPUT', `Temperature ${temperature}: expected more than 0.`, { subject: 'temperature' });
  checkMatrix(o.bank, o.bankLabels.length, o.width, 'bank');
  checkMatrix(o.queries, o.queryLabels.length, o.width, 'queries');
  const { a, b, width } = liveColumns(o.bank, o.queries, o.width);
  const bank = labelledRows(unitRows(a, width), o.bankLabels, width, o.classes, 'bank');
  const queries = labelledRows(unitRows(b, width), o.queryLabels, width, o.classes, 'queries');
  const n = o.bankLabels.length;
  const used = [...new Set(asked.map((k) => Math.min(k, n)))].sort((a, b) => a - b);

  const hits = used.map(() => ({ top1: 0, top5: 0 }));
  const vote = new Voting(bank, o.classes, used, temperature);
  const queriesAtOnce = Math.max(1, Math.min(queries.count, Math.floor(similaritiesAtOnce / bank.count)));
  const similarities = new Float32Array(queriesAtOnce * bank.count);
  const total = o.queryLabels.length;
  let done = 0;
  for (let from = 0; from < queries.count; from += queriesAtOnce) {
    const to = Math.min(queries.count, from + queriesAtOnce);
    o.onProgress?.({ phase: 'k-NN', done, total, unit: 'images' });
    await multiplyInBlocks(o, queries.rows.subarray(from * width, to * width), to - from, bank, width, similarities);
    for (let g = from; g < to; g++) {
      done += queries.size[g];
      const row = (g - from) * bank.count;
      vote.count(similarities.subarray(row, row + bank.count), (index, votes) => {
        const places = Math.min(5, used[index]);
        for (let t = queries.start[g]; t < queries.start[g + 1]; t++) {
          hits[index].top1 += queries.images[t] * expectedHit(votes, 0, o.classes, queries.label[t], 1);
          hits[index].top5 += queries.images[t] * expectedHit(votes, 0, o.classes, queries.label[t], places);
        }
      });
    }
  }
  o.onProgress?.({ phase: 'k-NN', done, total, unit: 'images' });

  const perK = asked.map((k) => {
    const hit = hits[used.indexOf(Math.min(k, n))];
    return { k, top1: hit.top1 / total, top5: hit.top5 / total };
  });
  return {
    top1: mean(perK.map((r) => r.top1)),
    top5: mean(perK.map((r) => r.top5)),
    k: Object.fromEntries(perK.map(({ k, top1, top5 }) => [String(k), { top1, top5 }])),
    clamped: asked.filter((k) => k > n).map((k) => ({ asked: k, used: n })),
    distinctBank: bank.count,
    distinctQueries: queries.count,
  };
}

/** Fills `similarities` [rows, bank.count] block by block of the bank. */
async function multiplyInBlocks(o: KnnOptions, queries: Float32Array, rows: number, bank: LabelledRows, width: number, similarities: Float32Array): Promise<void> {
  for (let from = 0; from < bank.count; from += bankRowsAtOnce) {
    const to = Math.min(bank.count, from + bankRowsAtOnce);
    const block = await o.product(queries, rows, bank.rows.subarray(from * width, to * width), to - from, width);
    await breathe(o.signal);
    for (let i = 0; i < rows; i++) similarities.set(block.subarray(i * (to - from), (i + 1) * (to - from)), i * bank.count + from);
  }
}

/** Expected votes for one query at a time, for every k. */
export class Voting {
  readonly #bank: LabelledRows;
  readonly #k: number[];
  readonly #temperature: number;
  readonly #heap: Float32Array;
  readonly #votes: Float64Array;
  readonly #shared: Float64Array;
  readonly #tier: Int32Array;

  constructor(bank: LabelledRows, classes: number, k: number[], temperature: number) {
    this.#bank = bank;
    this.#k = k;
    this.#temperature = temperature;
    this.#heap = new Float32Array(Math.min(bank.count, k[k.length - 1]));
    this.#votes = new Float64Array(classes);
    this.#shared = new Float64Array(classes);
    this.#tier = new Int32Array(classes);
  }

  /** Calls `each(index of k, votes by class)` for each k, ascending. @param similarities [m] with the distinct rows */
  count(similarities: Float32Array, each: (index: number, votes: Float64Array) => void): void {
    const near = placesOfHighest(similarities, this.#heap).sort((a, b) => similarities[b] - similarities[a]);

    const votes = this.#votes.fill(0);
    const tier = this.#tier;
    const best = similarities[near[0]];
    let taken = 0;
    let index = 0;
    for (let at = 0; at < near.length && index < this.#k.length; ) {
      // One tier: all rows at exactly this similarity. Whole counts first, so that equal votes come out equal.
      const similarity = similarities[near[at]];
      let size = 0;
      tier.fill(0);
      for (; at < near.length && similarities[near[at]] === similarity; at++) {
        const g = near[at];
        size += this.#bank.size[g];
        for (let t = this.#bank.start[g]; t < this.#bank.start[g + 1]; t++) tier[this.#bank.label[t]] += this.#bank.images[t];
      }
      // Relative to the best similarity: the ranking is the same and nothing overflows at a small temperature.
      const weight = Math.exp((similarity - best) / this.#temperature);
      for (; index < this.#k.length && taken + size >= this.#k[index]; index++) {
        const share = (this.#k[index] - taken) / size;
        for (let c = 0; c < votes.length; c++) this.#shared[c] = votes[c] + tier[c] * share * weight;
        each(index, this.#shared);
      }
      for (let c = 0; c < votes.length; c++) votes[c] += tier[c] * weight;
      taken += size;
    }
  }
}

/** Places of all values that reach the heap.length-th highest, by a heap whose root is the lowest of those kept. */
function placesOfHighest(values: Float32Array, heap: Float32Array): number[] {
  const size = heap.length;
  heap.set(values.subarray(0, size));
  const sink = (from: number) => {
    const value = heap[from];
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && heap[child + 1] < heap[child]) child++;
      if (heap[child] >= value) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = value;
  };
  for (let at = (size >> 1) - 1; at >= 0; at--) sink(at);
  const candidates: number[] = [];
  for (let i = 0; i < size; i++) candidates.push(i);
  let lowest = heap[0];
  for (let i = size; i < values.length; i++) {
    const value = values[i];
    if (value < lowest) continue;
    candidates.push(i);
    if (value === lowest) continue;
    heap[0] = value;
    sink(0);
    lowest = heap[0];
  }
  return candidates.filter((i) => values[i] >= lowest);
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
