import * as z from 'zod';

/** Entropies and information are in bits, and plug-in estimates (of the counts' own shares) unless said otherwise. */

/**
 * What is left to know of a symbol when its context is known, from below and from above: `plugIn` is too low where
 * contexts are rare (a context seen once leaves nothing open), `coded` is the code length of a model on images that it
 * was not fitted to, which is too high.
 */
export const conditionalEntropy = z.object({ plugIn: z.number(), coded: z.number() });

export const positionStatistics = z.object({
  /** From 1. */
  position: z.int(),
  entropy: z.number(),
  /** Share of the K symbols that occur here, 0 to 1. */
  usage: z.number(),
  /** 2 to the entropy. */
  perplexity: z.number(),
  /** Given the symbol before; null at the first position. */
  givenPrevious: conditionalEntropy.nullable(),
  /** Given all symbols before; null at the first position. */
  givenPrefix: conditionalEntropy.nullable(),
});

/** What a prefix says of the label, in bits; the label's own entropy is the most. */
export const labelInformation = z.object({
  /** Mutual information of the counts: too high where prefixes are rare. */
  plugIn: z.number(),
  /** What the plug-in figure is on average when labels are dealt out at random: its bias. */
  chance: z.number(),
  /** Bits that a model predicts of the labels of images that it was not fitted to: never too high but by chance. */
  decoded: z.number(),
});

export const prefixStatistics = z.object({
  length: z.int(),
  /** Different prefixes, and the share of images whose prefix no other image has. */
  distinct: z.int(),
  alone: z.number(),
  /** Entropy of the prefix; at most log2 of the number of images. */
  entropy: z.number(),
  label: labelInformation.nullable(),
});

/** Rank and frequency of words: of single symbols wherever they stand (`length` null), or of prefixes of a length. */
export const rankFrequency = z.object({
  length: z.int().nullable(),
  distinct: z.int(),
  /** s of the power law, frequency ∝ rank^−s over the ranks found, by maximum likelihood. */
  exponent: z.number(),
  /** Ranks spread evenly on a logarithmic scale, with the count at each. */
  curve: z.array(z.object({ rank: z.int(), count: z.int() })),
});

/** What `glyphscope statistics --json` prints: the descriptions of a collection as a language. */
export const languageStatistics = z.object({
  run: z.string(),
  collection: z.string(),
  /** Step of the checkpoint that described the images. */
  step: z.int(),
  images: z.int(),
  labelled: z.int(),
  vocabulary: z.int(),
  length: z.int(),
  positions: z.array(positionStatistics),
  prefixes: z.array(prefixStatistics),
  /** Entropy of the labels; null without labels. */
  labelEntropy: z.number().nullable(),
  frequencies: z.array(rankFrequency),
  /** Spearman correlation of distances, mean and standard deviation over samples; null for fewer than three images, or equal ones. */
  topographicSimilarity: z.object({ mean: z.number(), deviation: z.number().nullable(), samples: z.int(), images: z.int() }).nullable(),
  /** null where no position (no symbol) varies. */
  positionalDisentanglement: z.number().nullable(),
  bagOfSymbolsDisentanglement: z.number().nullable(),
  /** What the figures are made of, in words. */
  protocol: z.string(),
});
export type LanguageStatistics = z.infer<typeof languageStatistics>;
export type PositionStatistics = z.infer<typeof positionStatistics>;
export type PrefixStatistics = z.infer<typeof prefixStatistics>;
export type RankFrequency = z.infer<typeof rankFrequency>;
