import { describe, expect, test } from 'vitest';
import { unitRows } from '../../../src-main/evaluation/distinct-rows';
import { prepareSet, type EmbeddingSet } from '../../../src-main/explore/embedding-set';
import { mapOf } from '../../../src-main/explore/map';
import { placeMissing, placeVector, placingPoints, type StandingMap } from '../../../src-main/explore/map-placing';
import { placeAmong, placingNeighbours } from '../../../src-main/explore/place';
import { normal, seeded } from '../evaluation/random';
import { cosine, describedSet } from './sets';

const [width, classes, n] = [12, 3, 300];

/** Three clusters; image i is in cluster i % 3. */
function clusters(seed: number, count = n): EmbeddingSet {
  const set = describedSet(seed, count, { width, length: 3, vocabulary: 6, classes });
  const random = seeded(seed);
  for (let i = 0; i < count; i++) {
    set.labels[i] = i % classes;
    for (let t = 0; t < width; t++) set.embeddings[i * width + t] = (t % classes === i % classes ? 3 : 0) + normal(random) * 0.4;
  }
  return set;
}

const part = (set: EmbeddingSet, count: number): EmbeddingSet => ({
  ...set,
  embeddings: set.embeddings.slice(0, count * set.width), symbols: set.symbols.slice(0, count * set.length),
  images: set.images.slice(0, count), labels: set.labels.slice(0, count),
});

async function mapOfFirst(set: EmbeddingSet, count: number): Promise<StandingMap> {
  const first = prepareSet(part(set, count));
  return { id: 1, seed: 2, images: first.images, ...(await mapOf(first, { seed: 2 })) };
}

describe('points placed among others', () => {
  const random = seeded(3);
  const rows = unitRows(Float32Array.from({ length: 50 * width }, () => normal(random)), width);
  const anchors = { rows, row: Int32Array.from({ length: 50 }, (_, i) => i), width, points: Float32Array.from({ length: 100 }, () => 10 * normal(random)) };
  const fresh = unitRows(Float32Array.from({ length: 5 * width }, () => normal(random)), width);

  test('stand on an anchor that they equal', async () => {
    const placed = await placeAmong(anchors, rows.subarray(7 * width, 9 * width), { seed: 0 });
    expect(Array.from(placed)).toEqual(Array.from(anchors.points.subarray(14, 18)));
  });

  test('come to the same place whatever is placed with them, and to another with another seed', async () => {
    const all = await placeAmong(anchors, fresh, { seed: 4 });
    for (let i = 0; i < 5; i++) expect(await placeAmong(anchors, fresh.subarray(i * width, (i + 1) * width), { seed: 4 })).toEqual(all.slice(i * 2, i * 2 + 2));
    expect(await placeAmong(anchors, fresh, { seed: 5 })).not.toEqual(all);
  });

  test('come to the same place when their nearest anchors are given', async () => {
    const nearest = { rows: new Int32Array(5 * placingNeighbours), similarities: new Float32Array(5 * placingNeighbours) };
    for (let i = 0; i < 5; i++)
      Array.from({ length: 50 }, (_, j) => ({ j, s: cosine(fresh.subarray(i * width, (i + 1) * width), rows.subarray(j * width, (j + 1) * width)) }))
        .sort((a, b) => b.s - a.s).slice(0, placingNeighbours)
        .forEach(({ j, s }, t) => {
          nearest.rows[i * placingNeighbours + t] = j;
          nearest.similarities[i * placingNeighbours + t] = s;
        });
    const found = await placeAmong(anchors, fresh, { seed: 4 });
    (await placeAmong(anchors, fresh, { seed: 4, nearest })).forEach((x, t) => expect(x).toBeCloseTo(found[t], 2));
  });

  test('fewer anchors than neighbours are enough, one too', async () => {
    const one = { rows, row: Int32Array.of(0), width, points: Float32Array.from([3, -2]) };
    const [x, y] = await placeAmong(one, fresh.subarray(0, width), { seed: 0 });
    expect(Math.hypot(x - 3, y + 2)).toBeLessThan(5);
  });

  test('are not placed once it is cancelled', async () => {
    const controller = new AbortController();
    controller.abort();
    await expect(placeAmong(anchors, fresh, { seed: 0, signal: controller.signal })).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('images that a map lacks', () => {
  test('join their cluster, and only they are given places', async () => {
    const whole = clusters(1);
    const map = await mapOfFirst(whole, 240);
    const set = prepareSet(whole);
    const { rows, coordinates } = await placeMissing(set, map, {});
    expect(Array.from(rows)).toEqual(Array.from({ length: 60 }, (_, i) => 240 + i));
    let right = 0;
    for (let i = 0; i < 60; i++) {
      const nearest = Array.from({ length: 240 }, (_, j) => Math.hypot(coordinates[i * 2] - map.coordinates[j * 2], coordinates[i * 2 + 1] - map.coordinates[j * 2 + 1]));
      if (nearest.indexOf(Math.min(...nearest)) % classes === rows[i] % classes) right++;
    }
    expect(right).toBe(60);
    expect(coordinates.every((x) => Math.abs(x) <= 1)).toBe(true);
  });

  test('with the description of others stand beside them, each at a place of its own', async () => {
    const whole = clusters(2);
    whole.embeddings.copyWithin(250 * width, 7 * width, 8 * width);
    whole.embeddings.copyWithin(251 * width, 7 * width, 8 * width);
    const map = await mapOfFirst(whole, 240);
    const { coordinates } = await placeMissing(prepareSet(whole), map, {});
    const places = [map.coordinates.subarray(14, 16), coordinates.subarray(20, 22), coordinates.subarray(22, 24)];
    expect(new Set(places.map(String)).size).toBe(3);
    for (const [x, y] of places) expect(Math.hypot(x - places[0][0], y - places[0][1])).toBeLessThan(0.06);
  });

  test('ask for their nearest among the points of the map alone', async () => {
    const whole = clusters(3);
    whole.embeddings.forEach((_, t) => t % width === 4 && (whole.embeddings[t] = 0));
    const { bank, rows, width: narrow, k } = placingPoints(prepareSet(whole), await mapOfFirst(whole, 240));
    expect([bank.length, rows.length, narrow, k]).toEqual([240 * 11, 60 * 11, 11, placingNeighbours]);
  });

  test('a vector alone comes where an image with it stands, whatever its length', async () => {
    const whole = clusters(4);
    const map = await mapOfFirst(whole, n);
    const set = prepareSet(whole);
    const { x, y } = await placeVector(set, map, set.embeddings.slice(9 * width, 10 * width).map((v) => 5 * v));
    expect([x, y].map((v) => v.toFixed(4))).toEqual(Array.from(map.coordinates.subarray(18, 20), (v) => v.toFixed(4)));
  });
});
