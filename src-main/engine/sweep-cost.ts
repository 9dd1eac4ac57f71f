import type { Estimate, Expected } from '../contract/estimate';
import type { SweepCost } from '../contract/sweeps';

const add = (a: Expected, b: Expected): Expected => ({ low: a.low + b.low, high: a.high + b.high });
const none: Expected = { low: 0, high: 0 };

/** The sum; null while one is unknown. */
function sumOf(values: readonly (Expected | null)[]): Expected | null {
  return values.reduce<Expected | null>((sum, value) => (sum && value ? add(sum, value) : null), none);
}

/**
 * What trainings take of which each alone would take these estimates, `parallel` of them at a time in their order. What they
 * share is counted once: the teacher's features.
 * @param estimates one for each training, at least one
 */
export function sweepCost(estimates: readonly Estimate[], parallel: number): SweepCost {
  const [{ memory, disk }] = estimates;
  const features = estimates.map(({ parts }) => parts.find(({ part }) => part === 'features')?.seconds ?? none);
  const shared = { low: Math.max(...features.map(({ low }) => low)), high: Math.max(...features.map(({ high }) => high)) };
  const known = estimates.every(({ seconds }) => seconds !== null);
  const side = (of: 'low' | 'high') => shared[of] + together(estimates.map(({ seconds }, i) => Math.max(0, seconds![of] - features[i][of])), parallel);
  const largest = estimates.map(({ memory: { training } }) => training).sort((a, b) => (b?.high ?? Infinity) - (a?.high ?? Infinity)).slice(0, parallel);
  const runs = estimates.map(({ disk: one }) => (one.checkpoints === null ? null : one.checkpoints + one.embeddings));
  return {
    runs: estimates.length,
    unknown: estimates.filter(({ seconds }) => seconds === null).length,
    seconds: known ? { low: side('low'), high: side('high') } : null,
    memory: { together: sumOf(largest), free: memory.free, total: memory.total },
    disk: {
      features: Math.max(...estimates.map(({ disk: one }) => one.features)),
      runs: runs.reduce<number | null>((sum, one) => (sum === null || one === null ? null : sum + one), 0),
      free: disk.free,
    },
    missing: Math.max(...estimates.map(({ missing: { images } }) => images)),
  };
}

/** Seconds until the last of them ends when each begins as soon as one of `parallel` places is free. */
function together(seconds: readonly number[], parallel: number): number {
  const places = new Array<number>(parallel).fill(0);
  for (const one of seconds) {
    const first = places.indexOf(Math.min(...places));
    places[first] += one;
  }
  return Math.max(...places);
}
