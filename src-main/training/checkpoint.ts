import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { TrainingConfig } from '../contract/config';
import { GlyphscopeError } from '../contract/errors';
import { alarmEvent } from '../contract/runs';
import { storedConfig } from '../contract/presets';
import type { NamedArray } from '../model/parameters';
import { decodeSafetensors, encodeSafetensors } from './safetensors';

/** What a training goes on from, besides its arrays. Random numbers and the order of images follow from seed and step. */
export const trainingState = z.object({
  /** Updates made. */
  step: z.int().min(0),
  /** Seconds of training so far, over all sittings. */
  seconds: z.number().min(0),
  /** A stamp of the images trained on: resuming needs the same, in the same order. */
  images: z.string(),
  /** Alarms that are not over. */
  alarms: z.array(alarmEvent.pick({ cause: true, positions: true })).default([]),
});
export type TrainingState = z.infer<typeof trainingState>;

const manifest = z.object({
  format: z.literal(1),
  step: z.int().min(0),
  config: storedConfig,
  featureWidth: z.int().min(1),
  /** Id of the teacher whose features it reads. */
  teacher: z.string(),
  /** SHA-256 of every other file in the folder. */
  files: z.record(z.string(), z.string()),
});
export type CheckpointManifest = z.infer<typeof manifest>;

export interface Checkpoint {
  directory: string;
  manifest: CheckpointManifest;
  weights: NamedArray[];
  /** Absent in an embedded run, which only describes. */
  optimizer: NamedArray[] | null;
  state: TrainingState | null;
}

export interface CheckpointContent {
  config: TrainingConfig;
  featureWidth: number;
  teacher: string;
  step: number;
  weights: NamedArray[];
  optimizer?: NamedArray[];
  state?: TrainingState;
}

const kept = 3;
const folderName = (step: number) => `step-${step}`;

/**
 * Writes `checkpoints/step-N`, whole or not at all: everything goes to a folder of another name and to the disk, then
 * one rename makes it a checkpoint. The newest three stay.
 * @returns the folder
 * @throws DISK_FULL; the checkpoints before are untouched
 */
export async function writeCheckpoint(runDirectory: string, content: CheckpointContent): Promise<string> {
  const all = join(runDirectory, 'checkpoints');
  const directory = join(all, folderName(content.step));
  const part = `${directory}.part`;
  try {
    await mkdir(all, { recursive: true });
    await rm(part, { recursive: true, force: true });
    await mkdir(part);
    const files: Record<string, Buffer> = { 'weights.safetensors': encodeSafetensors(content.weights) };
    if (content.optimizer) files['optimizer.safetensors'] = encodeSafetensors(content.optimizer);
    if (content.state) files['state.json'] = Buffer.from(JSON.stringify(content.state, null, 1));
    const hashes = Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, sha256(bytes)]));
    const description: CheckpointManifest = { format: 1, step: content.step, config: content.config, featureWidth: content.featureWidth, teacher: content.teacher, files: hashes };
    files['manifest.json'] = Buffer.from(JSON.stringify(description, null, 1));
    for (const [name, bytes] of Object.entries(files)) await writeWhole(join(part, name), bytes);
    await synchronizeFolder(part);
    await rm(directory, { recursive: true, force: true });
    await rename(part, directory);
    await synchronizeFolder(all);
  } catch (error) {
    await rm(part, { recursive: true, force: true }).catch(() => undefined); // the first failure is the one to tell
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    throw new GlyphscopeError('DISK_FULL', `The disk is full: the checkpoint of step ${content.step} was not written, the one before is kept.`, {
      subject: directory,
      remedy: 'Free some space, then resume the training.',
      cause: error,
    });
  }
  const steps = await checkpointSteps(runDirectory);
  for (const step of steps.slice(kept)) await rm(join(all, folderName(step)), { recursive: true, force: true });
  return directory;
}

async function writeWhole(file: string, bytes: Buffer): Promise<void> {
  const handle = await open(file, 'w');
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function synchronizeFolder(directory: string): Promise<void> {
  if (process.platform === 'win32') return; // a folder cannot be opened there; a rename is durable without
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Steps of a run's checkpoints, the newest first. */
export async function checkpointSteps(runDirectory: string): Promise<number[]> {
  const all = join(runDirectory, 'checkpoints');
  if (!existsSync(all)) return [];
  const steps = (await readdir(all)).flatMap((name) => (/^step-\d+$/.test(name) ? [Number(name.slice(5))] : []));
  return steps.sort((a, b) => b - a);
}

/**
 * The newest checkpoint whose files match its manifest; null when there is none at all.
 * @param onDamaged told of each newer one that had to be passed over
 * @throws CHECKPOINT_DAMAGED when there are checkpoints and none is whole
 */
export async function newestCheckpoint(runDirectory: string, onDamaged: (error: GlyphscopeError) => void = () => undefined): Promise<Checkpoint | null> {
  const steps = await checkpointSteps(runDirectory);
  let last: GlyphscopeError | null = null;
  for (const step of steps) {
    try {
      return await readCheckpoint(join(runDirectory, 'checkpoints', folderName(step)));
    } catch (error) {
      if (!(error instanceof GlyphscopeError)) throw error;
      last = error;
      onDamaged(error);
    }
  }
  if (last) throw last;
  return null;
}

/** @throws CHECKPOINT_DAMAGED naming the file that is missing, changed or made by a newer version */
export async function readCheckpoint(directory: string): Promise<Checkpoint> {
  const damaged = (file: string, why: string, cause?: unknown) =>
    new GlyphscopeError('CHECKPOINT_DAMAGED', `${join(directory, file)} ${why}.`, { subject: join(directory, file), remedy: 'The checkpoint before it is used when there is one; otherwise train again.', cause });
  const read = (file: string) => readFile(join(directory, file)).catch((error: unknown) => Promise.reject(damaged(file, 'cannot be read', error)));
  let description: CheckpointManifest;
  try {
    description = manifest.parse(JSON.parse((await read('manifest.json')).toString('utf8')));
  } catch (error) {
    if (error instanceof GlyphscopeError) throw error;
    throw damaged('manifest.json', 'does not describe a checkpoint that this version can read', error);
  }
  const contents = new Map<string, Buffer>();
  for (const [file, hash] of Object.entries(description.files)) {
    if (!/^[a-z]+\.(safetensors|json)$/.test(file)) throw damaged('manifest.json', `names the foreign file ${file}`);
    const bytes = await read(file);
    if (sha256(bytes) !== hash) throw damaged(file, 'is damaged: it does not match its hash');
    contents.set(file, bytes);
  }
  const arrays = (file: string) => {
    const bytes = contents.get(file);
    return bytes ? decodeSafetensors(bytes, join(directory, file)) : null;
  };
  const weights = arrays('weights.safetensors');
  if (!weights) throw damaged('manifest.json', 'lists no weights');
  const state = contents.get('state.json');
  return { directory, manifest: description, weights, optimizer: arrays('optimizer.safetensors'), state: state ? trainingState.parse(JSON.parse(state.toString('utf8'))) : null };
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
