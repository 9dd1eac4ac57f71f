import type { VariantStatus } from '../../../../src-main/contract/sweeps';

/** What the rows of a sweep may be ordered by; `symbols.4`: k-NN after four symbols. */
export type VariantOrder = 'place' | 'state' | 'step' | 'loss' | 'usage' | 'knn' | 'linear' | `symbols.${number}`;

/** Longest description that a variant was evaluated with; 0 before. */
export const fullLength = ({ accuracy }: Pick<VariantStatus, 'accuracy'>): number => Math.max(0, ...Object.keys(accuracy ?? {}).map(Number));

/** The value that a row has in a column of figures; null where it has none. */
export function figureOf(variant: VariantStatus, order: VariantOrder): number | null {
  switch (order) {
    case 'place':
    case 'state':
      return null;
    case 'step':
    case 'loss':
    case 'usage':
      return variant[order];
    case 'knn':
      return variant.knnTop1;
    case 'linear':
      return variant.accuracy?.[fullLength(variant)]?.linear ?? null;
    default:
      return variant.accuracy?.[order.slice('symbols.'.length)]?.knn ?? null;
  }
}

/** Columns of which the least value is the best. */
export const rises = (order: VariantOrder): boolean => order === 'loss' || order === 'place' || order === 'state';

const states: readonly VariantStatus['state'][] = ['active', 'failed', 'stopped', 'waiting', 'done'];

/** The rows in an order, those without a value last; equal ones as the grid has them. */
export function ordered(variants: readonly VariantStatus[], order: VariantOrder): VariantStatus[] {
  if (order === 'place') return [...variants];
  if (order === 'state') return [...variants].sort((a, b) => states.indexOf(a.state) - states.indexOf(b.state));
  const sign = rises(order) ? 1 : -1;
  const value = (variant: VariantStatus) => figureOf(variant, order) ?? sign * Infinity;
  return [...variants].sort((a, b) => (value(a) === value(b) ? 0 : sign * (value(a) - value(b))));
}

/** The best value of a column; null where nothing is better than anything. */
export function bestOf(variants: readonly VariantStatus[], order: VariantOrder): number | null {
  if (order === 'step') return null;
  const values = variants.flatMap((variant) => figureOf(variant, order) ?? []);
  return values.length < 2 ? null : rises(order) ? Math.min(...values) : Math.max(...values);
}

/** Lengths that figures stand for: of those evaluated, 1, 2, 4, 8 and the longest. */
export function shownLengths(variants: readonly VariantStatus[]): number[] {
  const lengths = new Set(variants.flatMap(({ accuracy }) => Object.keys(accuracy ?? {}).map(Number)));
  const longest = Math.max(0, ...lengths);
  return [...lengths].filter((length) => [1, 2, 4, 8, longest].includes(length)).sort((a, b) => a - b);
}

export interface BestSoFar {
  label: string;
  knn: number;
  /** Symbols of an evaluation; null: on the sample held out while it trains. */
  length: number | null;
}

/** The variant that keeps most: by its evaluation as soon as one has been evaluated, until then on the held-out samples. */
export function bestSoFar(variants: readonly VariantStatus[]): BestSoFar | null {
  const evaluated = variants.flatMap((variant): BestSoFar[] => {
    const length = fullLength(variant);
    return length === 0 ? [] : [{ label: variant.label, knn: variant.accuracy![length].knn, length }];
  });
  const found = evaluated.length > 0 ? evaluated : variants.flatMap(({ label, knnTop1 }): BestSoFar[] => (knnTop1 === null ? [] : [{ label, knn: knnTop1, length: null }]));
  return found.reduce<BestSoFar | null>((best, one) => (best === null || one.knn > best.knn ? one : best), null);
}
