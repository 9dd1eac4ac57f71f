import { GlyphscopeError } from '../contract/errors';
import type { SymbolSummary, Vocabulary } from '../contract/explore';
import { dotAt, type EmbeddingSet } from './embedding-set';
import { Highest } from './highest';

/** The contract's `vocabulary` without the numbers of its run and collection. */
export type VocabularyParts = Omit<Vocabulary, 'run' | 'collection'>;

/** The contract's `symbolDetail` with image numbers in place of images. */
export interface SymbolPositions {
  summary: SymbolSummary;
  positions: { position: number; total: number; images: number[] }[];
}

/**
 * Use and meaning of each of the K symbols. `total` counts images that hold the symbol anywhere; exemplars are, of
 * these, the images nearest to their mean embedding (mean of unit-length embeddings, cosine). Usage is the share of the
 * K symbols seen at a position; perplexity is exp of the entropy of the symbols there.
 */
export function vocabularyOf(set: EmbeddingSet, exemplars: number): VocabularyParts {
  const byPosition = positionCounts(set);
  const { usage, perplexity } = use(set, byPosition);
  const { total, labels } = holders(set);
  const base = labelCounts(set);
  const typical = exemplars > 0 ? typicalImages(set, set.vocabulary, exemplars, (i, each) => symbolsOf(set, i, each)) : [];
  return {
    size: set.vocabulary,
    length: set.length,
    images: set.images.length,
    usage,
    perplexity,
    symbols: Array.from({ length: set.vocabulary }, (_, symbol) => ({
      symbol,
      total: total[symbol],
      byPosition: Array.from({ length: set.length }, (_, position) => byPosition[position * set.vocabulary + symbol]),
      exemplars: typical[symbol] ?? [],
      topLabel: topLabel(set.classes, base, labels.subarray(symbol * set.classes.length, (symbol + 1) * set.classes.length)),
    })),
  };
}

/**
 * One symbol: its summary with `images` exemplars, and for each position the images nearest to the mean embedding of
 * those that have it there. Positions count from 1.
 * @throws NOT_FOUND for a symbol outside the vocabulary
 */
export function symbolOf(set: EmbeddingSet, symbol: number, images: number): SymbolPositions {
  if (!(symbol >= 0 && symbol < set.vocabulary))
    throw new GlyphscopeError('NOT_FOUND', `Symbol ${symbol} is outside the vocabulary of ${set.vocabulary}.`, { subject: String(symbol) });
  const { length: L } = set;
  const byPosition = positionCounts(set);
  const { total, labels } = holders(set);
  // Groups 0 … L − 1: images with the symbol at that position; group L: anywhere.
  const typical = typicalImages(set, L + 1, images, (i, each) => {
    let held = false;
    for (let j = 0; j < L; j++)
      if (set.symbols[i * L + j] === symbol) {
        each(j);
        held = true;
      }
    if (held) each(L);
  });
  const counts = Array.from({ length: L }, (_, position) => byPosition[position * set.vocabulary + symbol]);
  return {
    summary: {
      symbol,
      total: total[symbol],
      byPosition: counts,
      exemplars: typical[L],
      topLabel: topLabel(set.classes, labelCounts(set), labels.subarray(symbol * set.classes.length, (symbol + 1) * set.classes.length)),
    },
    positions: counts.map((count, position) => ({ position: position + 1, total: count, images: typical[position] })),
  };
}

/** [L, K] */
function positionCounts(set: EmbeddingSet): Int32Array {
  const counts = new Int32Array(set.length * set.vocabulary);
  for (let at = 0; at < set.symbols.length; at++) counts[(at % set.length) * set.vocabulary + set.symbols[at]]++;
  return counts;
}

function use(set: EmbeddingSet, counts: Int32Array): { usage: number[]; perplexity: number[] } {
  const usage: number[] = [];
  const perplexity: number[] = [];
  for (let position = 0; position < set.length; position++) {
    let used = 0;
    let entropy = 0;
    for (const count of counts.subarray(position * set.vocabulary, (position + 1) * set.vocabulary)) {
      if (count === 0) continue;
      used++;
      const share = count / set.images.length;
      entropy -= share * Math.log(share);
    }
    usage.push(used / set.vocabulary);
    perplexity.push(Math.exp(entropy));
  }
  return { usage, perplexity };
}

/** Calls `each` once for every different symbol of row i. */
function symbolsOf(set: EmbeddingSet, i: number, each: (symbol: number) => void): void {
  const from = i * set.length;
  for (let j = from; j < from + set.length; j++) {
    const symbol = set.symbols[j];
    let seen = false;
    for (let earlier = from; earlier < j && !seen; earlier++) seen = set.symbols[earlier] === symbol;
    if (!seen) each(symbol);
  }
}

/** Images that hold each symbol, [K], and how many of them have each label, [K, classes]. */
function holders(set: EmbeddingSet): { total: Int32Array; labels: Int32Array } {
  const total = new Int32Array(set.vocabulary);
  const labels = new Int32Array(set.vocabulary * set.classes.length);
  for (let i = 0; i < set.images.length; i++)
    symbolsOf(set, i, (symbol) => {
      total[symbol]++;
      if (set.labels[i] >= 0) labels[symbol * set.classes.length + set.labels[i]]++;
    });
  return { total, labels };
}

function labelCounts(set: EmbeddingSet): Int32Array {
  const counts = new Int32Array(set.classes.length);
  for (const label of set.labels) if (label >= 0) counts[label]++;
  return counts;
}

/** Images of a made-up average collection that are added before labels are compared, so that few images decide nothing. */
const priorImages = 5;

/**
 * The label most over-represented among `counts`. Which one is decided by the lift after adding `priorImages` images
 * with the collection's own shares; share and lift are reported as counted, among labelled images.
 */
function topLabel(classes: string[], base: Int32Array, counts: Int32Array): { name: string; share: number; lift: number } | null {
  const all = base.reduce((sum, c) => sum + c, 0);
  const held = counts.reduce((sum, c) => sum + c, 0);
  if (held === 0) return null;
  let best = -1;
  let bestLift = 0;
  for (let c = 0; c < classes.length; c++) {
    if (counts[c] === 0) continue;
    const prior = base[c] / all;
    const lift = (counts[c] + priorImages * prior) / (held + priorImages) / prior;
    if (lift > bestLift) [best, bestLift] = [c, lift];
  }
  const share = counts[best] / held;
  return { name: classes[best], share, lift: share / (base[best] / all) };
}

/** For each group the images nearest to the mean of the group's unit-length embeddings. `groupsOf` names the groups of a row. */
function typicalImages(set: EmbeddingSet, groups: number, count: number, groupsOf: (i: number, each: (group: number) => void) => void): number[][] {
  const { width, embeddings } = set;
  const means = new Float32Array(groups * width);
  for (let i = 0; i < set.images.length; i++)
    groupsOf(i, (group) => {
      for (let t = 0; t < width; t++) means[group * width + t] += embeddings[i * width + t];
    });
  // The mean's length changes no order within a group.
  const nearest = Array.from({ length: groups }, () => new Highest(count));
  for (let i = 0; i < set.images.length; i++) groupsOf(i, (group) => nearest[group].offer(dotAt(embeddings, i * width, means, group * width, width), i));
  return nearest.map((highest) => highest.sorted().map(({ row }) => set.images[row]));
}
