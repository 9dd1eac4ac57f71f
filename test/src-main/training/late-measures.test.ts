import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newestCheckpoint } from '../../../src-main/training/checkpoint';
import { TrainingControl } from '../../../src-main/training/train';
import { removeFolder, temporaryFolder } from '../../support/temporary';
import '../model/started-backend';
import { eventsOf, trainOptions } from './small-training';

/** What a GPU is like: numbers that are asked for come later, and meanwhile this process goes on. */
const backend = tf.backend();
const { read } = backend;
let folder = '';
let asked: string[] = [];
beforeEach(() => {
  folder = temporaryFolder('late');
  asked = [];
  backend.read = async (data) => {
    const values = await read.call(backend, data);
    for (let turns = 0; turns < 3; turns++) await new Promise((resolve) => setImmediate(resolve)); // a step waits for one
    if (values.length === 1) asked.push('a number came');
    return values;
  };
});
afterEach(() => {
  backend.read = read;
  removeFolder(folder);
});

const weightsIn = async (directory: string) => {
  const checkpoint = await newestCheckpoint(directory);
  return { step: checkpoint!.manifest.step, weights: checkpoint!.weights, optimizer: checkpoint!.optimizer };
};

describe('a training whose measures come late', () => {
  it('begins the next step before those of the last are there', async () => {
    const o = trainOptions(folder, { steps: 4, evaluateEvery: 0, checkpointEvery: 100 }, { heldOut: null });
    const { gather } = o.views;
    const views = { ...o.views, gather: (slots: ArrayLike<number>) => (slots.length === 8 && asked.push('a step began'), gather(slots)) };
    await eventsOf({ ...o, views });
    const told = asked.slice(asked.indexOf('a step began'));
    expect(told.slice(0, 2)).toEqual(['a step began', 'a step began']);
    expect(told.filter((what) => what === 'a step began')).toHaveLength(4);
  });

  it('tells its events in the same order, and ends with the same bits', async () => {
    const changes = { steps: 24, checkpointEvery: 7, evaluateEvery: 5 };
    const late = await eventsOf(trainOptions(join(folder, 'late'), changes));
    backend.read = read;
    const prompt = await eventsOf(trainOptions(join(folder, 'prompt'), changes));
    const order = (events: typeof late) => events.flatMap((event) => (event.type === 'step' || event.type === 'message' || event.type === 'backend' ? [] : [`${event.type} ${event.step}`]));
    expect(order(late)).toEqual(order(prompt));
    const steps = late.flatMap((event) => ('step' in event ? [event.step] : []));
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    expect(await weightsIn(join(folder, 'late'))).toEqual(await weightsIn(join(folder, 'prompt')));
  });

  it('goes on from where it was stopped or paused with the same bits', async () => {
    const changes = { steps: 12, checkpointEvery: 100, evaluateEvery: 0 };
    const [whole, cut] = [join(folder, 'whole'), join(folder, 'cut')];
    await eventsOf(trainOptions(whole, changes));
    const first = new TrainingControl();
    const begun = await eventsOf(trainOptions(cut, changes, { control: first }), (event) => event.type === 'step' && event.step >= 1 && first.ask('stop'));
    const stopped = begun[begun.length - 1];
    expect(stopped).toMatchObject({ type: 'state', state: 'stopped' });
    const second = new TrainingControl();
    await eventsOf(trainOptions(cut, changes, { control: second, resume: true }), (event) => {
      if (event.type === 'step' && event.step < 12) second.ask('pause');
      if (event.type === 'state' && event.state === 'paused') setTimeout(() => second.ask('run'), 5);
    });
    expect(await weightsIn(cut)).toEqual(await weightsIn(whole));
  });

  it('names the step whose loss is not finite, and keeps the checkpoint before it', async () => {
    const broken = trainOptions(folder, { checkpointEvery: 2, evaluateEvery: 0 });
    const { gather } = broken.views;
    let calls = 0;
    const views = { ...broken.views, gather: (slots: ArrayLike<number>) => (slots.length === 8 && ++calls > 2 ? new Float32Array(8 * 2 * 12).fill(NaN) : gather(slots)) };
    await expect(eventsOf({ ...broken, views })).rejects.toMatchObject({ code: 'LOSS_NOT_FINITE', message: expect.stringContaining('step 3') as string });
    const { step, weights } = await weightsIn(folder);
    expect(step).toBe(2);
    expect(weights.every(({ data }) => data.every(Number.isFinite))).toBe(true);
  });
});
