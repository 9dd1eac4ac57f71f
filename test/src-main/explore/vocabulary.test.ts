import { describe, expect, test } from 'vitest';
import { vocabulary as vocabularySchema } from '../../../src-main/contract/explore';
import { prepareSet } from '../../../src-main/explore/embedding-set';
import { symbolOf, vocabularyOf } from '../../../src-main/explore/vocabulary';
import { cosine, describedSet, rowOf } from './sets';

const set = prepareSet(describedSet(2, 250, { width: 5, length: 4, vocabulary: 9 }));
const rows = Array.from(set.images, (image, i) => ({ image, i, symbols: Array.from(set.symbols.subarray(i * 4, i * 4 + 4)), label: set.labels[i] }));

function nearestToMean(members: typeof rows, count: number): number[] {
  const mean = new Float64Array(set.width);
  for (const { i } of members) rowOf(set, i).forEach((x, t) => (mean[t] += x));
  const scored = members.map(({ image, i }) => ({ image, i, s: cosine(rowOf(set, i), mean) }));
  return scored.sort((a, b) => (Math.abs(b.s - a.s) < 1e-6 ? a.i - b.i : b.s - a.s)).slice(0, count).map((r) => r.image);
}

describe('vocabulary', () => {
  const found = vocabularyOf(set, 6);

  test('has the shape of the contract', () => {
    expect(vocabularySchema.parse({ ...found, run: 1, collection: 1 }).symbols).toHaveLength(9);
  });

  test('counts are those of brute force', () => {
    for (const { symbol, total, byPosition } of found.symbols) {
      expect(total).toBe(rows.filter((r) => r.symbols.includes(symbol)).length);
      expect(byPosition).toEqual([0, 1, 2, 3].map((j) => rows.filter((r) => r.symbols[j] === symbol).length));
    }
    for (let j = 0; j < 4; j++) expect(found.symbols.reduce((sum, s) => sum + s.byPosition[j], 0)).toBe(250);
  });

  test('exemplars are the holders nearest to their mean', () => {
    for (const { symbol, exemplars } of found.symbols) expect(exemplars).toEqual(nearestToMean(rows.filter((r) => r.symbols.includes(symbol)), 6));
  });

  test('label share and lift are counted among labelled holders', () => {
    const labelled = rows.filter((r) => r.label >= 0);
    for (const { symbol, topLabel, topLabelByPosition, purity } of found.symbols) {
      const holders = labelled.filter((r) => r.symbols.includes(symbol));
      expect(topLabelByPosition).toHaveLength(4);
      topLabelByPosition.forEach((top, j) => {
        const there = labelled.filter((r) => r.symbols[j] === symbol);
        const own = there.filter((r) => set.classes[r.label] === top?.name).length;
        expect(top?.images ?? 0).toBe(own);
        if (top) expect(top.share).toBeCloseTo(own / there.length, 12);
        else expect(there).toEqual([]);
      });
      expect(topLabel === null).toBe(holders.length === 0);
      expect(purity).toBe(holders.length === 0 ? null : Math.max(...set.classes.map((_, c) => holders.filter((r) => r.label === c).length)) / holders.length);
      if (!topLabel) continue;
      const label = set.classes.indexOf(topLabel.name);
      const support = holders.filter((r) => r.label === label).length;
      const share = support / holders.length;
      expect(topLabel.images).toBe(support);
      expect(topLabel.share).toBeCloseTo(share, 12);
      expect(topLabel.lift).toBeCloseTo(share / (labelled.filter((r) => r.label === label).length / labelled.length), 12);
      expect(topLabel.lift).toBeGreaterThanOrEqual(1);
    }
  });

  test('a single image does not make its rare label the top one', () => {
    const few = prepareSet({ ...describedSet(3, 100, { length: 1, vocabulary: 2, classes: 3 }), labels: Int16Array.from({ length: 100 }, (_, i) => (i === 0 ? 2 : i % 2)) });
    for (let i = 0; i < 100; i++) few.symbols[i] = i % 2 === 0 ? 0 : 1;
    // Symbol 0: 49 images of class 0, one of class 2 (lift 2); class 0 has 49 of its 49 here (lift 2 as well).
    expect(vocabularyOf(few, 0).symbols[0].topLabel).toEqual({ name: 'class 0', images: 49, share: 0.98, lift: expect.closeTo(2, 9) });
  });

  test('usage and perplexity of a uniform and of a collapsed position', () => {
    const plain = prepareSet({ ...describedSet(4, 8, { length: 2, vocabulary: 8 }), symbols: Uint16Array.from([0, 5, 1, 5, 2, 5, 3, 5, 0, 5, 1, 5, 2, 5, 3, 5]) });
    const { usage, perplexity } = vocabularyOf(plain, 0);
    expect(usage).toEqual([0.5, 0.125]);
    expect(perplexity[0]).toBeCloseTo(4, 12);
    expect(perplexity[1]).toBeCloseTo(1, 12);
  });

  test('without labels there is no top label', () => {
    const unlabelled = prepareSet({ ...describedSet(5, 20), labels: new Int16Array(20).fill(-1), classes: [] });
    expect(vocabularyOf(unlabelled, 1).symbols.map((s) => s.topLabel)).toEqual(new Array(6).fill(null));
  });
});

describe('one symbol', () => {
  test('its positions have their own typical images', () => {
    const all = vocabularyOf(set, 7);
    for (let symbol = 0; symbol < 9; symbol++) {
      const { summary, positions } = symbolOf(set, symbol, 7);
      expect(summary).toEqual(all.symbols[symbol]);
      expect(positions).toEqual([1, 2, 3, 4].map((position) => {
        const members = rows.filter((r) => r.symbols[position - 1] === symbol);
        return { position, total: members.length, images: nearestToMean(members, 7) };
      }));
    }
  });

  test('what stands before and after, with share and lift, is that of brute force', () => {
    for (let symbol = 0; symbol < 9; symbol++) {
      const { before, after } = symbolOf(set, symbol, 1);
      for (const [side, step] of [[before, -1], [after, 1]] as const) {
        const at = (r: (typeof rows)[number], j: number, s: number) => r.symbols[j] === s;
        const places = [0, 1, 2, 3].filter((j) => j + step >= 0 && j + step < 4);
        const all = places.reduce((sum, j) => sum + rows.filter((r) => at(r, j, symbol)).length, 0);
        expect(side.reduce((sum, t) => sum + t.count, 0)).toBe(all);
        expect(side.map((t) => t.count)).toEqual(side.map((t) => t.count).sort((a, b) => b - a));
        for (const { symbol: other, count, share, lift } of side) {
          expect(count).toBe(places.reduce((sum, j) => sum + rows.filter((r) => at(r, j, symbol) && at(r, j + step, other)).length, 0));
          expect(share).toBeCloseTo(count / all, 12);
          const chance = places.reduce((sum, j) => sum + (rows.filter((r) => at(r, j, symbol)).length * rows.filter((r) => at(r, j + step, other)).length) / rows.length, 0);
          expect(lift).toBeCloseTo(count / chance, 9);
        }
      }
    }
  });

  test('every label of its images is listed once, and the first is the top label of the vocabulary', () => {
    for (let symbol = 0; symbol < 9; symbol++) {
      const { labels, summary } = symbolOf(set, symbol, 1);
      const holders = rows.filter((r) => r.symbols.includes(symbol) && r.label >= 0);
      expect(labels.reduce((sum, l) => sum + l.images, 0)).toBe(holders.length);
      expect(labels[0] ?? null).toEqual(summary.topLabel);
      for (const { name, images } of labels) expect(images).toBe(holders.filter((r) => set.classes[r.label] === name).length);
    }
  });

  test('the nearest symbols are those of the nearest centred means, without itself and without unused ones', () => {
    const mean = (members: typeof rows) => {
      const sum = new Float64Array(set.width);
      for (const { i } of members) rowOf(set, i).forEach((x, t) => (sum[t] += x / members.length));
      return sum;
    };
    const all = mean(rows);
    const centre = (symbol: number) => mean(rows.filter((r) => r.symbols.includes(symbol))).map((x, t) => x - all[t]);
    const used = [...Array(9).keys()].filter((symbol) => rows.some((r) => r.symbols.includes(symbol)));
    for (let symbol = 0; symbol < 9; symbol++) {
      const expected = used.includes(symbol) ? used.filter((o) => o !== symbol).map((o) => ({ symbol: o, similarity: cosine(centre(symbol), centre(o)) })) : [];
      const { nearest } = symbolOf(set, symbol, 1);
      expect(nearest.map((n) => n.symbol)).toEqual(expected.sort((a, b) => b.similarity - a.similarity).map((n) => n.symbol));
      nearest.forEach((n, i) => expect(n.similarity).toBeCloseTo(expected[i].similarity, 5));
    }
  });

  test('outside the vocabulary is not found', () => {
    expect(() => symbolOf(set, 9, 3)).toThrow('Symbol 9 is outside the vocabulary of 9.');
  });
});
