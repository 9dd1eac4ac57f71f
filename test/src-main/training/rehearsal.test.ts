import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resolveConfig } from '../../../src-main/contract/presets';
import { madeUpFeatures } from '../../../src-main/training/made-up-features';
import { rehearsalMeasures } from '../../../src-main/training/messages';
import { rehearse } from '../../../src-main/training/rehearsal';
import { removeFolder, temporaryFolder } from '../../support/temporary';
import '../model/started-backend';
import { eventsOf, trainOptions } from './small-training';

let directory = '';
beforeEach(() => (directory = temporaryFolder('rehearsal')));
afterEach(() => removeFolder(directory));

/** A clock that runs fast, so that the rehearsal has soon seen enough. */
function fastClock(): () => number {
  let ticks = 0;
  return () => (ticks += 0.25);
}
const changes = { preset: 'tiny', batch: 8, width: 8, projectorOutputs: 16, channels: 4, threads: 1 };
const rehearsal = (o: Partial<Parameters<typeof rehearse>[0]> = {}, config: Record<string, unknown> = {}) =>
  rehearse({ config: resolveConfig({ ...changes, ...config }), teacher: 'test', featureWidth: 12, storedViews: 2, tokens: null, images: 50, heldOut: { bank: 40, queries: 10, classes: 4 }, from: null, directory, ...o }, () => undefined, fastClock());

describe('a rehearsal', () => {
  it('times every part of a training', async () => {
    const measures = await rehearsal();
    expect(rehearsalMeasures.omit({ backend: true }).parse(measures)).toEqual(measures);
    expect(measures.images).toBe(50);
    expect(measures.intervals.reduce((sum, { steps }) => sum + steps, 0)).toBeGreaterThanOrEqual(8);
    expect(measures.evaluations?.later.length).toBeGreaterThan(0);
    expect(measures.preparation).toMatchObject({ mapStepSeconds: expect.any(Number) as number, readoutStepSeconds: expect.any(Number) as number });
    expect(measures.checkpoint.bytes).toBeGreaterThan(1000);
    expect(measures.peakBytes).toBeGreaterThan(10e6);
    expect(measures.seconds).toBeGreaterThan(measures.startSeconds);
  });

  it('writes a checkpoint of the bytes that a run of this configuration writes', async () => {
    const { checkpoint } = await rehearsal({}, { steps: 12 });
    await eventsOf(trainOptions(join(directory, 'run'), { ...changes, steps: 2, checkpointEvery: 2, evaluateEvery: 0 }));
    const written = join(directory, 'run/checkpoints/step-2');
    const { size } = statSync(join(written, 'weights.safetensors'));
    expect(readdirSync(written)).toContain('optimizer.safetensors');
    expect(checkpoint.bytes).toBeGreaterThan(2 * size);
    expect(checkpoint.bytes).toBeLessThan(4 * size + 10_000);
  });

  it('has no preparation where a run begins with weights, and no evaluations where none is held out', async () => {
    await eventsOf(trainOptions(join(directory, 'source'), { ...changes, steps: 2, checkpointEvery: 2, evaluateEvery: 0 }));
    expect(await rehearsal({ from: join(directory, 'source'), heldOut: null })).toMatchObject({ preparation: null, evaluations: null });
  });

  it('fits the networks that a configuration has, and no other', async () => {
    expect((await rehearsal({}, { readoutSteps: 0 })).preparation).toMatchObject({ readoutStepSeconds: null });
    expect((await rehearsal({}, { mapSteps: 0 })).preparation).toMatchObject({ mapStepSeconds: null, readoutStepSeconds: null });
  });
});

it('made-up features are the same for a slot whenever they are read, and differ between images more than between views', () => {
  const source = madeUpFeatures({ width: 64, records: 2 });
  const [a, b] = [source.gather([3, 9]), source.gather([9])];
  expect(a.subarray(128)).toEqual(b);
  const distance = (from: number, to: number) => a.subarray(from, from + 64).reduce((sum, value, i) => sum + (value - a[to + i]) ** 2, 0);
  expect(distance(0, 64)).toBeLessThan(distance(0, 128));
});
