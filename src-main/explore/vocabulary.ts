import { GlyphscopeError } from '../contract/errors';
import type { LabelShare, SymbolDetail, Vocabulary } from '../contract/explore';
import { eachSymbol, type EmbeddingSet } from './embedding-set';
import { commonLabel, labelCounts, labelShares } from './label-shares';
import { nearestSymbols } from './nearest-symbols';
import { positionCounts, transitionsOf } from './transitions';
import { typicalImages } from './typical-images';

/** The contract's `vocabulary` without the numbers of its run and collection. */
export type VocabularyParts = Omit<Vocabulary, 'run' | 'collection'>;

/** The contract's `symbolDetail` with image numbers in place of images. */
export interface SymbolPositions extends Omit<SymbolDetail, 'positions'> {
  positions: { position: number; total: number; images: number[] }[];
}

/**
 * Use and meaning of each of the K symbols. `total` counts images that hold the symbol anywhere; exemplars are, of
 * these, the images nearest to their mean embedding (mean of unit-length embeddings, cosine). Usage is the share of the
 * K symbols seen at a position; perplexity is exp of the entropy of the symbols there.
 */
export function vocabularyOf(set: EmbeddingSet, exemplars: number): VocabularyParts {
  const byPosition = positionCounts(set);
  const { usage, perplexity } = useOf(byPosition, { vocabulary: set.vocabulary, images: set.images.length });
  const { total, labels } = holders(set);
  const base = labelCounts(set);
  const atPositions = Array.from({ length: set.length }, (_, position) => topLabelsAt(set, base, position));
  const typical = exemplars > 0 ? typicalImages(set, new Array<number>(set.vocabulary).fill(exemplars), (i, each) => eachSymbol(set, i, each)) : [];
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
      ...labelsOfSymbol(set, base, labels, symbol).summary,
      topLabelByPosition: atPositions.map((top) => top(symbol)),
    })),
  };
}

/** Symbols that `symbolOf` gives as the nearest. */
const mostNearest = 12;

/**
 * One symbol: its summary with `images` exemplars, and for each position the images nearest to the mean embedding of
 * those that have it there; what stands before and after it, the labels of its images and its nearest symbols.
 * Positions count from 1.
 * @throws NOT_FOUND for a symbol outside the vocabulary
 */
export function symbolOf(set: EmbeddingSet, symbol: number, images: number): SymbolPositions {
  if (!(symbol >= 0 && symbol < set.vocabulary))
    throw new GlyphscopeError('NOT_FOUND', `Symbol ${symbol} is outside the vocabulary of ${set.vocabulary}.`, { subject: String(symbol) });
  const { length: L } = set;
  const byPosition = positionCounts(set);
  const { total, labels } = holders(set);
  // Groups 0 … L − 1: images with the symbol at that position; group L: anywhere.
  const typical = typicalImages(set, new Array<number>(L + 1).fill(images), (i, each) => {
    let held = false;
    for (let j = 0; j < L; j++)
      if (set.symbols[i * L + j] === symbol) {
        each(j);
        held = true;
      }
    if (held) each(L);
  });
  const base = labelCounts(set);
  const { summary, shares } = labelsOfSymbol(set, base, labels, symbol);
  const counts = Array.from({ length: L }, (_, position) => byPosition[position * set.vocabulary + symbol]);
  return {
    summary: {
      symbol,
      total: total[symbol],
      byPosition: counts,
      exemplars: typical[L],
      ...summary,
      topLabelByPosition: counts.map((_, position) => topLabelsAt(set, base, position)(symbol)),
    },
    ...transitionsOf(set, symbol),
    labels: shares,
    nearest: nearestSymbols(set, symbol, mostNearest),
    positions: counts.map((count, position) => ({ position: position + 1, total: count, images: typical[position] })),
  };
}

/** Usage and perplexity at each position. @param counts [L, K], how many of the images have each symbol there */
export function useOf(counts: Int32Array, { vocabulary, images }: { vocabulary: number; images: number }): { usage: number[]; perplexity: number[] } {
  const usage: number[] = [];
  const perplexity: number[] = [];
  for (let from = 0; from < counts.length; from += vocabulary) {
    let used = 0;
    let entropy = 0;
    for (const count of counts.subarray(from, from + vocabulary)) {
      if (count === 0) continue;
      used++;
      const share = count / images;
      entropy -= share * Math.log(share);
    }
    usage.push(used / vocabulary);
    perplexity.push(Math.exp(entropy));
  }
  return { usage, perplexity };
}

/** Images that hold each symbol, [K], and how many of them have each label, [K, classes]. */
function holders(set: EmbeddingSet): { total: Int32Array; labels: Int32Array } {
  const total = new Int32Array(set.vocabulary);
  const labels = new Int32Array(set.vocabulary * set.classes.length);
  for (let i = 0; i < set.images.length; i++)
    eachSymbol(set, i, (symbol) => {
      total[symbol]++;
      if (set.labels[i] >= 0) labels[symbol * set.classes.length + set.labels[i]]++;
    });
  return { total, labels };
}

/** What the labels of a symbol's images say of it. @param labels [K, classes] of `holders` */
function labelsOfSymbol(set: EmbeddingSet, base: Int32Array, labels: Int32Array, symbol: number) {
  const counts = labels.subarray(symbol * set.classes.length, (symbol + 1) * set.classes.length);
  const shares = labelShares(set.classes, base, counts);
  return { shares, summary: { topLabel: shares[0] ?? null, purity: commonLabel(set.classes, counts)?.share ?? null } };
}

/** Of any symbol the label most over-represented among the images that have it at a position (from 0). */
function topLabelsAt(set: EmbeddingSet, base: Int32Array, position: number): (symbol: number) => LabelShare | null {
  const classes = set.classes.length;
  const counts = new Int32Array(set.vocabulary * classes);
  for (let i = 0; i < set.images.length; i++) if (set.labels[i] >= 0) counts[set.symbols[i * set.length + position] * classes + set.labels[i]]++;
  return (symbol) => labelShares(set.classes, base, counts.subarray(symbol * classes, (symbol + 1) * classes))[0] ?? null;
}
