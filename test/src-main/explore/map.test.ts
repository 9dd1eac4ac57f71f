import { describe, expect, test } from 'vitest';
import { UMAP } from 'umap-js';
import { DotKernel } from '../../../src-main/explore/dot-kernel';
import { prepareSet } from '../../../src-main/explore/embedding-set';
import { mapOf } from '../../../src-main/explore/map';
import { fitInto } from '../../../src-main/explore/point-box';
import { graphOfRows, nearestGraph } from '../../../src-main/explore/nearest-graph';
import { principalPlane } from '../../../src-main/explore/principal-plane';
import { nearestDistances, spreadDuplicates } from '../../../src-main/explore/spread-duplicates';
import { fuzzyGraph } from '../../../src-main/explore/umap-graph';
import { unitRows } from '../../../src-main/evaluation/distinct-rows';
import { normal, seeded } from '../evaluation/random';
import { cosine, describedSet } from './sets';

const cloud = (seed: number, n: number, width: number) => {
  const random = seeded(seed);
  return unitRows(Float32Array.from({ length: n * width }, () => normal(random)), width);
};

describe('the kernel', () => {
  test.each([1, 3, 4, 5, 30])('gives inner products of rows of width %i', (width) => {
    const n = 300; // more than a tile, not a multiple of one
    const rows = cloud(width, n, width);
    const kernel = new DotKernel(rows, width);
    const { tile } = DotKernel;
    for (const [i, j] of [[0, 0], [0, tile], [tile, tile]]) {
      const products = kernel.tileAt(i, j);
      for (let r = 0; r < tile; r += 17)
        for (let c = 0; c < tile; c += 13) {
          let expected = 0;
          if (i + r < n && j + c < n) for (let t = 0; t < width; t++) expected += rows[(i + r) * width + t] * rows[(j + c) * width + t];
          expect(products[r * tile + c]).toBeCloseTo(expected, 5);
        }
    }
  });
});

describe('the nearest-neighbour graph', () => {
  test('is that of brute force over several tiles', async () => {
    const n = 600, width = 6, k = 9;
    const rows = cloud(3, n, width);
    const graph = await nearestGraph(rows, width, k);
    for (let i = 0; i < n; i += 7) {
      const expected = Array.from({ length: n }, (_, j) => ({ j, s: j === i ? 2 : cosine(rows.subarray(i * width, (i + 1) * width), rows.subarray(j * width, (j + 1) * width)) }))
        .sort((x, y) => y.s - x.s).slice(0, k);
      expect(Array.from(graph.neighbours.subarray(i * k, (i + 1) * k))).toEqual(expected.map((e) => e.j));
      expected.forEach((e, t) => expect(graph.distances[i * k + t]).toBeCloseTo(t === 0 ? 0 : Math.sqrt(2 - 2 * e.s), 3));
    }
  });

  test('is the same from rows that something else found, itself first whatever rounding did', async () => {
    const n = 40, width = 6, k = 5;
    const rows = cloud(4, n, width);
    const graph = await nearestGraph(rows, width, k);
    const found = { rows: new Int32Array(n * k), similarities: new Float32Array(n * k) };
    for (let i = 0; i < n; i++) {
      const order = Array.from(graph.neighbours.subarray(i * k, (i + 1) * k));
      if (i % 3 === 0) order.splice(0, 2, order[1], i); // itself second
      found.rows.set(order, i * k);
      order.forEach((j, t) => (found.similarities[i * k + t] = cosine(rows.subarray(i * width, (i + 1) * width), rows.subarray(j * width, (j + 1) * width))));
    }
    const made = graphOfRows(found, k);
    expect(made.neighbours).toEqual(graph.neighbours);
    made.distances.forEach((distance, at) => expect(distance).toBeCloseTo(graph.distances[at], 3));
    found.rows.set([7, 8, 9, 10, 11], 0); // itself not at all: five others as near as itself
    expect([...graphOfRows(found, k).neighbours.subarray(0, k)]).toEqual([0, 7, 8, 9, 10]);
  });

  test('stops when it is cancelled', async () => {
    const controller = new AbortController();
    controller.abort();
    await expect(nearestGraph(cloud(1, 10, 3), 3, 4, { signal: controller.signal })).rejects.toMatchObject({ name: 'AbortError' });
  });
});

test('the fuzzy graph has the edges and weights of umap-js', async () => {
  const n = 90, width = 5, k = 8;
  const rows = cloud(8, n, width);
  const graph = await nearestGraph(rows, width, k);
  const ours = fuzzyGraph(graph);
  const umap = new UMAP({ nNeighbors: k, random: seeded(1) });
  const list = (a: ArrayLike<number>, i: number) => Array.from({ length: k }, (_, t) => a[i * k + t]);
  const each = Array.from({ length: n }, (_, i) => i);
  umap.setPrecomputedKNN(each.map((i) => list(graph.neighbours, i)), each.map((i) => list(graph.distances, i)));
  umap.initializeFit(each.map((i) => Array.from(rows.subarray(i * width, (i + 1) * width))));
  const theirs = (umap as unknown as { graph: { getAll(): { row: number; col: number; value: number }[] } }).graph;
  const key = (row: number, col: number) => `${row} ${col}`;
  const expected = new Map(theirs.getAll().filter((e) => e.value > 0).map((e) => [key(e.row, e.col), e.value]));
  expect(ours.head.length).toBe(expected.size);
  for (let e = 0; e < ours.head.length; e++) expect(ours.weight[e]).toBeCloseTo(expected.get(key(ours.head[e], ours.tail[e])) ?? NaN, 5);
});

test('the principal plane holds the two directions of greatest spread, never mirrored', async () => {
  const random = seeded(2);
  const n = 400, width = 5;
  const rows = new Float32Array(n * width);
  const along: number[] = [];
  for (let i = 0; i < n; i++) {
    const [x, y] = [9 * normal(random), 4 * normal(random)];
    along.push(x);
    rows.set([3 + x * 0.8 + y * 0.6, 1 + x * 0.6 - y * 0.8, normal(random) * 0.1, 2 + normal(random) * 0.1, 0], i * width);
  }
  const plane = await principalPlane(rows, width);
  const spread = (c: number) => Math.sqrt(plane.reduce((sum, p, t) => (t % 2 === c ? sum + (p * p) / n : sum), 0));
  expect(spread(0)).toBeGreaterThan(8);
  expect(spread(1)).toBeGreaterThan(3);
  expect(spread(1)).toBeLessThan(5);
  const mean = along.reduce((sum, x) => sum + x, 0) / n;
  for (let i = 0; i < n; i += 9) expect(plane[i * 2]).toBeCloseTo(along[i] - mean, -0.5);
});

describe('duplicates', () => {
  test('stand in discs that do not overlap, each image at its own place', () => {
    const points = Float32Array.from([-1, 0, 0, 0, 0.02, 0, 1, 0.5]);
    const group = Int32Array.from([...new Array<number>(300).fill(1), ...new Array<number>(50).fill(2), 0, 3, 3]);
    const out = spreadDuplicates(points, group);
    expect(Array.from(out.subarray(350 * 2, 350 * 2 + 2))).toEqual([-1, 0]);
    const places = new Set<string>();
    group.forEach((g, i) => {
      places.add(`${out[i * 2]} ${out[i * 2 + 1]}`);
      const distance = Math.hypot(out[i * 2] - points[g * 2], out[i * 2 + 1] - points[g * 2 + 1]);
      expect(distance).toBeLessThanOrEqual(g === 1 || g === 2 ? 0.45 * 0.02 + 1e-6 : 0.0501);
    });
    expect(places.size).toBe(group.length);
  });

  test('the nearest distances are those of brute force', () => {
    const random = seeded(6);
    const points = Float32Array.from({ length: 500 }, (_, t) => (t < 250 ? random() * 2 - 1 : 0.7 + random() * 0.05));
    const found = nearestDistances(points);
    for (let i = 0; i < 250; i++) {
      let expected = Infinity;
      for (let j = 0; j < 250; j++) if (j !== i) expected = Math.min(expected, Math.hypot(points[i * 2] - points[j * 2], points[i * 2 + 1] - points[j * 2 + 1]));
      expect(found[i]).toBeCloseTo(expected, 5);
    }
    expect(nearestDistances(Float32Array.from([0, 0]))[0]).toBe(Infinity);
  });
});

describe('the map', () => {
  const clusters = (seed: number) => {
    const set = describedSet(seed, 240, { width: 12, length: 3, vocabulary: 6, classes: 3 });
    const random = seeded(seed);
    for (let i = 0; i < 240; i++) {
      set.labels[i] = i % 3;
      for (let t = 0; t < 12; t++) set.embeddings[i * 12 + t] = (t % 3 === i % 3 ? 3 : 0) + normal(random) * 0.4;
    }
    return prepareSet(set);
  };

  test('keeps clusters together, within ±1, and repeats for the same seed only', async () => {
    const set = clusters(1);
    const phases: string[] = [];
    const { coordinates: a } = await mapOf(set, { seed: 5, onProgress: (p) => phases.push(p.phase) });
    const { coordinates: b } = await mapOf(set, { seed: 5 });
    const { coordinates: c } = await mapOf(set, { seed: 6 });
    expect(b).toEqual(a);
    expect(c).not.toEqual(a);
    expect([...new Set(phases)]).toEqual(['nearest neighbours', 'layout']);
    const most = a.reduce((m, x) => Math.max(m, Math.abs(x)), 0);
    expect(most).toBeCloseTo(1, 5);
    let right = 0;
    for (let i = 0; i < 240; i++) {
      let best = -1;
      let distance = Infinity;
      for (let j = 0; j < 240; j++) {
        const d = Math.hypot(a[i * 2] - a[j * 2], a[i * 2 + 1] - a[j * 2 + 1]);
        if (j !== i && d < distance) [best, distance] = [j, d];
      }
      if (best % 3 === i % 3) right++;
    }
    expect(right).toBeGreaterThan(235);
  });

  test('equal descriptions stand together and apart from each other', async () => {
    const set = prepareSet(describedSet(4, 400, { length: 1, vocabulary: 12 }));
    const { coordinates: map } = await mapOf(set, { seed: 0 });
    expect(new Set(Array.from({ length: 400 }, (_, i) => `${map[i * 2]} ${map[i * 2 + 1]}`)).size).toBe(400);
    for (let i = 0; i < 400; i++)
      for (let j = 0; j < 400; j += 7)
        if (set.symbols[i] === set.symbols[j]) expect(Math.hypot(map[i * 2] - map[j * 2], map[i * 2 + 1] - map[j * 2 + 1])).toBeLessThan(0.11);
  });

  test.each([1, 2, 3, 4, 5, 16])('works with %i different descriptions', async (distinct) => {
    const set = prepareSet({ ...describedSet(7, 40, { length: 1, vocabulary: 16 }) });
    for (let i = 0; i < 40; i++) for (let t = 0; t < 7; t++) set.embeddings[i * 7 + t] = Math.sin((i % distinct) * 3 + t * (1 + (i % distinct)));
    const { coordinates: map } = await mapOf(prepareSet(set), { seed: 0 });
    expect(map.every((x) => Number.isFinite(x) && Math.abs(x) <= 1)).toBe(true);
    expect(new Set(Array.from({ length: 40 }, (_, i) => `${map[i * 2]} ${map[i * 2 + 1]}`)).size).toBe(40);
  });

  test('one image alone stands in the middle', async () => {
    expect(Array.from((await mapOf(prepareSet(describedSet(1, 1)), { seed: 0 })).coordinates)).toEqual([0, 0]);
  });

  test('cancelling ends it between two epochs', async () => {
    const controller = new AbortController();
    const run = mapOf(prepareSet(describedSet(9, 3000, { width: 16, length: 6, vocabulary: 20 })), {
      seed: 0,
      signal: controller.signal,
      onProgress: (p) => p.phase === 'layout' && p.done === 3 && controller.abort(),
    });
    await expect(run).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('fitting keeps the aspect', () => {
    const points = Float32Array.from([10, 10, 30, 20]);
    fitInto(points, 1);
    expect(Array.from(points)).toEqual([-1, -0.5, 1, 0.5]);
  });
});
