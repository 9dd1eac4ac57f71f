import { expect, it } from 'vitest';
import type { Estimate } from '../../../src-main/contract/estimate';
import { sweepCost } from '../../../src-main/engine/sweep-cost';

/** A training of `seconds`, of which the teacher's features are `features`. */
function estimate(seconds: number | null, { features = 0, memory = 100 }: { features?: number; memory?: number } = {}): Estimate {
  const exactly = (value: number) => ({ low: value, high: 2 * value });
  return {
    images: 1000, heldOut: 100, rehearsal: null, beginning: 'prepared',
    parts: [{ part: 'features', count: 10, timed: 10, seconds: exactly(features) }],
    seconds: seconds === null ? null : exactly(seconds),
    missing: { teacher: 'one', images: features > 0 ? 7 : 0, clean: 0, views: 0, cleanTokens: 0, viewTokens: 0 },
    memory: { training: seconds === null ? null : exactly(memory), free: 1000, total: 2000 },
    disk: { features: 50, checkpoints: seconds === null ? null : 10, embeddings: 5, free: 10_000 },
  };
}

it('is the time until the last one ends, several at a time in their order', () => {
  const seconds = (parallel: number) => sweepCost([10, 10, 10, 40].map((one) => estimate(one)), parallel).seconds;
  expect(seconds(1)).toEqual({ low: 70, high: 140 });
  expect(seconds(2)).toEqual({ low: 50, high: 100 });
  expect(seconds(4)).toEqual({ low: 40, high: 80 });
});

it('counts what the trainings share once, and memory for the largest that stand beside each other', () => {
  const cost = sweepCost([estimate(30, { features: 20 }), estimate(30, { features: 20, memory: 300 }), estimate(25, { features: 20, memory: 200 })], 2);
  expect(cost.seconds).toEqual({ low: 20 + 15, high: 40 + 30 });
  expect(cost.memory.together).toEqual({ low: 500, high: 1000 });
  expect(cost).toMatchObject({ runs: 3, unknown: 0, missing: 7, disk: { features: 50, runs: 45 } });
});

it('gives no figure that rests on what was not timed', () => {
  const cost = sweepCost([estimate(10), estimate(null)], 2);
  expect(cost).toMatchObject({ runs: 2, unknown: 1, seconds: null, memory: { together: null }, disk: { runs: null } });
});
