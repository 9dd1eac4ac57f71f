import * as z from 'zod';
import { imageItem } from './images';
import { rowId, symbolNumber, symbolSequence } from './names';

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

export const symbolSummary = z.object({
  symbol: symbolNumber,
  total: z.int(),
  /** Images that have it at each position. */
  byPosition: z.array(z.int()),
  /** Its most typical images: nearest to the mean embedding of the images that begin with it or hold it. */
  exemplars: z.array(rowId),
  /** The label most over-represented among its images, with its lift; null without labels. */
  topLabel: z.object({ name: z.string(), share: z.number(), lift: z.number() }).nullable(),
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

export const symbolDetail = z.object({
  summary: symbolSummary,
  /** For each position, from 1: how many, and the images nearest to the mean of those that have it there. */
  positions: z.array(z.object({ position: z.int(), total: z.int(), images: z.array(imageItem) })),
});
export type SymbolDetail = z.infer<typeof symbolDetail>;

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
});
export type MapInfo = z.infer<typeof map>;
