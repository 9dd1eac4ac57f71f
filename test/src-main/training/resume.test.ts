import { existsSync, mkdirSync, readdirSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quantizerName } from '../../../src-main/contract/config';
import { newestCheckpoint, setCheckpointAside, type Checkpoint } from '../../../src-main/training/checkpoint';
import { TrainingControl } from '../../../src-main/training/train';
import { removeFolder, temporaryFolder } from '../../support/temporary';
import '../model/started-backend';
import { buildProcesses, eventsOfTrainer, trainerOptions } from './built-trainer';
import { eventsOf, trainOptions } from './small-training';

let folder = '';
let entry: (process: 'trainer' | 'student') => string;
beforeAll(async () => {
  folder = temporaryFolder('resume');
  entry = await buildProcesses('test-resume');
});
afterAll(() => removeFolder(folder));

/** All that the last checkpoint of a run holds, but for the seconds it took. */
async function endOf(run: string): Promise<Pick<Checkpoint, 'weights' | 'optimizer'> & { step: number; images: string }> {
  const { weights, optimizer, state } = (await newestCheckpoint(join(folder, run)))!;
  return { weights, optimizer, step: state!.step, images: state!.images };
}

/** What is trained: every quantizer, and what else keeps something from step to step or draws random numbers. */
const trainings: Record<string, Record<string, unknown>> = Object.fromEntries([
  ...quantizerName.options.flatMap((quantizer) => [
    [`${quantizer}, residual`, { quantizer }],
    [`${quantizer}, autoregressive`, { quantizer, descriptor: 'autoregressive' }],
  ]),
  ['codes by gradient', { quantizer: 'vector', codebookUpdate: 'gradient' }],
  ['codes revived at every step', { quantizer: 'vector', codeRevival: 1, codebookDecay: 0.5 }],
  ['parallel, imitating at first', { descriptor: 'parallel', imitationSteps: 8 }],
  ['bidirectional interpreter', { interpreterAttention: 'bidirectional' }],
  ['by micro-batches', { microBatch: 2, diversityWeight: 0.5 }],
  ['soft symbols, same view', { straightThrough: false, crossView: false }],
]);

describe('a training that was interrupted ends with the bits of one that was not', () => {
  for (const [name, changes] of Object.entries(trainings))
    it(`stopped at a random step and resumed, then paused at another: ${name}`, async () => {
      const [whole, cut] = [`${name}, whole`, `${name}, cut`];
      await eventsOf(trainOptions(join(folder, whole), { ...changes, steps: 10, evaluateEvery: 0 }));
      const stopAt = 1 + Math.floor(Math.random() * 8);
      const pauseAt = stopAt + 1 + Math.floor(Math.random() * (9 - stopAt));
      const often = { ...changes, steps: 10, evaluateEvery: 0, checkpointEvery: 1 };
      const first = new TrainingControl();
      await eventsOf(trainOptions(join(folder, cut), often, { control: first }), (event) => {
        if (event.type === 'checkpoint' && event.step === stopAt) first.ask('stop');
      });
      const second = new TrainingControl();
      const events = await eventsOf(trainOptions(join(folder, cut), often, { control: second, resume: true }), (event) => {
        if (event.type === 'checkpoint' && event.step === pauseAt) second.ask('pause');
        if (event.type === 'state' && event.state === 'paused') setTimeout(() => second.ask('run'), 5);
      });
      const told = `stopped at ${stopAt}, paused at ${pauseAt}`;
      expect(events.flatMap((event) => (event.type === 'state' ? [event.state] : [])), told).toEqual(['preparing', 'training', 'paused', 'training', 'finished']);
      expect(await endOf(cut), told).toEqual(await endOf(whole));
    });
});

describe('a trainer killed without warning', () => {
  const trainer = (run: string, changes: Record<string, unknown>, resume = false) => trainerOptions(entry('trainer'), folder, run, { steps: 40, checkpointEvery: 3, evaluateEvery: 0, ...changes }, resume);

  /** Runs a trainer and kills it: so many milliseconds after its start, if it lasts so long, or while it writes a checkpoint. */
  async function kill(run: string, changes: Record<string, unknown>, resume: boolean, when: number | 'writing'): Promise<string | null> {
    const checkpoints = join(folder, run, 'checkpoints');
    mkdirSync(checkpoints, { recursive: true });
    const o = await trainer(run, changes, resume);
    let pid = 0;
    const end = () => {
      if (pid) process.kill(pid, 'SIGKILL');
      pid = 0;
    };
    const watcher = watch(checkpoints, (_, file) => when === 'writing' && file?.endsWith('.part') && end());
    const { exit } = await eventsOfTrainer(o, (event, { pid: own }) => {
      if (event.type !== 'state' || event.state !== 'training') return;
      pid = own ?? 0;
      if (typeof when === 'number') setTimeout(end, when);
    });
    pid = 0;
    watcher.close();
    return exit.signal;
  }

  for (const quantizer of quantizerName.options)
    it(`again and again, goes on to the same bits: ${quantizer}`, async () => {
      const [whole, killed] = [`${quantizer}, unharmed`, `${quantizer}, killed`];
      const { last } = await eventsOfTrainer(await trainer(whole, { quantizer }));
      expect(last).toMatchObject({ state: 'finished', step: 40 });
      const moments = [Math.random() * 100, 'writing' as const, Math.random() * 300];
      for (const [i, when] of moments.entries()) {
        const signal = await kill(killed, { quantizer }, i > 0, when);
        if (when === 'writing') expect(signal).toBe('SIGKILL');
      }
      await eventsOfTrainer(await trainer(killed, { quantizer }, true));
      expect(await endOf(killed), `killed at ${moments.join(', ')}`).toEqual(await endOf(whole));
      expect(readdirSync(join(folder, killed, 'checkpoints')).every((name) => /^step-\d+$/.test(name))).toBe(true);
    });
});

describe('going on', () => {
  it('passes a damaged checkpoint over, says which and why, and sets it aside', async () => {
    const run = join(folder, 'damaged');
    await eventsOf(trainOptions(run));
    const file = join(run, 'checkpoints', 'step-12', 'optimizer.safetensors');
    writeFileSync(file, readFileSync(file).subarray(0, -1));
    const events = await eventsOf(trainOptions(run, {}, { resume: true }));
    expect(events.filter((event) => event.type === 'message')).toMatchObject([
      { step: 12, level: 'warning', text: `The checkpoint of step 12 was refused: ${file} is damaged: it does not match its hash. It was set aside.` },
      { step: 8, level: 'info', text: 'Going on from the checkpoint of step 8.' },
    ]);
    expect(readdirSync(join(run, 'checkpoints')).sort()).toEqual(['step-12', 'step-4', 'step-8']); // 12 was done again
  });

  it('leaves every checkpoint as it is when none can be used', async () => {
    const run = join(folder, 'ruined');
    await eventsOf(trainOptions(run));
    for (const step of [4, 8, 12]) writeFileSync(join(run, 'checkpoints', `step-${step}`, 'weights.safetensors'), '');
    await expect(eventsOf(trainOptions(run, {}, { resume: true }))).rejects.toMatchObject({ code: 'CHECKPOINT_DAMAGED' });
    expect(readdirSync(join(run, 'checkpoints')).sort()).toEqual(['step-12', 'step-4', 'step-8']);
  });

  it('refuses to go on with another config or teacher, naming what differs; what decides nothing may differ', async () => {
    const run = join(folder, 'other');
    await eventsOf(trainOptions(run));
    await setCheckpointAside(run, 12);
    await expect(eventsOf(trainOptions(run, { learningRate: 0.5 }, { resume: true }))).rejects.toMatchObject({ code: 'INVALID_INPUT', subject: 'learningRate', message: 'The checkpoint of step 8 was made with learningRate 0.0003, the training has 0.5.' });
    await expect(eventsOf(trainOptions(run, {}, { resume: true, teacher: 'another' }))).rejects.toMatchObject({ code: 'INVALID_INPUT', subject: 'teacher' });
    const events = await eventsOf(trainOptions(run, { checkpointEvery: 5, evaluateEvery: 0, microBatch: 2 }, { resume: true }));
    expect(events[events.length - 1]).toMatchObject({ state: 'finished', step: 12 });
  });

  it('is not what a new training does: it forgets what an earlier one left in its folder', async () => {
    const run = join(folder, 'anew');
    await eventsOf(trainOptions(run));
    await eventsOf(trainOptions(run, { steps: 2, checkpointEvery: 1 }));
    expect(readdirSync(join(run, 'checkpoints')).sort()).toEqual(['step-1', 'step-2']);
    expect(existsSync(join(run, 'checkpoints', 'step-12'))).toBe(false);
  });
});
