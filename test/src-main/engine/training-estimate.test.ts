import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../../src-main/contract/presets';
import { aroundMean, checkpointBytes, checkpointCount, estimateParts, evaluationCount, memoryOf, totalOf, type PlannedTraining } from '../../../src-main/engine/training-estimate';
import type { RehearsalMeasures } from '../../../src-main/training/messages';

const config = resolveConfig({ preset: 'small', steps: 1000, checkpointEvery: 200, evaluateEvery: 100, mapSteps: 400, readoutSteps: 800 });
const planned: PlannedTraining = { config, images: 20_000, evaluates: true, beginning: 'prepared', encodings: 5000, featureWidth: 256, weightBytes: 0 };
const measures: RehearsalMeasures = {
  backend: { name: 'tensorflow', description: 'a processor' },
  images: 20_000,
  seconds: 12,
  startSeconds: 2,
  preparation: { seconds: 5, fixedSeconds: 4, mapStepSeconds: 0.05, readoutStepSeconds: 0.01, bytes: 1_000_000 },
  intervals: [{ steps: 1, seconds: 0.1 }, { steps: 2, seconds: 0.2 }, { steps: 1, seconds: 0.1 }],
  evaluations: { first: 2, later: [1, 1] },
  checkpoint: { seconds: 0.2, bytes: 10_000_000 },
  peakBytes: 1e9,
};
const rate = { seconds: { low: 0.002, high: 0.003 }, encodings: 300 };
const partsOf = (changes: Partial<PlannedTraining> = {}, m: RehearsalMeasures | null = measures, r: typeof rate | null = rate) => Object.fromEntries(estimateParts({ ...planned, ...changes }, m, r).map((part) => [part.part, part]));
const middle = ({ seconds }: { seconds: { low: number; high: number } | null }) => (seconds!.low + seconds!.high) / 2;

describe('what a training takes', () => {
  it('is what was timed of each part, times how often it is done', () => {
    const parts = partsOf();
    expect(parts.features).toEqual({ part: 'features', count: 5000, timed: 300, seconds: { low: 8, high: 18 } }); // 10 to 15, give or take what repeated measurements differ by
    expect(middle(parts.steps)).toBeCloseTo(1000 * 0.1);
    expect(parts.steps).toMatchObject({ count: 1000, timed: 4 });
    expect(middle(parts.preparation)).toBeCloseTo(4 + 400 * 0.05 + 800 * 0.01);
    expect(middle(parts.evaluations)).toBeCloseTo(2 + 10 * 1);
    expect(middle(parts.checkpoints)).toBeCloseTo(5 * 0.2);
    for (const { seconds } of Object.values(parts)) expect(seconds!.low).toBeLessThan(seconds!.high);
  });

  it('grows with the steps as they are counted, and with nothing that costs no time', () => {
    const twice = partsOf({ config: { ...config, steps: 2000 } });
    const once = partsOf();
    expect(middle(twice.steps)).toBeCloseTo(2 * middle(once.steps));
    expect(twice.preparation).toEqual(once.preparation);
    expect(twice.start).toEqual(once.start);
  });

  it('is not known as long as a part is not, and names that part', () => {
    expect(totalOf(estimateParts(planned, null, rate))).toBeNull();
    expect(partsOf({}, measures, null).features.seconds).toBeNull();
    expect(totalOf(estimateParts(planned, measures, null))).toBeNull();
    expect(totalOf(estimateParts({ ...planned, encodings: 0 }, measures, null))).not.toBeNull();
  });

  it('is the sum of the parts', () => {
    const parts = estimateParts(planned, measures, rate);
    expect(totalOf(parts)!.high).toBeCloseTo(parts.reduce((sum, { seconds }) => sum + seconds!.high, 0));
  });

  it('has no preparation where it is kept or the weights come from another run', () => {
    for (const beginning of ['kept', 'weights'] as const) expect(partsOf({ beginning }).preparation).toMatchObject({ count: 0, seconds: { low: 0, high: 0 } });
  });

  it('leaves open how much of the preparation grows where fewer images were rehearsed', () => {
    const { low, high } = partsOf({ images: 40_000 }).preparation.seconds!;
    const { low: before, high: most } = partsOf().preparation.seconds!;
    expect(low).toBe(before);
    expect(high - most).toBeCloseTo(4 * 1.2);
    expect(partsOf({ images: 80_000 }).preparation.seconds).toEqual(partsOf({ images: 50_000 }).preparation.seconds); // no more are looked at
  });
});

it('a measured mean is given with two standard errors, and never closer than rehearsals agree', () => {
  expect(aroundMean([1, 1, 1, 1])).toEqual({ low: 0.8, high: 1.2 });
  const { low, high } = aroundMean([1, 3]);
  expect([low, high]).toEqual([0, 4]); // deviation √2, error 1, mean 2
});

it('evaluations and checkpoints are counted as the trainer makes them', () => {
  expect(evaluationCount({ steps: 400, evaluateEvery: 100 })).toBe(5);
  expect(evaluationCount({ steps: 401, evaluateEvery: 100 })).toBe(6);
  expect(checkpointCount({ steps: 400, checkpointEvery: 200 })).toBe(2);
  expect(checkpointCount({ steps: 5, checkpointEvery: 200 })).toBe(1);
});

it('memory and disk come from what the rehearsal took and wrote', () => {
  expect(memoryOf(planned, measures)).toEqual({ low: 1e9, high: 1.2e9 });
  expect(memoryOf({ ...planned, images: 30_000 }, measures).high).toBeGreaterThan(1.2e9 + 10_000 * 256 * 4);
  expect(checkpointBytes(planned, measures)).toBe(3 * 10_000_000 + 1_000_000);
  expect(checkpointBytes({ ...planned, beginning: 'kept', config: { ...config, steps: 100 } }, measures)).toBe(10_000_000);
  expect(checkpointBytes({ ...planned, beginning: 'weights', weightBytes: 3_000_000 }, measures)).toBe(33_000_000);
});
