import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { resolveConfig } from '../../../src-main/contract/presets';
import { checkpointSteps, newestCheckpoint, readCheckpoint, writeCheckpoint, type CheckpointContent } from '../../../src-main/training/checkpoint';
import { decodeSafetensors, encodeSafetensors } from '../../../src-main/training/safetensors';
import { removeFolder, temporaryFolder } from '../../support/temporary';

const disk = vi.hoisted(() => ({ full: false }));
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  return {
    ...real,
    open: async (file: string, flags: string) => {
      if (disk.full && file.endsWith('optimizer.safetensors')) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      return real.open(file, flags);
    },
  };
});

let folder = '';
beforeEach(() => (folder = temporaryFolder('checkpoint')));
afterEach(() => {
  disk.full = false;
  removeFolder(folder);
});

const content = (step: number): CheckpointContent => ({
  config: resolveConfig({ preset: 'tiny' }),
  featureWidth: 3,
  teacher: 'teacher',
  step,
  weights: [{ name: 'codes', shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, step) }],
  optimizer: [{ name: 'codes/first', shape: [1], data: Float32Array.of(0.5) }],
  state: { step, seconds: 1.5, images: 'abc', alarms: [] },
});

describe('a checkpoint', () => {
  it('comes back as it was written', async () => {
    const directory = await writeCheckpoint(folder, content(7));
    expect(directory).toBe(join(folder, 'checkpoints', 'step-7'));
    const read = await readCheckpoint(directory);
    const { weights, optimizer, state, config } = content(7);
    expect(read).toMatchObject({ weights, optimizer, state, manifest: { step: 7, config, featureWidth: 3, teacher: 'teacher', format: 1 } });
  });

  it('may lack optimizer and state: an embedded run only describes', async () => {
    const { optimizer: _o, state: _s, ...rest } = content(7);
    const read = await readCheckpoint(await writeCheckpoint(folder, rest));
    expect([read.optimizer, read.state]).toEqual([null, null]);
  });

  it('pushes all but the newest three out, and leaves no part behind', async () => {
    for (const step of [10, 20, 30, 40]) await writeCheckpoint(folder, content(step));
    expect(await checkpointSteps(folder)).toEqual([40, 30, 20]);
    expect(readdirSync(join(folder, 'checkpoints')).sort()).toEqual(['step-20', 'step-30', 'step-40']);
  });

  it('written over an unfinished one of the same step is whole', async () => {
    mkdirSync(join(folder, 'checkpoints', 'step-5.part'), { recursive: true });
    writeFileSync(join(folder, 'checkpoints', 'step-5.part', 'weights.safetensors'), 'half');
    await writeCheckpoint(folder, content(5));
    expect((await newestCheckpoint(folder))!.manifest.step).toBe(5);
    expect(readdirSync(join(folder, 'checkpoints'))).toEqual(['step-5']);
  });

  it('that does not fit on the disk says so, and the one before stays', async () => {
    await writeCheckpoint(folder, content(1));
    disk.full = true;
    await expect(writeCheckpoint(folder, content(2))).rejects.toMatchObject({
      code: 'DISK_FULL',
      message: 'The disk is full: the checkpoint of step 2 was not written, the one before is kept.',
      remedy: 'Free some space, then resume the training.',
    });
    expect(readdirSync(join(folder, 'checkpoints'))).toEqual(['step-1']);
    expect((await newestCheckpoint(folder))!.manifest.step).toBe(1);
  });

  it('is not there: null', async () => {
    expect(await newestCheckpoint(folder)).toBeNull();
  });
});

describe('a damaged checkpoint is told by its file, and the one before is taken', () => {
  const damages: Record<string, (directory: string) => void> = {
    'weights.safetensors': (directory) => {
      const file = join(directory, 'weights.safetensors');
      const bytes = readFileSync(file);
      bytes[bytes.length - 1] ^= 1;
      writeFileSync(file, bytes);
    },
    'optimizer.safetensors': (directory) => writeFileSync(join(directory, 'optimizer.safetensors'), readFileSync(join(directory, 'optimizer.safetensors')).subarray(0, 20)),
    'state.json': (directory) => rmSync(join(directory, 'state.json')),
    'manifest.json': (directory) => writeFileSync(join(directory, 'manifest.json'), '{"format": 2, "__proto__": {"step": 9}}'),
  };
  for (const [file, damage] of Object.entries(damages))
    it(file, async () => {
      await writeCheckpoint(folder, content(1));
      const directory = await writeCheckpoint(folder, content(2));
      damage(directory);
      const told: string[] = [];
      const read = await newestCheckpoint(folder, (error) => told.push(error.message));
      expect(read!.manifest.step).toBe(1);
      expect(told).toHaveLength(1);
      expect(told[0]).toContain(join(directory, file));
      rmSync(join(folder, 'checkpoints', 'step-1'), { recursive: true });
      await expect(newestCheckpoint(folder)).rejects.toMatchObject({ code: 'CHECKPOINT_DAMAGED', subject: join(directory, file) });
    });

  it('a manifest that names a file elsewhere', async () => {
    const directory = await writeCheckpoint(folder, content(2));
    const file = join(directory, 'manifest.json');
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as { files: Record<string, string> };
    manifest.files['../../secret.json'] = 'x';
    writeFileSync(file, JSON.stringify(manifest));
    await expect(readCheckpoint(directory)).rejects.toThrow('foreign file ../../secret.json');
  });
});

describe('safetensors', () => {
  const arrays = [
    { name: 'a', shape: [2, 2], data: Float32Array.of(1, -2, 3.5, NaN) },
    { name: 'π', shape: [], data: Float32Array.of(7) },
    { name: 'empty', shape: [0, 3], data: new Float32Array(0) },
  ];
  it('come back as they were', () => {
    expect(decodeSafetensors(encodeSafetensors(arrays), 'file')).toEqual(arrays);
  });
  it('cut anywhere are refused, never read in part', () => {
    const bytes = encodeSafetensors(arrays);
    for (let length = 0; length < bytes.length; length += 7) expect(() => decodeSafetensors(bytes.subarray(0, length), 'file.safetensors')).toThrow('file.safetensors');
  });
});
