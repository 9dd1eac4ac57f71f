import type { PrefixNode } from '../contract/explore';
import { GlyphscopeError } from '../contract/errors';
import type { EmbeddingSet } from './embedding-set';
import { commonLabel } from './label-shares';
import { typicalImages } from './typical-images';

/** Rows in the order of their descriptions, so that every prefix is a range; equal descriptions in the order of the set. */
const orders = new WeakMap<EmbeddingSet, Int32Array>();

/** One node of the tree of prefixes is asked for, see `prefixNode` in the contract. */
export interface PrefixQuestion {
  prefix: readonly number[];
  /** Exemplars in all, shared out by size among the children that get any, one each at least. */
  images: number;
  /** Children, from the largest on, that come without exemplars. */
  skip: number;
}

/**
 * The images that begin with a prefix and how the next symbol divides them. A prefix that no image has is a node of 0
 * images without children.
 * @throws INVALID_INPUT for a prefix longer than a description
 */
export function prefixNodeOf(set: EmbeddingSet, { prefix, images, skip }: PrefixQuestion): PrefixNode {
  const { length: L, classes } = set;
  if (prefix.length > L)
    throw new GlyphscopeError('INVALID_INPUT', `A prefix of ${prefix.length} symbols: descriptions have ${L}.`, { subject: 'prefix' });
  let order = orders.get(set);
  if (!order) orders.set(set, (order = descriptionOrder(set)));
  const rows = order.subarray(firstRow(set, order, prefix, 0), firstRow(set, order, prefix, 1));
  const whole = labelsOf(set, rows);
  const node = { prefix: [...prefix], length: L, total: rows.length, label: commonLabel(classes, whole), exemplars: [], children: [] };
  if (prefix.length === L) return { ...node, exemplars: typicalImages(set, [images], (_, each) => each(0), rows)[0] };
  const groups = divide(set, rows, prefix.length).sort((a, b) => b.rows.length - a.rows.length || a.symbol - b.symbol);
  const shared = groups.slice(skip).reduce((sum, group) => sum + group.rows.length, 0);
  const children = groups.map(({ symbol, rows: own }, place) => {
    const share = place < skip || images === 0 ? 0 : Math.max(1, Math.round((images * own.length) / shared));
    return {
      symbol,
      total: own.length,
      label: commonLabel(classes, labelsOf(set, own)),
      exemplars: share === 0 ? [] : typicalImages(set, [share], (_, each) => each(0), own)[0],
    };
  });
  return { ...node, children };
}

function descriptionOrder(set: EmbeddingSet): Int32Array {
  const { symbols, length: L } = set;
  return Int32Array.from(set.images.keys()).sort((a, b) => {
    for (let j = 0; j < L; j++) {
      const difference = symbols[a * L + j] - symbols[b * L + j];
      if (difference !== 0) return difference;
    }
    return a - b;
  });
}

/** The first place in `order` whose description is not before the prefix or, with `past` 1, is past all that begin with it. */
function firstRow(set: EmbeddingSet, order: Int32Array, prefix: readonly number[], past: 0 | 1): number {
  let [low, high] = [0, order.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    let difference = 0;
    for (let j = 0; j < prefix.length && difference === 0; j++) difference = set.symbols[order[middle] * set.length + j] - prefix[j];
    if (difference < past) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Parts of an ordered range by their symbol at a position. */
function divide(set: EmbeddingSet, rows: Int32Array, position: number): { symbol: number; rows: Int32Array }[] {
  const parts: { symbol: number; rows: Int32Array }[] = [];
  for (let from = 0; from < rows.length; ) {
    const symbol = set.symbols[rows[from] * set.length + position];
    let end = from + 1;
    while (end < rows.length && set.symbols[rows[end] * set.length + position] === symbol) end++;
    parts.push({ symbol, rows: rows.subarray(from, end) });
    from = end;
  }
  return parts;
}

function labelsOf(set: EmbeddingSet, rows: Int32Array): Int32Array {
  const counts = new Int32Array(set.classes.length);
  for (const row of rows) if (set.labels[row] >= 0) counts[set.labels[row]]++;
  return counts;
}
