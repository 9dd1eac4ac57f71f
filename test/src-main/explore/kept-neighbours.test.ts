import { describe, expect, test } from 'vitest';
import { prepareSet } from '../../../src-main/explore/embedding-set';
import { keptNeighbours, nearestImages } from '../../../src-main/explore/kept-neighbours';
import { cosine, describedSet, rowOf } from './sets';

const [a, b] = [prepareSet(describedSet(1, 90, { vocabulary: 40 })), prepareSet(describedSet(2, 90, { vocabulary: 40 }))];

/** Images nearest to each, by comparing it with every other. */
function byEachPair(set: typeof a, k: number): number[][] {
  return Array.from(set.images, (_, i) =>
    Array.from(set.images.keys())
      .filter((j) => j !== i)
      .sort((x, y) => cosine(rowOf(set, i), rowOf(set, y)) - cosine(rowOf(set, i), rowOf(set, x)))
      .slice(0, k)
      .map((j) => set.images[j]),
  );
}

describe('nearestImages', () => {
  test('are those that comparing each with every other finds', async () => {
    const found = await nearestImages(a, 5);
    expect(found.k).toBe(5);
    byEachPair(a, 5).forEach((expected, i) => expect([...found.neighbours.subarray(i * 5, i * 5 + 5)].sort()).toEqual([...expected].sort()));
  });
  test('are all others in a small set', async () => {
    const found = await nearestImages(prepareSet(describedSet(3, 4)), 10);
    expect(found.k).toBe(3);
    expect([...found.neighbours.subarray(0, 3)].sort()).toEqual([103, 106, 109]);
  });
});

describe('keptNeighbours', () => {
  test('counts what both lists of each image hold', async () => {
    const { images, kept } = keptNeighbours(await nearestImages(a, 5), await nearestImages(b, 5));
    const [ofA, ofB] = [byEachPair(a, 5), byEachPair(b, 5)];
    expect([...images]).toEqual([...a.images]);
    expect([...kept]).toEqual(ofA.map((list, i) => list.filter((image) => ofB[i].includes(image)).length));
    expect(new Set(kept).size).toBeGreaterThan(1);
  });
  test('gives all for a run and itself, and leaves out images that one run lacks', () => {
    const near = { images: new Int32Array([1, 2, 3]), neighbours: new Int32Array([2, 3, 1, 3, 1, 2]), k: 2 };
    expect([...keptNeighbours(near, near).kept]).toEqual([2, 2, 2]);
    expect(keptNeighbours(near, { images: new Int32Array([1, 3]), neighbours: new Int32Array([3, 1]), k: 1 })).toEqual({ images: new Int32Array([1, 3]), kept: new Uint8Array([1, 1]) });
  });
});
