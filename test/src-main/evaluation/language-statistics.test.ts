import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { languageStatistics as schema } from '../../../src-main/contract/language';
import { bagOfSymbolsDisentanglement, informationGap, positionalDisentanglement } from '../../../src-main/evaluation/disentanglement';
import { chanceInformation, conditionalEntropy, entropy, entropyOf, mutualInformation } from '../../../src-main/evaluation/information';
import { languageStatistics, type LanguageInput } from '../../../src-main/evaluation/language-statistics';
import { codeLengths, PrefixModel, prefixNumbers } from '../../../src-main/evaluation/prefix-model';
import { editDistance, ranks, topographicSimilarity } from '../../../src-main/evaluation/topographic-similarity';
import { rankFrequency, zipfExponent } from '../../../src-main/evaluation/zipf';
import { normal, seeded, shuffled } from './random';

describe("EGG's doctests, to the last digit that they show", () => {
  test('entropy', () => {
    expect(entropyOf([1, 1])).toBe(1);
    expect(entropyOf([1, 0])).toBe(0);
    expect(entropy([12, 34])).toBe(1); // two different messages
  });

  test('topographic similarity of a language that is its meaning', () => {
    const words = ['cat', 'dog', 'pen', 'ben', 'ten'].map((word) => [...word].map((c) => c.charCodeAt(0)));
    const hamming = (i: number, j: number) => words[i].filter((c, t) => c !== words[j][t]).length / 3;
    const edit = (i: number, j: number) => editDistance(words[i], words[j]);
    expect(topographicSimilarity(5, hamming, hamming).toFixed(6)).toBe('1.000000');
    expect(topographicSimilarity(5, hamming, edit).toFixed(6)).toBe('1.000000');
  });

  test('posdis of its seeded sample, 0.978656, with and without an empty position', async () => {
    const sample = (JSON.parse(readFileSync(new URL('./egg-sample.json', import.meta.url), 'utf8')) as string[]).map((row) => Int32Array.from(row, Number));
    const two = Int32Array.from({ length: 2000 }, (_, t) => sample[t % 2][Math.floor(t / 2)]);
    expect((await positionalDisentanglement(two, 2, sample))!.toFixed(6)).toBe('0.978656');
    const four = Int32Array.from({ length: 4000 }, (_, t) => (t % 4 < 2 ? sample[t % 4][Math.floor(t / 4)] : 0));
    expect((await positionalDisentanglement(four, 4, sample))!.toFixed(6)).toBe('0.978656');
  });

  test('bosdis of the miniature language, 1', async () => {
    const attributes = [0, 1].map((a) => Int32Array.from({ length: 16 }, (_, i) => (a === 0 ? Math.floor(i / 4) : i % 4)));
    const messages = [0, 0, 4, 0, 0, 5, 0, 0, 6, 0, 0, 7, 1, 4, 1, 1, 5, 1, 1, 6, 1, 1, 7, 1, 2, 4, 2, 2, 5, 2, 2, 6, 2, 2, 7, 2, 3, 4, 3, 3, 3, 5, 3, 3, 6, 3, 3, 7];
    expect((await bagOfSymbolsDisentanglement(messages, 3, attributes, { from: 1, to: 3 }))!.toFixed(6)).toBe('1.000000');
  });
});

describe('information', () => {
  const random = seeded(1);
  const x = Int32Array.from({ length: 300 }, () => Math.floor(random() * 6));
  const y = x.map((v) => (random() < 0.5 ? v % 3 : Math.floor(random() * 3)));

  test('equals its definition by sums over the table', () => {
    const p = (test: (i: number) => boolean) => Array.from(x.keys()).filter(test).length / 300;
    let information = 0;
    let left = 0;
    for (let a = 0; a < 6; a++)
      for (let b = 0; b < 3; b++) {
        const both = p((i) => x[i] === a && y[i] === b);
        if (both === 0) continue;
        information += both * Math.log2(both / (p((i) => x[i] === a) * p((i) => y[i] === b)));
        left -= both * Math.log2(both / p((i) => x[i] === a));
      }
    expect(mutualInformation(x, y)).toBeCloseTo(information, 12);
    expect(mutualInformation(y, x)).toBeCloseTo(information, 12);
    expect(conditionalEntropy(y, x)).toBeCloseTo(left, 12);
    expect(mutualInformation(x, x)).toBeCloseTo(entropy(x), 12);
    expect(mutualInformation(x.map((v) => v * 2_000_000), y)).toBeCloseTo(information, 12); // counted in a map instead of a table
  });

  test('its mean over all ways to deal the labels out is the mean by trying them all', () => {
    const prefixes = [0, 0, 0, 1, 1, 2, 3];
    const labels = [0, 0, 1, 1, 2, 2, 1];
    const all = (rest: number[]): number[][] => (rest.length ? rest.flatMap((v, i) => all([...rest.slice(0, i), ...rest.slice(i + 1)]).map((tail) => [v, ...tail])) : [[]]);
    const every = all(labels);
    expect(chanceInformation(prefixes, labels)).toBeCloseTo(every.reduce((sum, dealt) => sum + mutualInformation(prefixes, dealt), 0) / every.length, 12);
    expect(chanceInformation([0, 1, 2, 3, 4, 5, 6], labels)).toBeCloseTo(entropy(labels), 12); // prefixes of one image each say all, by chance
  });
});

describe('the model of prefixes', () => {
  const [length, vocabulary] = [3, 4];
  const draw = (n: number, random: () => number) => {
    const labels = Int32Array.from({ length: n }, () => Math.floor(random() * 3));
    return { labels, symbols: Uint16Array.from({ length: n * length }, (_, t) => (random() < 0.6 ? labels[Math.floor(t / length)] : Math.floor(random() * vocabulary))) };
  };

  test('numbers prefixes alike exactly when they are equal', () => {
    const { symbols } = draw(60, seeded(1));
    const levels = prefixNumbers(symbols, length);
    for (let j = 0; j <= length; j++)
      for (let a = 0; a < 60; a++)
        for (let b = 0; b < a; b++) expect(levels[j][a] === levels[j][b]).toBe(symbols.subarray(a * length, a * length + j).join() === symbols.subarray(b * length, b * length + j).join());
  });

  test('gives probabilities, the same as its formula, and those of the shorter prefix where it has seen no other', () => {
    const { symbols, labels } = draw(40, seeded(2));
    const levels = prefixNumbers(symbols, length);
    const fitted = Array.from({ length: 20 }, (_, i) => i);
    const model = new PrefixModel({ levels, depth: length, target: labels, targets: 3, fitted });
    for (let image = 20; image < 40; image++) {
      const p = model.probabilities(image);
      expect(p.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
      for (const target of [0, 1, 2]) {
        let expected = 1 / 3;
        const chain = model.chain(image, target);
        for (let j = 0; j <= length; j++) {
          const same = fitted.filter((i) => levels[j][i] === levels[j][image]);
          expected = (same.filter((i) => labels[i] === target).length + model.concentration[j] * expected) / (same.length + model.concentration[j]);
          expect(chain[j]).toBeCloseTo(expected, 12);
        }
        expect(p[target]).toBeCloseTo(expected, 12);
      }
    }
    expect(() => new PrefixModel({ levels, depth: 1, target: labels, targets: 3, fitted: [] })).toThrow('needs at least one image');
  });

  test('codes a dependent target in about its conditional entropy, an independent one in about its own', () => {
    const { symbols, labels } = draw(6000, seeded(3));
    const levels = prefixNumbers(symbols, length);
    const rows = Array.from(labels.keys());
    const bits = codeLengths({ levels, depth: length, target: labels, targets: 3 }, rows);
    bits.forEach((value, j) => expect(Math.abs(value - conditionalEntropy(labels, levels[j]))).toBeLessThan(0.05));
    expect(bits[3]).toBeLessThan(bits[1] - 0.3);
    const random = seeded(4);
    const noise = labels.map(() => Math.floor(random() * 3));
    for (const value of codeLengths({ levels, depth: length, target: noise, targets: 3 }, rows)) expect(Math.abs(value - Math.log2(3))).toBeLessThan(0.02);
  });
});

describe("Zipf's law", () => {
  test('the exponent of exact power laws, and of equal words', () => {
    for (const s of [0, 0.5, 1, 1.7]) expect(zipfExponent(Array.from({ length: 500 }, (_, r) => 1e6 * (r + 1) ** -s))).toBeCloseTo(s, 6);
    expect(zipfExponent([7])).toBe(0);
  });

  test('the exponent has the highest likelihood', () => {
    const counts = [50, 20, 9, 9, 3, 1, 1];
    const likelihood = (s: number) => {
      const total = counts.reduce((sum, _, r) => sum + (r + 1) ** -s, 0);
      return counts.reduce((sum, count, r) => sum + count * Math.log((r + 1) ** -s / total), 0);
    };
    const s = zipfExponent(counts);
    for (const other of [s - 0.01, s + 0.01]) expect(likelihood(other)).toBeLessThan(likelihood(s));
  });

  test('a curve has rising ranks, falling counts, the first and the last word', () => {
    const { curve, distinct } = rankFrequency(Array.from({ length: 1000 }, (_, i) => 1 + (i % 100)), 2);
    expect(distinct).toBe(1000);
    expect([curve[0], curve.at(-1)]).toEqual([{ rank: 1, count: 100 }, { rank: 1000, count: 1 }]);
    curve.slice(1).forEach((point, i) => expect(point.rank > curve[i].rank && point.count <= curve[i].count).toBe(true));
  });
});

test('ranks share the mean of their places, distances are Levenshtein’s', () => {
  expect([...ranks(Float64Array.from([3, 1, 3, 2]))]).toEqual([3.5, 1, 3.5, 2]);
  expect(editDistance([1, 2, 3], [1, 2, 3])).toBe(0);
  expect(editDistance([1, 2, 3, 4], [2, 3, 4, 5])).toBe(0.5); // one taken away, one put at the end
  expect(editDistance([1, 2], [3, 4, 5])).toBeCloseTo(3 / 2.5, 12);
});

test('one attribute has no gap, and a constant language no disentanglement', async () => {
  await expect(informationGap([[0, 1]], [[0, 1]])).rejects.toThrow('1 attributes: the gap between the best and the second best needs two.');
  expect(await positionalDisentanglement([5, 5, 5], 1, [[0, 1, 0], [1, 0, 0]])).toBeNull();
});

describe('the document', () => {
  function input(n = 400): LanguageInput {
    const random = seeded(5);
    const labels = Int32Array.from({ length: n }, (_, i) => (i % 10 === 9 ? -1 : i % 3));
    const symbols = Uint16Array.from({ length: n * 3 }, (_, t) => (t % 3 === 0 ? Math.floor(t / 3) % 3 : Math.floor(random() * 4)));
    const features = Float32Array.from({ length: n * 4 }, (_, t) => (t % 4 === symbols[Math.floor(t / 4) * 3] ? 3 : 0) + normal(random) * 0.3);
    const attributes = [0, 1].map((a) => Int32Array.from({ length: n }, (_, i) => symbols[i * 3 + a]));
    return { symbols, length: 3, vocabulary: 4, labels, features, width: 4, attributes, attributeNote: 'made up' };
  }

  test('says what is in the language', async () => {
    const phases = new Set<string>();
    const parts = await languageStatistics({ ...input(), onProgress: ({ phase, done, total }) => (phases.add(phase), expect(done).toBeLessThanOrEqual(total!)) });
    const s = schema.parse({ ...parts, run: 'r', collection: 'c', step: 1 });
    expect(s).toMatchObject({ images: 400, labelled: 360, vocabulary: 4, length: 3 });
    expect(s.positions[0]).toMatchObject({ position: 1, usage: 0.75, givenPrevious: null, givenPrefix: null });
    expect(s.positions[0].perplexity).toBeCloseTo(3, 3);
    expect(s.positions[2].givenPrefix!.plugIn).toBeLessThan(2);
    expect(s.positions[2].givenPrefix!.coded).toBeGreaterThan(1.95); // independent: four symbols are two bits
    for (const { label } of s.prefixes) {
      expect(label!.plugIn).toBeCloseTo(s.labelEntropy!, 9); // the first symbol is the label
      expect(label!.decoded).toBeGreaterThan(1.4);
    }
    expect(s.prefixes.map(({ distinct }) => distinct)).toEqual([3, 12, 48]);
    expect(s.topographicSimilarity!.mean).toBeGreaterThan(0.3);
    expect(s.positionalDisentanglement).toBeGreaterThan(0.5);
    expect(s.frequencies.map(({ length }) => length)).toEqual([null, 1, 2, 3]);
    expect([...phases]).toEqual(['entropy by position', 'labels', 'prefixes', 'topographic similarity', 'disentanglement']);
  });

  test('labels dealt out at random are decoded to nothing, whatever the counts say', async () => {
    const o = input();
    const order = shuffled(400, seeded(9));
    const s = await languageStatistics({ ...o, labels: Int32Array.from(order, (i) => o.labels[i]) });
    const last = s.prefixes[2].label!;
    expect(last.plugIn).toBeGreaterThan(0.1);
    expect(Math.abs(last.plugIn - last.chance)).toBeLessThan(0.06);
    expect(last.decoded).toBeLessThan(0.03);
  });

  test('without labels there is none about them; what does not fit is named, a cancel heard', async () => {
    const o = input(60);
    const none = await languageStatistics({ ...o, labels: new Int32Array(60).fill(-1) });
    expect(none.labelEntropy).toBeNull();
    expect(none.prefixes.every(({ label }) => label === null)).toBe(true);
    await expect(languageStatistics({ ...o, vocabulary: 3 })).rejects.toThrow('in a vocabulary of 3');
    await expect(languageStatistics({ ...o, symbols: o.symbols.slice(1) })).rejects.toThrow('179 symbols for 60 images of 3: expected 180.');
    await expect(languageStatistics({ ...o, labels: new Int32Array(1) })).rejects.toMatchObject({ code: 'COLLECTION_TOO_SMALL' });
    await expect(languageStatistics({ ...o, signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
  });
});
