import { describe, expect, it } from 'vitest';
import { CodedRows } from '../../../src-main/explore/coded-rows';
import { dotAt, prepareSet } from '../../../src-main/explore/embedding-set';
import { findNeighbours } from '../../../src-main/explore/neighbours';
import { normal, seeded } from '../evaluation/random';

/** Rows of unit length; `spikes` of each number are far larger than the others, so that a code keeps little of those. */
function unitRows(n: number, width: number, seed: number, spikes = 0): Float32Array {
  const random = seeded(seed);
  const rows = Float32Array.from({ length: n * width }, () => normal(random) * (random() < spikes ? 100 : 1));
  for (let at = 0; at < rows.length; at += width) {
    const length = Math.sqrt(dotAt(rows, at, rows, at, width));
    for (let t = at; t < at + width; t++) rows[t] /= length;
  }
  return rows;
}

describe('CodedRows', () => {
  it('bounds every product, for any width and spread of numbers', () => {
    for (const [n, width, spikes] of [[1, 1, 0], [9, 7, 0], [50, 384, 0], [50, 384, 0.01], [21, 1000, 0.001]]) { // prettier-ignore
      const rows = unitRows(n, width, 1, spikes);
      const coded = new CodedRows(rows, width);
      for (const query of [unitRows(1, width, 2, spikes), rows.slice(0, width), new Float32Array(width)]) {
        const { lowest, highest } = coded.boundsFor(query);
        for (let i = 0; i < n; i++) {
          const product = dotAt(rows, i * width, query, 0, width);
          expect(lowest[i]).toBeLessThanOrEqual(product);
          expect(highest[i]).toBeGreaterThanOrEqual(product);
        }
      }
    }
  });
  it('bounds them closely: within 0.015 either way for rows of an even spread', () => {
    const { lowest, highest } = new CodedRows(unitRows(100, 384, 3), 384).boundsFor(unitRows(1, 384, 4));
    for (let i = 0; i < 100; i++) expect((highest[i] - lowest[i]) / 2).toBeLessThan(0.015);
  });
  it('codes rows of zeros as such', () => {
    const { lowest, highest } = new CodedRows(new Float32Array(3 * 5), 5).boundsFor(Float32Array.of(1, 0, 0, 0, 0));
    for (let i = 0; i < 3; i++) expect(Math.max(-lowest[i], highest[i])).toBeLessThan(1e-3);
  });
});

it('neighbours of a large close crowd are exact: differences that no code shows decide', () => {
  const [n, width] = [4000, 64];
  const random = seeded(5);
  const embeddings = new Float32Array(n * width);
  for (let i = 0; i < n; i++) for (let t = 0; t < width; t++) embeddings[i * width + t] = Math.sin(t) + 1e-4 * normal(random);
  const set = prepareSet({ embeddings, symbols: new Uint16Array(n).map((_, i) => i % 2), images: Int32Array.from({ length: n }, (_, i) => i), labels: new Int16Array(n).fill(-1), classes: [], width, length: 1, vocabulary: 2 });
  const vector = Float32Array.from({ length: width }, (_, t) => Math.sin(t) + 1e-4 * normal(random));
  const found = findNeighbours(set, { vector, symbols: [1], count: 10 });
  const order = Array.from({ length: n }, (_, i) => ({ i, product: dotAt(set.embeddings, i * width, vector, 0, width) })).sort((a, b) => b.product - a.product || a.i - b.i);
  expect(found.byEmbedding.map(({ image }) => image)).toEqual(order.slice(0, 10).map(({ i }) => i));
  expect(found.byPrefix[0].items.map(({ image }) => image)).toEqual(order.filter(({ i }) => i % 2 === 1).slice(0, 10).map(({ i }) => i));
});
