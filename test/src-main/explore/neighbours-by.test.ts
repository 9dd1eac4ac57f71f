import { describe, expect, test } from 'vitest';
import { prepareSet, type EmbeddingSet } from '../../../src-main/explore/embedding-set';
import { findNear, type NearQuery } from '../../../src-main/explore/neighbours-by';
import { anySymbol, editDistancesTo } from '../../../src-main/explore/symbol-pattern';
import { seeded } from '../evaluation/random';
import { cosine, describedSet, rowOf } from './sets';

/** The table of Wagner and Fischer (1974), where −1 is the same as every symbol. */
function levenshtein(a: readonly number[], b: readonly number[]): number {
  const table = Array.from({ length: a.length + 1 }, (_, i) => Array.from({ length: b.length + 1 }, (_, j) => (i === 0 ? j : j === 0 ? i : 0)));
  for (let i = 1; i <= a.length; i++)
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === anySymbol || a[i - 1] === b[j - 1];
      table[i][j] = Math.min(table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + (same ? 0 : 1));
    }
  return table[a.length][b.length];
}

const symbolsOf = (set: EmbeddingSet, i: number) => Array.from(set.symbols.subarray(i * set.length, (i + 1) * set.length));
const matches = (pattern: readonly number[], symbols: readonly number[], length: number) => pattern.slice(0, length).every((symbol, at) => symbol === anySymbol || symbol === symbols[at]);

/** Every image compared with every rule, as it is defined. */
function byDefinition(set: EmbeddingSet, by: NearQuery['by'], vector: Float32Array, pattern: number[], own: number) {
  const all = Array.from(set.images, (image, i) => {
    const symbols = symbolsOf(set, i);
    let sharedPrefix = 0;
    while (sharedPrefix < pattern.length && matches(pattern, symbols, sharedPrefix + 1)) sharedPrefix++;
    return { i, image, similarity: cosine(vector, rowOf(set, i)), sharedPrefix, edits: levenshtein(pattern, symbols) };
  }).filter(({ i }) => i !== own);
  const level = (one: (typeof all)[number]) => (by === 'prefix' ? -one.sharedPrefix : by === 'edits' ? one.edits : 0);
  return all.sort((a, b) => level(a) - level(b) || (Math.abs(a.similarity - b.similarity) > 1e-6 ? b.similarity - a.similarity : a.i - b.i));
}

describe('Levenshtein distances in bits', () => {
  test('are those of the table, for sequences of every length and with any symbols', () => {
    const random = seeded(11);
    const draw = (n: number, from: number) => Array.from({ length: n }, () => from + Math.floor(random() * (4 - from)));
    for (const length of [1, 2, 5, 8])
      for (let times = 0; times < 200; times++) {
        const symbols = draw(length, 0);
        const pattern = draw(1 + Math.floor(random() * length), -1);
        const distance = editDistancesTo({ symbols: Uint16Array.from(symbols), length, vocabulary: 4 }, pattern)(0);
        expect(distance, `${pattern.join(' ')} and ${symbols.join(' ')}`).toBe(levenshtein(pattern, symbols));
      }
  });
});

describe('the nearest images', () => {
  const raw = describedSet(3, 400, { width: 9, length: 5, vocabulary: 5 });
  const set = prepareSet({ ...raw, embeddings: raw.embeddings.slice() });
  const random = seeded(4);

  for (const by of ['vectors', 'prefix', 'edits'] as const) {
    test(`by ${by} of an image are those of the definition, without itself`, () => {
      for (const row of [0, 57, 399]) {
        const found = findNear(set, { by, of: { image: raw.images[row] }, count: 40 });
        const expected = byDefinition(raw, by, rowOf(raw, row), symbolsOf(raw, row), row).slice(0, 40);
        expect(found.items.map(({ image, sharedPrefix, edits }) => [image, sharedPrefix, edits])).toEqual(expected.map(({ image, sharedPrefix, edits }) => [image, sharedPrefix, edits]));
        found.items.forEach(({ similarity }, at) => expect(similarity).toBeCloseTo(expected[at].similarity, 5));
        expect(found.searched).toBe(400);
      }
    });

    test(`by ${by} of a sequence with any symbols are those of the definition`, () => {
      for (const pattern of [[1], [0, anySymbol, 2], [anySymbol, anySymbol, anySymbol, 1, 0]]) {
        const vector = Float32Array.from({ length: 9 }, () => random() - 0.5);
        const found = findNear(set, { by, of: { vector, symbols: pattern }, count: 25 });
        const expected = byDefinition(raw, by, vector, pattern, -1).slice(0, 25);
        expect(found.items.map(({ image }) => image)).toEqual(expected.map(({ image }) => image));
        expect(found.begins).toEqual(pattern.map((_, at) => Array.from(raw.images.keys()).filter((i) => matches(pattern, symbolsOf(raw, i), at + 1)).length));
      }
    });
  }

  test('more than there are gives all the others, and each list is one order of them', () => {
    for (const by of ['vectors', 'prefix', 'edits'] as const) expect(new Set(findNear(set, { by, of: { image: raw.images[8] }, count: 900 }).items.map(({ image }) => image)).size).toBe(399);
  });

  test('bad questions are named', () => {
    const ask = (of: NearQuery['of']) => () => findNear(set, { by: 'edits', of, count: 3 });
    expect(ask({ image: 1 })).toThrow('Image 1 is not among the 400 described images.');
    expect(ask({ vector: new Float32Array(4), symbols: [1] })).toThrow('A vector of 4 numbers: those of the images have 9.');
    expect(ask({ vector: new Float32Array(9), symbols: [] })).toThrow('0 symbols: a description has 1 to 5.');
    expect(ask({ vector: new Float32Array(9), symbols: [5] })).toThrow("Symbol 5 is not in this run's vocabulary of 5, 0 to 4.");
    expect(ask({ vector: new Float32Array(9).fill(NaN), symbols: [1] })).toThrow('not finite');
  });
});
