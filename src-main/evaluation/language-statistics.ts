import { GlyphscopeError } from '../contract/errors';
import type { LanguageStatistics, PositionStatistics, PrefixStatistics } from '../contract/language';
import type { Progress } from '../contract/progress';
import { breathe } from './breathe';
import { bagOfSymbolsDisentanglement, positionalDisentanglement } from './disentanglement';
import { chanceInformation, conditionalEntropy, countsOf, entropy, mutualInformation } from './information';
import { codeLengths, prefixNumbers } from './prefix-model';
import { mulberry32 } from './split';
import { editDistance, topographicSimilarity } from './topographic-similarity';
import { rankFrequency } from './zipf';

/** The document without the names of its run, collection and step. */
export type LanguageStatisticsParts = Omit<LanguageStatistics, 'run' | 'collection' | 'step'>;

export interface LanguageInput {
  /** Hard symbols, [n, L], in an order that says nothing of the images. */
  symbols: Uint16Array;
  length: number;
  vocabulary: number;
  /** [n], −1 for none. */
  labels: Int32Array;
  /** Unit-length, centred features of the teacher, [n, Z]: the meanings. */
  features: Float32Array;
  width: number;
  /** What the images are cut into for posdis and bosdis: for each attribute its values [n]. */
  attributes: readonly ArrayLike<number>[];
  /** How they were made, in words. */
  attributeNote: string;
  signal?: AbortSignal;
  onProgress?: Progress;
}

/** Images in a sample for topographic similarity (half a million pairs), and samples at most. */
const sampleImages = 1000;
const samples = 5;

/**
 * The descriptions of n images as a language: see contract/language.ts for each figure, and the function that makes it
 * for its formula and source.
 * @throws COLLECTION_TOO_SMALL for fewer than two images, INVALID_INPUT for shapes that do not fit; the signal's reason when cancelled
 */
export async function languageStatistics(o: LanguageInput): Promise<LanguageStatisticsParts> {
  const { symbols, length, vocabulary, labels, signal } = o;
  const n = labels.length;
  if (n < 2) throw new GlyphscopeError('COLLECTION_TOO_SMALL', `A language of ${n} ${n === 1 ? 'description' : 'descriptions'}: at least 2 are needed.`);
  if (symbols.length !== n * length) throw new GlyphscopeError('INVALID_INPUT', `${symbols.length} symbols for ${n} images of ${length}: expected ${n * length}.`, { subject: 'symbols' });
  if (o.features.length !== n * o.width) throw new GlyphscopeError('INVALID_INPUT', `${o.features.length} numbers for ${n} features of ${o.width}: expected ${n * o.width}.`, { subject: 'features' });
  const foreign = symbols.find((symbol) => symbol >= vocabulary);
  if (foreign !== undefined) throw new GlyphscopeError('INVALID_INPUT', `Symbol ${foreign} in a vocabulary of ${vocabulary}.`, { subject: 'symbols' });

  const steps = 2 * length + 3;
  let done = 0;
  const next = async (phase: string) => {
    o.onProgress?.({ phase, done: done++, total: steps, unit: 'figures' });
    await breathe(signal);
  };
  const levels = prefixNumbers(symbols, length);
  const positions: PositionStatistics[] = [];
  for (let j = 0; j < length; j++) {
    await next('entropy by position');
    positions.push(positionOf(o, levels, j));
  }
  const labelled = Int32Array.from(labels.keys()).filter((i) => labels[i] >= 0);
  const labelsPresent = Int32Array.from(labelled, (i) => labels[i]);
  const labelEntropy = labelled.length > 1 ? entropy(labelsPresent) : null;
  await next('labels');
  const decoded = labelEntropy === null ? null : codeLengths({ levels, depth: length, target: labels, targets: 1 + Math.max(...new Set(labelsPresent)) }, labelled).map((bits) => labelEntropy - bits);
  const prefixes: PrefixStatistics[] = [];
  for (let j = 1; j <= length; j++) {
    await next('prefixes');
    const counts = [...countsOf(levels[j]).values()];
    const cut = Int32Array.from(labelled, (i) => levels[j][i]);
    prefixes.push({
      length: j,
      distinct: counts.length,
      alone: counts.filter((count) => count === 1).length / n,
      entropy: entropy(levels[j]),
      label: decoded && { plugIn: mutualInformation(cut, labelsPresent), chance: chanceInformation(cut, labelsPresent), decoded: decoded[j] },
    });
  }
  await next('topographic similarity');
  const similarity = await sampledSimilarity(o);
  await next('disentanglement');
  const positionalDisentangled = await positionalDisentanglement(symbols, length, o.attributes, signal);
  const bagDisentangled = await bagOfSymbolsDisentanglement(symbols, length, o.attributes, { from: 0, to: vocabulary, signal });
  o.onProgress?.({ phase: 'disentanglement', done: steps, total: steps, unit: 'figures' });
  return {
    images: n,
    labelled: labelled.length,
    vocabulary,
    length,
    positions,
    prefixes,
    labelEntropy,
    frequencies: [rankFrequency(countsOf(symbols).values(), null), ...levels.slice(1).map((numbers, j) => rankFrequency(countsOf(numbers).values(), j + 1))],
    topographicSimilarity: similarity,
    positionalDisentanglement: positionalDisentangled,
    bagOfSymbolsDisentanglement: bagDisentangled,
    protocol: protocol(o),
  };
}

function positionOf({ symbols, length, vocabulary }: LanguageInput, levels: readonly Int32Array[], j: number): PositionStatistics {
  const n = levels[0].length;
  const at = (position: number) => Int32Array.from({ length: n }, (_, i) => symbols[i * length + position]);
  const here = at(j);
  const bits = entropy(here);
  const all = Int32Array.from(here.keys());
  const given = (context: Int32Array, chain: readonly Int32Array[]) => ({
    plugIn: conditionalEntropy(here, context),
    coded: codeLengths({ levels: chain, depth: chain.length - 1, target: here, targets: vocabulary }, all)[chain.length - 1],
  });
  return {
    position: j + 1,
    entropy: bits,
    usage: countsOf(here).size / vocabulary,
    perplexity: 2 ** bits,
    givenPrevious: j === 0 ? null : given(at(j - 1), [levels[0], at(j - 1)]),
    givenPrefix: j === 0 ? null : given(levels[j], levels.slice(0, j + 1)),
  };
}

/** Topographic similarity on up to five samples of up to 1,000 images each, drawn without an image twice. */
async function sampledSimilarity({ symbols, length, features, width, labels, signal }: LanguageInput): Promise<LanguageStatistics['topographicSimilarity']> {
  const n = labels.length;
  const order = Int32Array.from(labels.keys());
  const random = mulberry32(0);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  const size = Math.min(n, sampleImages);
  const found: number[] = [];
  if (size < 3) return null;
  for (let sample = 0; sample < Math.min(samples, Math.floor(n / size)); sample++) {
    await breathe(signal);
    const rows = order.subarray(sample * size, (sample + 1) * size);
    const meanings = Array.from(rows, (i) => features.subarray(i * width, (i + 1) * width));
    const lengths = meanings.map((row) => Math.hypot(...row));
    const messages = Array.from(rows, (i) => symbols.subarray(i * length, (i + 1) * length));
    const cosine = (i: number, j: number) => 1 - dot(meanings[i], meanings[j]) / Math.max(1e-12, lengths[i] * lengths[j]);
    found.push(topographicSimilarity(size, cosine, (i, j) => editDistance(messages[i], messages[j])));
  }
  const mean = found.reduce((a, b) => a + b, 0) / found.length;
  if (Number.isNaN(mean)) return null; // all descriptions of a sample are the same
  const deviation = found.length < 2 ? null : Math.sqrt(found.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (found.length - 1));
  return { mean, deviation, samples: found.length, images: size };
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let t = 0; t < a.length; t++) sum += a[t] * b[t];
  return sum;
}

function protocol(o: LanguageInput): string {
  return [
    'All entropies in bits. "plug-in" takes shares of counts for probabilities: conditional entropies are then too low and information too high where prefixes are rare.',
    'Coded: bits that a model of prefixes, which backs off to shorter ones, needs on the half of the images that it was not fitted to.',
    'Information of the label: "chance" is the plug-in figure on average when labels are dealt out at random, "decoded" the entropy of the labels less the coded bits.',
    `Topographic similarity: cosine distance of the teacher's centred features against edit distance of descriptions, Spearman, up to ${samples} samples of up to ${sampleImages} images (seed 0).`,
    `posdis and bosdis: attributes are ${o.attributeNote}.`,
  ].join(' ');
}
