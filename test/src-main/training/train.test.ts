import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { trainingEvent } from '../../../src-main/contract/runs';
import { checkpointSteps, newestCheckpoint, readCheckpoint } from '../../../src-main/training/checkpoint';
import { TrainingControl } from '../../../src-main/training/train';
import { removeFolder, temporaryFolder } from '../../support/temporary';
import '../model/started-backend';
import { eventsOf, trainOptions, width } from './small-training';

let folder = '';
beforeEach(() => (folder = temporaryFolder('train')));
afterEach(() => removeFolder(folder));

const weightsIn = async (directory: string) => {
  const checkpoint = await newestCheckpoint(directory);
  return { step: checkpoint!.manifest.step, weights: checkpoint!.weights, optimizer: checkpoint!.optimizer };
};

describe('a training', () => {
  it('tells its states, steps, measurements and checkpoints in order, each as the contract says', async () => {
    const events = await eventsOf(trainOptions(folder));
    for (const event of events) expect(trainingEvent.parse(event)).toEqual(event);
    expect(events.filter((event) => event.type === 'state').map(({ state }) => state)).toEqual(['preparing', 'training', 'finished']);
    expect(events.filter((event) => event.type === 'evaluation').map(({ step }) => step)).toEqual([0, 6, 12]);
    expect(events.filter((event) => event.type === 'checkpoint').map(({ step }) => step)).toEqual([4, 8, 12]);
    const steps = events.filter((event) => event.type === 'step');
    expect(steps[steps.length - 1].step).toBe(12);
    for (const step of steps) {
      expect([step.lossByPrefix.length, step.usage.length, step.perplexity.length]).toEqual([4, 4, 4]);
      expect(step.loss).toBeCloseTo(step.lossByPrefix.reduce((a, b) => a + b) / 4, 4);
      expect(Math.max(...step.usage)).toBeLessThanOrEqual(1);
      expect(Math.max(...step.perplexity)).toBeLessThanOrEqual(16.001);
      expect(step.kl).toBeGreaterThan(-1e-4);
    }
  });

  it('gives the same bits for the same seed, and others for another', async () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => join(folder, name));
    await eventsOf(trainOptions(a));
    await eventsOf(trainOptions(b));
    await eventsOf(trainOptions(c, { seed: 1 }));
    expect(await weightsIn(b)).toEqual(await weightsIn(a));
    expect(await weightsIn(c)).not.toEqual(await weightsIn(a));
  });

  for (const descriptor of ['residual', 'autoregressive'] as const)
    it(`that goes on from a checkpoint ends with the bits of the uninterrupted one (${descriptor})`, async () => {
      const changes = { descriptor, channels: 0 };
      const [whole, cut] = ['whole', 'cut'].map((name) => join(folder, name));
      await eventsOf(trainOptions(whole, changes));
      const control = new TrainingControl();
      const first = await eventsOf(trainOptions(cut, { ...changes, checkpointEvery: 1 }, { control }), (event) => {
        if (event.type === 'checkpoint' && event.step === 5) control.ask('stop');
      });
      expect(first[first.length - 1]).toMatchObject({ type: 'state', state: 'stopped', step: 5 });
      const events = await eventsOf(trainOptions(cut, changes, { resume: true }));
      expect(events).toContainEqual({ type: 'message', step: 5, level: 'info', text: 'Going on from the checkpoint of step 5.' });
      expect(await weightsIn(cut)).toEqual(await weightsIn(whole));
    });

  it('keeps no tensor from step to step, and none at its end', async () => {
    await eventsOf(trainOptions(join(folder, 'first')));
    const before = tf.memory().numTensors;
    const counts = new Set<number>();
    await eventsOf(trainOptions(folder, { evaluateEvery: 0, checkpointEvery: 100 }), (event) => {
      if (event.type === 'step' && event.step > 1) counts.add(tf.memory().numTensors);
    });
    expect(counts.size).toBe(1);
    expect(tf.memory().numTensors).toBe(before);
  });

  const pairs = (['residual', 'autoregressive', 'parallel'] as const).flatMap((descriptor) => (['gumbel', 'vector', 'sharpened'] as const).map((quantizer) => ({ descriptor, quantizer })));
  it.each(pairs)('every descriptor learns with every quantizer: $descriptor, $quantizer', async (kind) => {
    const events = await eventsOf(trainOptions(folder, { ...kind, steps: 3, evaluateEvery: 0, checkpointEvery: 100 }));
    expect(events.flatMap((event) => (event.type === 'state' ? [event.state] : []))).toEqual(['preparing', 'training', 'finished']);
  });

  it('moves the weights it trains, keeps the fixed ones, and with momentum 1 the teacher', async () => {
    await eventsOf(trainOptions(folder, { teacherMomentum: 1, checkpointEvery: 1, steps: 3 }));
    const at = async (step: number) => new Map((await readCheckpoint(join(folder, 'checkpoints', `step-${step}`))).weights.map(({ name, data }) => [name, data]));
    const [before, after] = [await at(1), await at(3)];
    for (const [name, data] of after) {
      if (name === 'teacher.centre') continue;
      const same = name.startsWith('teacher.') || name.startsWith('feature.') || name === 'descriptor.sharpness';
      if (same) expect(data, name).toEqual(before.get(name));
      else expect(data, name).not.toEqual(before.get(name));
    }
  });

  it('leaves the codes where k-means put them unless they are to learn', async () => {
    const codes = async (trainCodes: boolean) => {
      await eventsOf(trainOptions(folder, { trainCodes, checkpointEvery: 1, steps: 2 }));
      return Promise.all([1, 2].map(async (step) => (await readCheckpoint(join(folder, 'checkpoints', `step-${step}`))).weights.find(({ name }) => name === 'codes')?.data));
    };
    const [first, second] = await codes(false);
    expect(second).toEqual(first);
    const [before, after] = await codes(true);
    expect(after).not.toEqual(before);
  });

  it('learns: the loss falls', async () => {
    const events = await eventsOf(trainOptions(folder, { steps: 150, evaluateEvery: 0, checkpointEvery: 1000, projectionWeight: 0, descriptor: 'autoregressive', learningRate: 0.01 }));
    const steps = events.filter((event) => event.type === 'step');
    expect(steps[steps.length - 1].loss).toBeLessThan(0.7 * steps[0].loss);
  });
});

describe('pausing', () => {
  it('writes a checkpoint, waits, and goes on', async () => {
    const control = new TrainingControl();
    const states: string[] = [];
    await eventsOf(trainOptions(folder, { checkpointEvery: 100, evaluateEvery: 0 }, { control }), (event) => {
      if (event.type === 'state') states.push(`${event.state} ${event.step}`);
      if (event.type === 'step' && event.step === 1) control.ask('pause');
      if (event.type === 'state' && event.state === 'paused') setTimeout(() => control.ask('run'), 10);
    });
    expect(states).toEqual(['preparing 0', 'training 0', 'paused 1', 'training 1', 'finished 12']);
    expect(await checkpointSteps(folder)).toEqual([12, 1]);
  });

  it('can end in a stop', async () => {
    const control = new TrainingControl();
    const events = await eventsOf(trainOptions(folder, { evaluateEvery: 0 }, { control }), (event) => {
      if (event.type === 'step' && event.step === 1) control.ask('pause');
      if (event.type === 'state' && event.state === 'paused') setTimeout(() => control.ask('stop'), 10);
    });
    expect(events[events.length - 1]).toMatchObject({ state: 'stopped', step: 1 });
  });
});

describe('a training refuses', () => {
  it('fewer images than a batch, saying how many there are and what to do', async () => {
    await expect(eventsOf(trainOptions(folder, { batch: 51 }))).rejects.toMatchObject({
      code: 'COLLECTION_TOO_SMALL',
      message: 'A step needs 51 images, the collection has 50 to train on.',
      remedy: 'Add images, or lower the batch to 50 or less.',
    });
  });

  it('more views than were computed', async () => {
    await expect(eventsOf(trainOptions(folder, { views: 3 }))).rejects.toMatchObject({ code: 'FEATURES_MISSING', message: expect.stringContaining('views = 3, but only 2 views') });
  });

  it('a loss that is not finite, and names the step', async () => {
    const broken = trainOptions(folder, { checkpointEvery: 1 });
    const { gather } = broken.views;
    let calls = 0;
    const views = { ...broken.views, gather: (slots: ArrayLike<number>) => (slots.length === 8 && ++calls > 2 ? new Float32Array(8 * 2 * width).fill(NaN) : gather(slots)) };
    await expect(eventsOf({ ...broken, views })).rejects.toMatchObject({ code: 'LOSS_NOT_FINITE', message: expect.stringContaining('step 3') });
    const { step, weights } = await weightsIn(folder);
    expect(step).toBe(2);
    expect(weights.every(({ data }) => data.every(Number.isFinite))).toBe(true);
  });
});

describe('a damaged checkpoint', () => {
  it('is passed over with its name, and the one before is used', async () => {
    await eventsOf(trainOptions(folder));
    const file = join(folder, 'checkpoints', 'step-12', 'weights.safetensors');
    const bytes = readFileSync(file);
    bytes[bytes.length - 5] ^= 1;
    writeFileSync(file, bytes);
    const events = await eventsOf(trainOptions(folder, {}, { resume: true }));
    const warning = events.find((event) => event.type === 'message' && event.level === 'warning');
    expect(warning).toMatchObject({ step: 12, text: `The checkpoint of step 12 was refused: ${file} is damaged: it does not match its hash. It was set aside.` });
    expect(events).toContainEqual({ type: 'message', step: 8, level: 'info', text: 'Going on from the checkpoint of step 8.' });
    expect((await weightsIn(folder)).step).toBe(12); // written anew
    expect(readdirSync(join(folder, 'checkpoints')).sort()).toEqual(['step-12', 'step-4', 'step-8']);
  });
});
