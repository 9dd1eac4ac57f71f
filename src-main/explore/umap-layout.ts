import type { Progress } from '../contract/progress';
import { pauses } from './pause';
import { clipped, longestMove, negativeSamples, pull, push } from './umap-curve';
import type { FuzzyGraph } from './umap-graph';

/** UMAP's own choice: long for few points. */
export function epochsFor(points: number): number {
  return points <= 10_000 ? 500 : 200;
}

/**
 * UMAP's layout by stochastic gradient descent (algorithm 5): edges attract as often as their weight says, and every
 * time push five random points away. Moves `position` [m, 2] in place; the learning rate falls from 1 to 0.
 */
export async function layOut(
  graph: FuzzyGraph,
  position: Float32Array,
  o: { random: () => number; epochs: number; signal?: AbortSignal; onProgress?: Progress },
): Promise<void> {
  const { count } = graph;
  const { head, tail, perSample } = sampled(graph, o.epochs);
  const nextSample = perSample.slice();
  const perNegative = perSample.map((p) => p / negativeSamples);
  const nextNegative = perNegative.slice();
  const pause = pauses(o.signal);
  for (let epoch = 1; epoch <= o.epochs; epoch++) {
    o.onProgress?.({ phase: 'layout', done: epoch - 1, total: o.epochs, unit: 'epochs' });
    const rate = 1 - (epoch - 1) / o.epochs;
    for (let e = 0; e < head.length; e++) {
      if ((e & 8191) === 0) await pause();
      if (nextSample[e] > epoch) continue;
      const i = head[e] * 2;
      const j = tail[e] * 2;
      const dx = position[i] - position[j];
      const dy = position[i + 1] - position[j + 1];
      const squared = dx * dx + dy * dy;
      if (squared > 0) {
        const factor = pull(squared);
        const mx = clipped(factor * dx) * rate;
        const my = clipped(factor * dy) * rate;
        position[i] += mx;
        position[i + 1] += my;
        position[j] -= mx;
        position[j + 1] -= my;
      }
      nextSample[e] += perSample[e];
      const negatives = Math.floor((epoch - nextNegative[e]) / perNegative[e]);
      for (let s = 0; s < negatives; s++) {
        const other = Math.floor(o.random() * count) * 2;
        if (other === i) continue;
        const ox = position[i] - position[other];
        const oy = position[i + 1] - position[other + 1];
        const far = ox * ox + oy * oy;
        if (far > 0) {
          const factor = push(far);
          position[i] += clipped(factor * ox) * rate;
          position[i + 1] += clipped(factor * oy) * rate;
        } else {
          position[i] += longestMove * rate;
          position[i + 1] += longestMove * rate;
        }
      }
      nextNegative[e] += negatives * perNegative[e];
    }
    await pause();
  }
  o.onProgress?.({ phase: 'layout', done: o.epochs, total: o.epochs, unit: 'epochs' });
}

/** Edges heavy enough to be drawn at least once, with the epochs from one draw to the next. */
function sampled(graph: FuzzyGraph, epochs: number): { head: Int32Array; tail: Int32Array; perSample: Float64Array } {
  let highest = 0;
  for (const w of graph.weight) highest = Math.max(highest, w);
  const kept: number[] = [];
  for (let e = 0; e < graph.weight.length; e++) if (graph.weight[e] >= highest / epochs) kept.push(e);
  return {
    head: Int32Array.from(kept, (e) => graph.head[e]),
    tail: Int32Array.from(kept, (e) => graph.tail[e]),
    perSample: Float64Array.from(kept, (e) => highest / graph.weight[e]),
  };
}
