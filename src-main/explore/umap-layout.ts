import type { Progress } from '../contract/progress';
import { pauses } from './pause';
import { clipped, curveTable, negativeSamples, pull, push } from './umap-curve';
import type { FuzzyGraph } from './umap-graph';

/** umap-js's choice: long for few points. */
export function epochsFor(points: number): number {
  if (points <= 2500) return 500;
  if (points <= 5000) return 400;
  return points <= 7500 ? 300 : 200;
}

/** A layout under way. Its arrays may lie in memory that threads share. */
export interface LayoutState {
  count: number;
  epochs: number;
  seed: number;
  /** Edges of point i stand at start[i] … start[i + 1] of what follows, [count + 1]. */
  start: Int32Array;
  tail: Int32Array;
  /** Epochs from one sample of an edge to the next, 1 or more, and the epoch of its next sample. */
  period: Float32Array;
  next: Float32Array;
  /** Positions [count, 2] after an even and after an odd number of epochs. */
  positions: readonly [Float32Array, Float32Array];
}

/** Gives an array of so many bytes: shared memory for threads. */
export type Allocate = (bytes: number) => ArrayBufferLike;

/** The edges heavy enough to be sampled at least once in so many epochs, and points [count, 2] to begin with. */
export function beginLayout(graph: FuzzyGraph, points: Float32Array, o: { epochs: number; seed: number; allocate?: Allocate }): LayoutState {
  const { count, head, tail, weight } = graph;
  const { allocate = (bytes) => new ArrayBuffer(bytes) } = o;
  let highest = 0;
  for (const w of weight) highest = Math.max(highest, w);
  const lowest = highest / o.epochs;
  let kept = 0;
  for (const w of weight) if (w >= lowest) kept++;
  const floats = (length: number) => new Float32Array(allocate(length * 4));
  const state: LayoutState = {
    count,
    epochs: o.epochs,
    seed: o.seed,
    start: new Int32Array(allocate((count + 1) * 4)),
    tail: new Int32Array(allocate(kept * 4)),
    period: floats(kept),
    next: floats(kept),
    positions: [floats(count * 2), floats(count * 2)],
  };
  let at = 0;
  for (let e = 0, i = 0; i < count; state.start[++i] = at)
    for (; e < head.length && head[e] === i; e++) {
      if (weight[e] < lowest) continue;
      state.tail[at] = tail[e];
      state.period[at] = state.next[at] = highest / weight[e];
      at++;
    }
  state.positions[0].set(points);
  return state;
}

const pulls = curveTable(pull);
const pushes = curveTable(push);
const place = new Float32Array(1);
const placeBits = new Int32Array(place.buffer);

/** A factor of the curve at a squared distance, between two entries of its table. */
function factorAt(table: Float32Array, squared: number): number {
  place[0] = squared;
  const bits = placeBits[0];
  const at = bits >> 16;
  return table[at] + (table[at + 1] - table[at]) * ((bits & 0xffff) / 65_536);
}

/**
 * Moves the points `from` … `to` through one epoch, from 1. Every point is drawn along its sampled edges, twice for each as
 * either end samples it, and pushed by five random points for each; all others stand where the epoch before left them.
 */
export function moveSome({ count, epochs, seed, start, tail, period, next, positions }: LayoutState, epoch: number, from: number, to: number): void {
  const before = positions[(epoch - 1) & 1];
  const after = positions[epoch & 1];
  const rate = 1 - (epoch - 1) / epochs;
  const scale = count / 2 ** 32;
  for (let i = from; i < to; i++) {
    let x = before[i * 2];
    let y = before[i * 2 + 1];
    let random = scrambled(scrambled(seed + 1) ^ scrambled(Math.imul(epoch, 0x9e3779b1) ^ i)) | 1;
    for (let e = start[i]; e < start[i + 1]; e++) {
      if (next[e] > epoch) continue;
      next[e] += period[e];
      let pushX = 0;
      let pushY = 0;
      for (let s = 0; s < negativeSamples; s++) {
        random ^= random << 13; // xorshift, G. Marsaglia 2003
        random ^= random >>> 17;
        random ^= random << 5;
        const other = Math.floor((random >>> 0) * scale) * 2; // the point itself is not pushed: at 0 the factor is 0
        const dx = x - before[other];
        const dy = y - before[other + 1];
        const factor = factorAt(pushes, dx * dx + dy * dy);
        pushX += clipped(factor * dx);
        pushY += clipped(factor * dy);
      }
      const tailX = before[tail[e] * 2];
      const tailY = before[tail[e] * 2 + 1];
      for (let end = 0; end < 2; end++) {
        const dx = x - tailX;
        const dy = y - tailY;
        const factor = factorAt(pulls, dx * dx + dy * dy);
        x += clipped(factor * dx) * rate;
        y += clipped(factor * dy) * rate;
      }
      x += pushX * rate;
      y += pushY * rate;
    }
    after[i * 2] = x;
    after[i * 2 + 1] = y;
  }
}

/** A number of 32 bits whose every bit depends on all of the one given (murmur3's last step, A. Appleby). */
function scrambled(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

/** Points that are moved between two pauses, and that a thread takes at a time. */
export const pointsAtOnce = 512;

/** What moves all points of a layout through all its epochs and gives them, [count, 2]. */
export type RunLayout = (state: LayoutState, o: { signal?: AbortSignal; onProgress?: Progress }) => Promise<Float32Array>;

/**
 * UMAP's layout by stochastic gradient descent (McInnes, Healy & Melville 2018, algorithm 5), the learning rate falling
 * from 1 to 0. Unlike there, all points of an epoch move at the same time, so that the result depends neither on their
 * order nor on the number of threads that move them.
 * @throws the signal's reason when cancelled
 */
export const runLayout: RunLayout = async (state, o) => {
  const pause = pauses(o.signal);
  for (let epoch = 1; epoch <= state.epochs; epoch++) {
    o.onProgress?.(layoutProgress(epoch - 1, state));
    for (let from = 0; from < state.count; from += pointsAtOnce) {
      moveSome(state, epoch, from, Math.min(state.count, from + pointsAtOnce));
      await pause();
    }
  }
  o.onProgress?.(layoutProgress(state.epochs, state));
  return finished(state);
};

export const layoutProgress = (done: number, { epochs }: LayoutState) => ({ phase: 'layout', done, total: epochs, unit: 'epochs' });

/** The points of a layout that went through all its epochs. */
export const finished = ({ positions, epochs }: LayoutState) => Float32Array.from(positions[epochs & 1]);
