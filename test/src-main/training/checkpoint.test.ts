import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GlyphscopeError } from '../../../src-main/contract/errors';
import { resolveConfig } from '../../../src-main/contract/presets';
import { checkpointSteps, newestCheckpoint, readCheckpoint, setCheckpointAside, writeCheckpoint, type CheckpointContent } from '../../../src-main/training/checkpoint';
import { decodeSafetensors, encodeSafetensors } from '../../../src-main/training/safetensors';
import { removeFolder, temporaryFolder } from '../../support/temporary';

/** A disk that is full for one file, or that stops in the middle of the operation numbered `killedAt`, from 0. */
const disk = vi.hoisted(() => ({ full: '', code: 'ENOSPC', killedAt: Infinity, done: [] as string[] }));
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const begin = (what: string) => {
    if (disk.done.length >= disk.killedAt) throw new Error('killed');
    disk.done.push(what);
    return disk.done.length > disk.killedAt - 1;
  };
  const name = (path: unknown) => basename(String(path));
  return {
    ...real,
    mkdir: async (path: string, o?: { recursive: boolean }) => (begin(`mkdir ${name(path)}`), real.mkdir(path, o)),
    rm: async (path: string, o: object) => (begin(`rm ${name(path)}`), real.rm(path, o)),
    rename: async (from: string, to: string) => (begin(`rename ${name(from)} ${name(to)}`), real.rename(from, to)),
    open: async (file: string, flags: string) => {
      if (disk.full && file.endsWith(disk.full)) throw Object.assign(new Error('no space left on device'), { code: disk.code });
      const handle = await real.open(file, flags);
      return {
        writeFile: async (bytes: Buffer) => (begin(`write ${name(file)}`) && disk.killedAt < Infinity ? handle.writeFile(bytes.subarray(0, bytes.length / 2)) : handle.writeFile(bytes)),
        sync: async () => (begin(`sync ${name(file)}`), handle.sync()),
        close: () => handle.close(),
      };
    },
  };
});

let folder = '';
beforeEach(() => (folder = temporaryFolder('checkpoint')));
afterEach(() => {
  Object.assign(disk, { full: '', code: 'ENOSPC', killedAt: Infinity, done: [] });
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
    expect(read).toMatchObject({ weights, optimizer, state, manifest: { step: 7, config, featureWidth: 3, teacher: 'teacher', format: 2 } });
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

  for (const code of ['ENOSPC', 'EDQUOT']) it(`that does not fit on the disk (${code}) says so, and the one before stays`, async () => {
    await writeCheckpoint(folder, content(1));
    Object.assign(disk, { full: 'optimizer.safetensors', code });
    await expect(writeCheckpoint(folder, content(2))).rejects.toMatchObject({
      code: 'DISK_FULL',
      message: 'The disk is full: the checkpoint of step 2 was not written, the one before is kept.',
      remedy: 'Free some space, then resume the training.',
    });
    expect(readdirSync(join(folder, 'checkpoints'))).toEqual(['step-1']);
    expect((await newestCheckpoint(folder))!.manifest.step).toBe(1);
  });

  it('is on the disk, file by file and folder by folder, before it has its name', async () => {
    disk.done = [];
    await writeCheckpoint(join(folder, 'runs'), content(5));
    const renamed = disk.done.indexOf('rename step-5.part step-5');
    for (const file of ['weights.safetensors', 'optimizer.safetensors', 'state.json', 'manifest.json']) {
      const written = disk.done.indexOf(`write ${file}`);
      expect(written).toBeGreaterThanOrEqual(0);
      expect(disk.done.indexOf(`sync ${file}`)).toBeGreaterThan(written);
      expect(disk.done.indexOf(`sync ${file}`)).toBeLessThan(renamed);
    }
    expect(disk.done.indexOf('sync step-5.part')).toBe(renamed - 2); // what had the name before goes in between
    expect(disk.done[renamed + 1]).toBe('sync checkpoints');
    expect(disk.done).toContain('sync runs'); // which holds the new folder `checkpoints`
  });

  it('cut off at any operation leaves a whole one, and nothing that stays behind', async () => {
    let operations = 0;
    for (let killedAt = 0; ; killedAt++) {
      const run = join(folder, `killed-${killedAt}`);
      for (const step of [1, 2, 3]) await writeCheckpoint(run, content(step));
      Object.assign(disk, { killedAt, done: [] });
      const whole = await writeCheckpoint(run, content(4)).then(() => true, () => false);
      Object.assign(disk, { killedAt: Infinity, done: [] });
      const told: number[] = [];
      const found = await newestCheckpoint(run, { training: true, onRefused: ({ step }) => told.push(step) });
      expect([3, 4], `killed at operation ${killedAt}`).toContain(found!.manifest.step);
      expect(found).toMatchObject({ weights: content(found!.manifest.step).weights, state: content(found!.manifest.step).state });
      expect(told).toEqual([]);
      await writeCheckpoint(run, content(5));
      expect(readdirSync(join(run, 'checkpoints')).filter((name) => !/^step-\d+$/.test(name))).toEqual([]);
      expect((await newestCheckpoint(run))!.manifest.step).toBe(5);
      if (whole) break;
      operations++;
    }
    expect(operations).toBeGreaterThan(12);
  });

  it('of the first versions, whose manifest has no hash, is still read; a newer one is refused', async () => {
    const file = join(await writeCheckpoint(folder, content(7)), 'manifest.json');
    const { hash: _, ...older } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    writeFileSync(file, JSON.stringify({ ...older, format: 1 }));
    expect((await newestCheckpoint(folder))!.manifest.step).toBe(7);
    writeFileSync(file, JSON.stringify({ ...older, format: 3 }));
    await expect(newestCheckpoint(folder)).rejects.toThrow('does not describe a checkpoint that this version can read');
  });

  it('that only describes is passed over where a training goes on', async () => {
    await writeCheckpoint(folder, content(1));
    const { optimizer: _, ...rest } = content(2);
    await writeCheckpoint(folder, rest);
    expect((await newestCheckpoint(folder))!.manifest.step).toBe(2);
    const told: string[] = [];
    expect((await newestCheckpoint(folder, { training: true, onRefused: ({ error }) => told.push(error.message) }))!.manifest.step).toBe(1);
    expect(told).toEqual([`${join(folder, 'checkpoints', 'step-2')} holds what describes images only: it cannot be trained further.`]);
  });

  it('that was set aside counts no more, and goes when its step is written anew', async () => {
    for (const step of [1, 2]) await writeCheckpoint(folder, content(step));
    await setCheckpointAside(folder, 2);
    expect(await checkpointSteps(folder)).toEqual([1]);
    expect(readdirSync(join(folder, 'checkpoints')).sort()).toEqual(['step-1', 'step-2.refused']);
    await writeCheckpoint(folder, content(2));
    expect(readdirSync(join(folder, 'checkpoints')).sort()).toEqual(['step-1', 'step-2']);
  });

  it('is not there: null', async () => {
    expect(await newestCheckpoint(folder)).toBeNull();
  });
});

describe('a damaged checkpoint is told by its file, and the one before is taken', () => {
  const files = ['weights.safetensors', 'optimizer.safetensors', 'state.json', 'manifest.json'];
  const flipped = (bytes: Buffer, at: number) => (bytes.writeUInt8(bytes[at] ^ 1, at), bytes);
  const damages: Record<string, (file: string) => void> = {
    missing: (file) => rmSync(file),
    empty: (file) => writeFileSync(file, ''),
    'cut short by one byte': (file) => writeFileSync(file, readFileSync(file).subarray(0, -1)),
    'cut in half': (file) => writeFileSync(file, readFileSync(file).subarray(0, readFileSync(file).length / 2)),
    'longer by one byte': (file) => writeFileSync(file, Buffer.concat([readFileSync(file), Buffer.from('x')])),
    'one bit flipped at its end': (file) => writeFileSync(file, flipped(readFileSync(file), readFileSync(file).length - 1)),
    'one bit flipped in its middle': (file) => writeFileSync(file, flipped(readFileSync(file), readFileSync(file).length >> 1)),
    'of another checkpoint': (file) => writeFileSync(file, readFileSync(file.replace('step-2', 'step-1'))),
  };
  for (const file of files)
    for (const [damage, change] of Object.entries(damages)) {
      if (damage === 'of another checkpoint' && file === 'optimizer.safetensors') continue; // it has the same bytes
      it(`${file}: ${damage}`, async () => {
        await writeCheckpoint(folder, content(1));
        const directory = await writeCheckpoint(folder, content(2));
        change(join(directory, file));
        const told: string[] = [];
        const read = await newestCheckpoint(folder, { onRefused: ({ step, error }) => told.push(`${step} ${error.code} ${error.message}`) });
        expect(read!.manifest.step).toBe(1);
        expect(told).toHaveLength(1);
        expect(told[0]).toContain(`2 CHECKPOINT_DAMAGED ${join(directory, file)}`);
        rmSync(join(folder, 'checkpoints', 'step-1'), { recursive: true });
        await expect(newestCheckpoint(folder)).rejects.toMatchObject({ code: 'CHECKPOINT_DAMAGED', subject: join(directory, file) });
      });
    }

  it('no bit of the manifest may change, except in blanks between its words', async () => {
    const directory = await writeCheckpoint(folder, content(2));
    const file = join(directory, 'manifest.json');
    const good = readFileSync(file);
    const meaning = (text: string) => JSON.stringify(JSON.parse(text));
    for (let at = 0; at < good.length; at++) {
      const bytes = flipped(Buffer.from(good), at);
      writeFileSync(file, bytes);
      const read = await readCheckpoint(directory).catch((error: unknown) => error);
      if (read instanceof GlyphscopeError) expect(read.code).toBe('CHECKPOINT_DAMAGED');
      else expect(meaning(bytes.toString('utf8')), `byte ${at}`).toBe(meaning(good.toString('utf8')));
    }
  });

  it('a hash that is another one', async () => {
    const directory = await writeCheckpoint(folder, content(2));
    const file = join(directory, 'manifest.json');
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as { files: Record<string, string> };
    manifest.files['state.json'] = manifest.files['weights.safetensors'];
    writeFileSync(file, JSON.stringify(manifest));
    await expect(readCheckpoint(directory)).rejects.toThrow(`${file} is damaged: it does not match its own hash.`);
  });

  it('a manifest that names a file elsewhere', async () => {
    const directory = await writeCheckpoint(folder, content(2));
    const file = join(directory, 'manifest.json');
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as { files: Record<string, string>; hash: string };
    const { hash: _, ...older } = { ...manifest, format: 1, files: { ...manifest.files, '../../secret.json': 'x' } };
    writeFileSync(file, JSON.stringify(older));
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
