import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { layoutThreads, sharedMemory } from '../../../src-main/explore/layout-threads';
import { nearestGraph } from '../../../src-main/explore/nearest-graph';
import { curveTable, pull, push } from '../../../src-main/explore/umap-curve';
import { fuzzyGraph } from '../../../src-main/explore/umap-graph';
import { beginLayout, moveSome, runLayout } from '../../../src-main/explore/umap-layout';
import { unitRows } from '../../../src-main/evaluation/distinct-rows';
import { normal, seeded } from '../evaluation/random';
import { builtWorker } from './built-worker';

let folder: string;
let entry: string;
beforeAll(async () => void ({ folder, entry } = await builtWorker('layout-worker.ts')));
afterAll(() => rmSync(folder, { recursive: true }));
const [n, width, epochs] = [1400, 6, 30];

async function begun(seed: number, shared = false) {
  const random = seeded(1);
  const rows = unitRows(Float32Array.from({ length: n * width }, () => normal(random)), width);
  const graph = fuzzyGraph(await nearestGraph(rows, width, 8));
  return beginLayout(graph, Float32Array.from({ length: n * 2 }, () => 20 * random() - 10), { epochs, seed, allocate: shared ? sharedMemory : undefined });
}

describe('a layout', () => {
  test('keeps the edges that are sampled at least once, by their heads', async () => {
    const { start, period, count, tail } = await begun(1);
    expect([start[0], start[count]]).toEqual([0, tail.length]);
    expect(Math.min(...period)).toBe(1);
    expect(Math.max(...period)).toBeLessThanOrEqual(epochs);
  });

  test('does not depend on how its points are divided', async () => {
    const [a, b] = [await begun(3), await begun(3)];
    for (let epoch = 1; epoch <= 3; epoch++) {
      moveSome(a, epoch, 0, n);
      for (const [from, to] of [[900, n], [0, 77], [77, 900]]) moveSome(b, epoch, from, to);
    }
    expect(b.positions).toEqual(a.positions);
    moveSome(a, 4, 0, n);
    expect(a.positions[0]).not.toEqual(b.positions[0]);
  });

  test.each([1, 2, 3, 8])('by %i threads is the one of a single thread, to the last bit', async (threads) => {
    const expected = await runLayout(await begun(5), {});
    const epochsSeen: number[] = [];
    expect(await layoutThreads(entry, threads)(await begun(5, true), { onProgress: ({ done }) => epochsSeen.push(done) })).toEqual(expected);
    expect(epochsSeen.at(-1)).toBe(epochs);
    expect(await runLayout(await begun(6), {})).not.toEqual(expected);
  });

  test('by threads ends soon after it is cancelled, and is not begun when it was before', async () => {
    const controller = new AbortController();
    const state = { ...(await begun(1, true)), epochs: 1e6 };
    const run = layoutThreads(entry, 2)(state, { signal: controller.signal, onProgress: () => controller.abort() });
    await expect(run).rejects.toMatchObject({ name: 'AbortError' });
    await expect(layoutThreads(entry, 2)(state, { signal: controller.signal })).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('by threads that cannot start fails', async () => {
    await expect(layoutThreads('/nowhere/layout.mjs', 2)(await begun(1, true), {})).rejects.toThrow('/nowhere/layout.mjs');
  });
});

test('the curve comes from its table to 1e-4', () => {
  for (const factor of [pull, push]) {
    const table = curveTable(factor);
    const at = new Float32Array(1);
    const bits = new Int32Array(at.buffer);
    for (let squared = 1e-6; squared < 1e5; squared *= 1.37) {
      at[0] = squared;
      const i = bits[0] >> 16;
      const value = table[i] + (table[i + 1] - table[i]) * ((bits[0] & 0xffff) / 65_536);
      expect(Math.abs(value / factor(squared) - 1)).toBeLessThan(1e-4);
    }
    expect(table[0]).toBe(0);
  }
});
