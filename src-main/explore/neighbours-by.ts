import { GlyphscopeError } from '../contract/errors';
import { dotAt, type PreparedSet } from './embedding-set';
import { Highest } from './highest';
import { editDistancesTo, sharedWithPattern, type SymbolPattern } from './symbol-pattern';

/** What makes an image near: the set's vectors, leading symbols, or few edits from one description to the other. */
export type Nearness = 'vectors' | 'prefix' | 'edits';

export interface NearQuery {
  by: Nearness;
  /** An image of the set, which is left out of the answer, or a vector [Z] with symbols of 1 … L, some of them perhaps `anySymbol`. */
  of: { image: number } | { vector: Float32Array; symbols: SymbolPattern };
  /** Most images in the answer. */
  count: number;
}

export interface NearImage {
  image: number;
  /** Cosine with the set's vector, −1 to 1. */
  similarity: number;
  /** Leading symbols that are those asked about. */
  sharedPrefix: number;
  /** Levenshtein distance of the two sequences of symbols. */
  edits: number;
}

export interface NearImages {
  items: NearImage[];
  /** Images whose first 1, 2, … symbols are those asked about, the image asked about included. */
  begins: number[];
  searched: number;
}

/**
 * The images nearest to one image or sequence, exactly. By prefix the longest shared one comes first, by edits the fewest;
 * among equals the nearest vector, then the set's order.
 * @throws NOT_FOUND for an image that the set does not hold; INVALID_INPUT when vector or symbols do not fit the set
 */
export function findNear(set: PreparedSet, query: NearQuery): NearImages {
  const { vector, symbols, row: own } = asked(set, query.of);
  const n = set.images.length;
  const begins = new Array<number>(symbols.length).fill(0);
  const shared = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    shared[i] = sharedWithPattern(set, i, symbols);
    for (let length = 0; length < shared[i]; length++) begins[length]++;
  }
  const editsOf = editDistancesTo(set, symbols);
  const similarityOf = cosineWith(set, vector);
  const rows =
    query.by === 'vectors'
      ? byVectors(set, vector, query.count, own, similarityOf)
      : byLevels(query.by === 'prefix' ? (i) => symbols.length - shared[i] : editsOf, { n, most: Math.max(set.length, symbols.length), count: query.count, own, similarityOf });
  return { items: rows.map((i) => ({ image: set.images[i], similarity: similarityOf(i), sharedPrefix: shared[i], edits: editsOf(i) })), begins, searched: n };
}

/** The query with its vector at unit length; `row` −1 when it is no image of the set. */
function asked(set: PreparedSet, of: NearQuery['of']): { vector: Float32Array; symbols: SymbolPattern; row: number } {
  const { width, length, vocabulary } = set;
  if ('image' in of) {
    const row = set.images.indexOf(of.image);
    if (row < 0) throw new GlyphscopeError('NOT_FOUND', `Image ${of.image} is not among the ${set.images.length} described images.`, { subject: String(of.image) });
    return { vector: set.embeddings.subarray(row * width, (row + 1) * width), symbols: set.symbols.subarray(row * length, (row + 1) * length), row };
  }
  const { vector, symbols } = of;
  const wrong = (message: string, subject: string) => new GlyphscopeError('INVALID_INPUT', message, { subject });
  if (vector.length !== width) throw wrong(`A vector of ${vector.length} numbers: those of the images have ${width}.`, 'vector');
  if (symbols.length < 1 || symbols.length > length) throw wrong(`${symbols.length} symbols: a description has 1 to ${length}.`, 'symbols');
  for (let at = 0; at < symbols.length; at++) if (symbols[at] >= vocabulary) throw wrong(`Symbol ${symbols[at]} is not in this run's vocabulary of ${vocabulary}, 0 to ${vocabulary - 1}.`, 'symbols');
  const norm = Math.sqrt(dotAt(vector, 0, vector, 0, width));
  if (!Number.isFinite(norm)) throw wrong('The vector holds a number that is not finite.', 'vector');
  return { vector: vector.map((value) => (norm > 0 ? value / norm : 0)), symbols, row: -1 };
}

const cosineWith = ({ embeddings, width }: PreparedSet, vector: Float32Array) => (i: number) => Math.min(1, Math.max(-1, dotAt(embeddings, i * width, vector, 0, width)));

/** Rows by similarity: only those whose codes leave it open are compared number by number. */
function byVectors(set: PreparedSet, vector: Float32Array, count: number, own: number, similarityOf: (i: number) => number): number[] {
  const n = set.images.length;
  const { lowest, highest } = set.coded.boundsFor(vector);
  const sure = new Highest(count);
  for (let i = 0; i < n; i++) if (i !== own) sure.offer(lowest[i], i);
  const nearest = new Highest(count);
  for (let i = 0; i < n; i++) if (i !== own && highest[i] >= sure.border) nearest.offer(similarityOf(i), i);
  return nearest.sorted().map(({ row }) => row);
}

/** Rows by level from 0 to `most`, lowest first, then by similarity, which is asked of no more rows than levels leave open. */
function byLevels(levelOf: (i: number) => number, o: { n: number; most: number; count: number; own: number; similarityOf: (i: number) => number }): number[] {
  const levels = new Uint8Array(o.n);
  const sizes = new Array<number>(o.most + 1).fill(0);
  for (let i = 0; i < o.n; i++) {
    if (i === o.own) continue;
    levels[i] = levelOf(i);
    sizes[levels[i]]++;
  }
  let border = 0;
  for (let within = sizes[0]; within < o.count && border < o.most; ) within += sizes[++border];
  const kept = new Highest(o.count);
  for (let i = 0; i < o.n; i++) if (i !== o.own && levels[i] <= border) kept.offer(o.similarityOf(i) - 4 * levels[i], i); // similarities lie within 2 of each other
  return kept.sorted().map(({ row }) => row);
}
