import * as z from 'zod';
import { imageItem } from './images';
import { givenSymbolName, rowId, symbolNumber, symbolSequence } from './names';

/** A neighbour with the reason why it is one. */
export const neighbour = z.object({
  image: imageItem,
  /** Cosine similarity of the embeddings, −1 to 1. */
  similarity: z.number(),
  /** Leading symbols that are the same. */
  sharedPrefix: z.int(),
});
export type Neighbour = z.infer<typeof neighbour>;

/** `total`: images of the collection that begin with the first `length` symbols; `items` are the nearest of them. */
export const prefixNeighbours = z.object({ length: z.int(), total: z.int(), items: z.array(neighbour) });

export const neighbours = z.object({
  byEmbedding: z.array(neighbour),
  byPrefix: z.array(prefixNeighbours),
  /** Images searched. */
  searched: z.int(),
});
export type Neighbours = z.infer<typeof neighbours>;

/** A description with what it was chosen from. */
export const description = z.object({
  symbols: symbolSequence,
  /** Probability of each symbol given the ones before it. */
  probabilities: z.array(z.number()),
  /** The most likely symbols at each position, with their probability, best first. */
  alternatives: z.array(z.array(z.object({ symbol: symbolNumber, probability: z.number() }))),
});
export type Description = z.infer<typeof description>;

export const describedFile = z.object({
  name: z.string(),
  sha256: z.string(),
  width: z.int(),
  height: z.int(),
  description,
  neighbours,
  milliseconds: z.number(),
});
export type DescribedFile = z.infer<typeof describedFile>;

/** A label among some images: how many have it, their share of the labelled ones, and that share over the collection's. */
export const labelShare = z.object({ name: z.string(), images: z.int(), share: z.number(), lift: z.number() });
export type LabelShare = z.infer<typeof labelShare>;

export const symbolSummary = z.object({
  symbol: symbolNumber,
  /** Images that hold it anywhere. */
  total: z.int(),
  /** Images that have it at each position. */
  byPosition: z.array(z.int()),
  /** Its most typical images: nearest to the mean embedding of the images that begin with it or hold it. */
  exemplars: z.array(rowId),
  /** The label most over-represented among its images; null without labels. */
  topLabel: labelShare.nullable(),
  /** The same among the images that have it at each position. */
  topLabelByPosition: z.array(labelShare.nullable()),
  /** Share of the commonest label among its labelled images; null without labels. */
  purity: z.number().nullable(),
});
export type SymbolSummary = z.infer<typeof symbolSummary>;

export const vocabulary = z.object({
  run: rowId,
  collection: rowId,
  size: z.int(),
  length: z.int(),
  images: z.int(),
  symbols: z.array(symbolSummary),
  /** Share of the K symbols in use and perplexity, by position. */
  usage: z.array(z.number()),
  perplexity: z.array(z.number()),
});
export type Vocabulary = z.infer<typeof vocabulary>;

/**
 * A symbol that stands next to another one: how often, its share of all that stand there, and the lift over what the
 * counts of both at each position would give if neighbouring symbols had nothing to do with one another.
 */
export const transition = z.object({ symbol: symbolNumber, count: z.int(), share: z.number(), lift: z.number() });
export type Transition = z.infer<typeof transition>;

export const symbolDetail = z.object({
  summary: symbolSummary,
  /** Symbols directly before and after it, most frequent first, all of them. */
  before: z.array(transition),
  after: z.array(transition),
  /** Every label that its images have, highest lift first. */
  labels: z.array(labelShare),
  /**
   * Symbols whose images mean the most similar: cosine of the mean embeddings of the images that hold them, less the
   * mean of all images; the most similar first.
   */
  nearest: z.array(z.object({ symbol: symbolNumber, similarity: z.number() })),
  /** For each position, from 1: how many, and the images nearest to the mean of those that have it there. */
  positions: z.array(z.object({ position: z.int(), total: z.int(), images: z.array(imageItem) })),
});
export type SymbolDetail = z.infer<typeof symbolDetail>;

/** The commonest label among some images and its share of the labelled ones. */
const commonLabel = z.object({ name: z.string(), share: z.number() });

/** The images whose descriptions begin with a prefix, and how the next symbol divides them. Exemplars are the nearest to the mean of their part. */
export const prefixNode = z.object({
  prefix: symbolSequence,
  /** Symbols of a whole description. */
  length: z.int(),
  total: z.int(),
  label: commonLabel.nullable(),
  /** Of a whole description: the images nearest to the mean of all that have it. A shorter prefix shows its children's. */
  exemplars: z.array(rowId),
  /** By the next symbol, the largest first; none for a whole description. Those before `skip` come without exemplars. */
  children: z.array(z.object({ symbol: symbolNumber, total: z.int(), label: commonLabel.nullable(), exemplars: z.array(rowId) })),
});
export type PrefixNode = z.infer<typeof prefixNode>;
export type PrefixChild = PrefixNode['children'][number];

/** A name that the user gave to a symbol, at one position (from 1) or, with null, wherever it stands. */
export const symbolName = z.object({ symbol: symbolNumber, position: z.int().min(1).max(8).nullable(), name: givenSymbolName });
export type SymbolName = z.infer<typeof symbolName>;

/** A finished map. Its arrays come over HTTP: see `mapArrays` in urls.ts. */
export const map = z.object({
  id: rowId,
  run: rowId,
  collection: rowId,
  points: z.int(),
  length: z.int(),
  labels: z.array(z.string()),
  seed: z.int(),
  createdAt: z.int(),
  /** How many of its points were placed among the others later, without moving those. */
  placed: z.int(),
  /** Share of the true nearest neighbours among those that it was computed from, measured on a sample; null: all, by exact search. */
  recall: z.number().nullable(),
});
export type MapInfo = z.infer<typeof map>;
