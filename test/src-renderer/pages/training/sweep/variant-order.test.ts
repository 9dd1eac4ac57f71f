import { describe, expect, it } from 'vitest';
import type { VariantStatus } from '../../../../../src-main/contract/sweeps';
import { bestOf, bestSoFar, ordered, shownLengths } from '../../../../../src-renderer/pages/training/sweep/variant-order';

const variant = (label: string, o: Partial<VariantStatus> = {}): VariantStatus => ({
  label, group: 'GS', change: {}, variant: 'GS 8', run: null, runName: label, state: 'waiting', phase: 'waiting', step: 0, steps: null, loss: null, usage: null,
  perplexity: null, stepsPerSecond: null, etaSeconds: null, knnTop1: null, accuracy: null, teacher: null, finding: null, error: null, ...o,
});
const labels = (variants: readonly VariantStatus[]) => variants.map(({ label }) => label).join('');
const evaluated = (knn: number) => ({ accuracy: { '1': { knn: knn / 2, linear: knn / 2 }, '3': { knn: knn * 0.8, linear: null }, '8': { knn, linear: knn } } });

describe('the rows of a sweep', () => {
  const rows = [variant('a', { loss: 2, knnTop1: 0.3 }), variant('b'), variant('c', { loss: 1, knnTop1: 0.5, state: 'active' }), variant('d', { loss: 2, state: 'failed' })];

  it('are ordered by a figure, the best first, those without one last, equal ones as in the grid', () => {
    expect(labels(ordered(rows, 'place'))).toBe('abcd');
    expect(labels(ordered(rows, 'loss'))).toBe('cadb');
    expect(labels(ordered(rows, 'knn'))).toBe('cabd');
    expect(labels(ordered(rows, 'state'))).toBe('cdab');
    expect(labels(ordered([variant('x', evaluated(0.4)), variant('y', evaluated(0.6)), variant('z')], 'symbols.1'))).toBe('yxz');
  });

  it('have a best value where at least two can be compared', () => {
    expect(bestOf(rows, 'loss')).toBe(1);
    expect(bestOf(rows, 'knn')).toBe(0.5);
    expect(bestOf(rows, 'usage')).toBeNull();
    expect(bestOf(rows, 'step')).toBeNull();
    expect(bestOf(rows.slice(0, 2), 'loss')).toBeNull();
  });

  it('show 1, 2, 4, 8 symbols and the longest, as far as they were evaluated', () => {
    expect(shownLengths([variant('a'), variant('b', evaluated(0.5))])).toEqual([1, 8]);
    expect(shownLengths([variant('a', { accuracy: { '2': { knn: 1, linear: null }, '5': { knn: 1, linear: 1 } } })])).toEqual([2, 5]);
  });
});

describe('bestSoFar', () => {
  it('is by the evaluation as soon as there is one, before that by the held-out samples', () => {
    expect(bestSoFar([variant('a')])).toBeNull();
    const training = [variant('a', { knnTop1: 0.7 }), variant('b', { knnTop1: 0.6 })];
    expect(bestSoFar(training)).toEqual({ label: 'a', knn: 0.7, length: null });
    expect(bestSoFar([...training, variant('c', evaluated(0.5))])).toEqual({ label: 'c', knn: 0.5, length: 8 });
  });
});
