import { describe, expect, test } from 'vitest';
import { prepareSet, type EmbeddingSet } from '../../../src-main/explore/embedding-set';
import { Highest } from '../../../src-main/explore/highest';
import { findNeighbours } from '../../../src-main/explore/neighbours';
import { seeded, shuffled } from '../evaluation/random';
import { cosine, describedSet, rowOf } from './sets';

const set = prepareSet(describedSet(1, 300));

function bruteForce(s: EmbeddingSet, vector: Float32Array, symbols: number[], count: number) {
  const rows = Array.from(s.images, (image, i) => {
    const own = Array.from(s.symbols.subarray(i * s.length, (i + 1) * s.length));
    let shared = 0;
    while (shared < symbols.length && own[shared] === symbols[shared]) shared++;
    return { image, i, similarity: cosine(rowOf(s, i), vector), shared };
  });
  const best = (list: typeof rows) =>
    [...list].sort((a, b) => (Math.abs(b.similarity - a.similarity) < 1e-9 ? a.i - b.i : b.similarity - a.similarity)).slice(0, count);
  return {
    byEmbedding: best(rows),
    byPrefix: symbols.map((_, at) => ({ length: at + 1, total: rows.filter((r) => r.shared > at).length, items: best(rows.filter((r) => r.shared > at)) })).reverse(),
  };
}

describe('neighbours', () => {
  test('are those of brute force, by embedding and by each prefix, for a stranger', () => {
    const random = seeded(9);
    for (const symbols of [[0, 1, 2], [0, 0], [3], [5, 5, 5], []]) {
      const vector = Float32Array.from({ length: set.width }, () => random() - 0.5);
      const found = findNeighbours(set, { vector, symbols, count: 12 });
      const expected = bruteForce(set, vector, symbols, 12);
      expect(found.byEmbedding.map((f) => f.image)).toEqual(expected.byEmbedding.map((f) => f.image));
      found.byEmbedding.forEach((f, at) => {
        expect(f.similarity).toBeCloseTo(expected.byEmbedding[at].similarity, 5);
        expect(f.sharedPrefix).toBe(expected.byEmbedding[at].shared);
      });
      expect(found.byPrefix.map(({ length, total, items }) => ({ length, total, items: items.map((f) => f.image) }))).toEqual(
        expected.byPrefix.map(({ length, total, items }) => ({ length, total, items: items.map((f) => f.image) })),
      );
      expect(found.searched).toBe(300);
    }
  });

  test('longest prefix first, and each longer group lies in the shorter', () => {
    const { byPrefix } = findNeighbours(set, { vector: rowOf(set, 0), symbols: set.symbols.subarray(0, 3), count: 300 });
    expect(byPrefix.map((p) => p.length)).toEqual([3, 2, 1]);
    for (let at = 1; at < byPrefix.length; at++)
      for (const { image } of byPrefix[at - 1].items) expect(byPrefix[at].items.map((f) => f.image)).toContain(image);
  });

  test('more than there are gives all there are', () => {
    expect(findNeighbours(set, { vector: rowOf(set, 0), symbols: [], count: 500 }).byEmbedding).toHaveLength(300);
    expect(findNeighbours(set, { vector: rowOf(set, 0), symbols: [], count: 0 }).byEmbedding).toEqual([]);
  });

  test('bad questions are named', () => {
    const query = { vector: new Float32Array(7), symbols: [], count: 3 };
    expect(() => findNeighbours(set, { ...query, vector: new Float32Array(6) })).toThrow('A vector of 6 numbers: the embeddings have 7.');
    expect(() => findNeighbours(set, { ...query, symbols: [1, 2, 3, 4] })).toThrow('4 symbols: a description has at most 3.');
    expect(() => findNeighbours(set, { ...query, vector: new Float32Array(7).fill(NaN) })).toThrow('not finite');
    expect(findNeighbours(set, query).byEmbedding.map((f) => f.similarity)).toEqual([0, 0, 0]);
  });

  test('a set whose shapes do not fit is refused', () => {
    const bad = (change: Partial<EmbeddingSet>) => () => prepareSet({ ...describedSet(1, 4), ...change });
    expect(bad({ symbols: new Uint16Array(3) })).toThrow('3 symbols for 4 images of 3: expected 12.');
    expect(bad({ vocabulary: 1 })).toThrow(/Symbol \d in a vocabulary of 1/);
    expect(bad({ labels: new Int16Array(3) })).toThrow('3 labels for 4 images');
    expect(bad({ classes: [] })).toThrow(/Label \d of 0 classes/);
    expect(bad({ embeddings: new Float32Array(28).fill(Infinity) })).toThrow('Row 0 holds Infinity');
  });
});

test('Highest keeps the best whatever the order, with many equals', () => {
  const random = seeded(4);
  const scores = Array.from({ length: 200 }, () => Math.floor(random() * 8));
  const expected = scores.map((score, row) => ({ row, score })).sort((a, b) => b.score - a.score || a.row - b.row).slice(0, 25);
  for (let round = 0; round < 5; round++) {
    const highest = new Highest(25);
    for (const row of shuffled(200, random)) highest.offer(scores[row], row);
    expect(highest.sorted()).toEqual(expected);
  }
});
