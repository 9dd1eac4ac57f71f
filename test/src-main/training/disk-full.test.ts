import { afterEach, expect, it, vi } from 'vitest';
import { checkpointSteps, newestCheckpoint } from '../../../src-main/training/checkpoint';
import { TrainingControl } from '../../../src-main/training/train';
import { removeFolder, temporaryFolder } from '../../support/temporary';
import '../model/started-backend';
import { eventsOf, trainOptions } from './small-training';

const disk = vi.hoisted(() => ({ full: false }));
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  return {
    ...real,
    open: async (file: string, flags: string) => {
      if (disk.full && flags === 'w') throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      return real.open(file, flags);
    },
  };
});
const folder = temporaryFolder('disk-full');
afterEach(() => removeFolder(folder));

it('a disk that is full at checkpoint time pauses the training; resumed with room again, it writes it and goes on', async () => {
  const control = new TrainingControl();
  const states: string[] = [];
  await eventsOf(trainOptions(folder, { evaluateEvery: 0 }, { control }), async (event) => {
    if (event.type === 'checkpoint' && event.step === 4) disk.full = true;
    if (event.type !== 'state') return;
    states.push(`${event.state} ${event.step} ${event.error?.code ?? ''}`.trim());
    if (event.state !== 'paused') return;
    expect((await newestCheckpoint(folder))!.manifest.step).toBe(4); // the one before is whole
    disk.full = false;
    setTimeout(() => control.ask('run'), 10);
  });
  expect(states).toEqual(['preparing 0', 'training 0', 'paused 8 DISK_FULL', 'training 8', 'finished 12']);
  expect(await checkpointSteps(folder)).toEqual([12, 8, 4]);
});
