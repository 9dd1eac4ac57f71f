import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import * as z from 'zod';
import type { TrainingConfig } from '../contract/config';
import { GlyphscopeError } from '../contract/errors';
import { alarmEvent } from '../contract/runs';
import { storedConfig } from '../contract/presets';
import type { NamedArray } from '../model/parameters';
import { synchronizeFolder, writeDurably } from './durable-file';
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

const described = z.object({
  step: z.int().min(0),
  config: storedConfig,
  featureWidth: z.int().min(1),
  /** T of the teacher's tokens, for a student that looks at some. */
  tokenWidth: z.int().min(1).optional(),
  /** Id of the teacher whose features it reads. */
  teacher: z.string(),
  /** SHA-256 of every other file in the folder. */
  files: z.record(z.string(), z.string()),
});
export type CheckpointManifest = z.infer<typeof described>;

/** Format 1, of the first versions, has no hash of itself. */
const manifest = z.discriminatedUnion('format', [
  described.extend({ format: z.literal(1), hash: z.never().optional() }),
  described.extend({ format: z.literal(2), hash: z.string() }),
]);

/** SHA-256 of everything in a manifest but the hash itself. */
function manifestHash({ hash: _, ...rest }: Record<string, unknown>): string {
  return sha256(Buffer.from(JSON.stringify(rest)));
}

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
  /** 0 without tokens. */
  tokenWidth?: number;
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
    if (await mkdir(all, { recursive: true })) for (const above of [runDirectory, dirname(runDirectory)]) await synchronizeFolder(above);
    for (const name of await readdir(all)) if (name.endsWith('.part') || name === `${folderName(content.step)}${setAside}`) await rm(join(all, name), { recursive: true, force: true });
    await mkdir(part);
    const files: Record<string, Buffer> = { 'weights.safetensors': encodeSafetensors(content.weights) };
    if (content.optimizer) files['optimizer.safetensors'] = encodeSafetensors(content.optimizer);
    if (content.state) files['state.json'] = Buffer.from(JSON.stringify(content.state, null, 1));
    const hashes = Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, sha256(bytes)]));
    const description = { format: 2, step: content.step, config: content.config, featureWidth: content.featureWidth, ...(content.tokenWidth && { tokenWidth: content.tokenWidth }), teacher: content.teacher, files: hashes };
    files['manifest.json'] = Buffer.from(JSON.stringify({ ...description, hash: manifestHash(description) }, null, 1));
    for (const [name, bytes] of Object.entries(files)) await writeDurably(join(part, name), bytes);
    await synchronizeFolder(part);
    await rm(directory, { recursive: true, force: true });
    await rename(part, directory);
    await synchronizeFolder(all);
  } catch (error) {
    await rm(part, { recursive: true, force: true }).catch(() => undefined); // the first failure is the one to tell
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOSPC' && code !== 'EDQUOT') throw error;
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

/** Steps of a run's checkpoints, the newest first. */
export async function checkpointSteps(runDirectory: string): Promise<number[]> {
  const all = join(runDirectory, 'checkpoints');
  if (!existsSync(all)) return [];
  const steps = (await readdir(all)).flatMap((name) => (/^step-\d+$/.test(name) ? [Number(name.slice(5))] : []));
  return steps.sort((a, b) => b - a);
}

export interface RefusedCheckpoint {
  step: number;
  error: GlyphscopeError;
}

/**
 * The newest checkpoint that is whole; null when there is none at all.
 * @param o.onRefused told of each newer one that had to be passed over
 * @param o.training whether it is to be trained further, which needs the optimizer and the state as well
 * @throws CHECKPOINT_DAMAGED when there are checkpoints and none is whole
 */
export async function newestCheckpoint(runDirectory: string, o: { onRefused?: (refused: RefusedCheckpoint) => void; training?: boolean } = {}): Promise<Checkpoint | null> {
  let last: GlyphscopeError | null = null;
  for (const step of await checkpointSteps(runDirectory)) {
    try {
      const checkpoint = await readCheckpoint(join(runDirectory, 'checkpoints', folderName(step)));
      if (o.training && !(checkpoint.optimizer && checkpoint.state)) throw damaged(checkpoint.directory, 'holds what describes images only: it cannot be trained further');
      return checkpoint;
    } catch (error) {
      if (!(error instanceof GlyphscopeError)) throw error;
      last = error;
      o.onRefused?.({ step, error });
    }
  }
  if (last) throw last;
  return null;
}

const setAside = '.refused';

/** Takes a refused checkpoint out of the way, under another name, when the training goes on from one before it. */
export async function setCheckpointAside(runDirectory: string, step: number): Promise<void> {
  const directory = join(runDirectory, 'checkpoints', folderName(step));
  await rm(`${directory}${setAside}`, { recursive: true, force: true });
  await rename(directory, `${directory}${setAside}`);
}

/** Removes what an earlier training of this folder left: a new one begins. */
export async function forgetCheckpoints(runDirectory: string): Promise<void> {
  await rm(join(runDirectory, 'checkpoints'), { recursive: true, force: true });
}

function damaged(file: string, why: string, cause?: unknown): GlyphscopeError {
  return new GlyphscopeError('CHECKPOINT_DAMAGED', `${file} ${why}.`, { subject: file, remedy: 'The checkpoint before it is used when there is one; otherwise train again.', cause });
}

/** @throws CHECKPOINT_DAMAGED naming the file that is missing, changed or made by a newer version */
export async function readCheckpoint(directory: string): Promise<Checkpoint> {
  const place = (file: string) => join(directory, file);
  const read = (file: string) => readFile(place(file)).catch((error: unknown) => Promise.reject(damaged(place(file), (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'is missing' : 'cannot be read', error)));
  const description = readManifest(place('manifest.json'), await read('manifest.json'));
  if (basename(directory) !== folderName(description.step)) throw damaged(place('manifest.json'), `describes step ${description.step}, which its folder does not`);
  const contents = new Map<string, Buffer>();
  for (const [file, hash] of Object.entries(description.files)) {
    if (!/^[a-z]+\.(safetensors|json)$/.test(file)) throw damaged(place('manifest.json'), `names the foreign file ${file}`);
    const bytes = await read(file);
    if (sha256(bytes) !== hash) throw damaged(place(file), 'is damaged: it does not match its hash');
    contents.set(file, bytes);
  }
  const arrays = (file: string) => {
    const bytes = contents.get(file);
    return bytes ? decodeSafetensors(bytes, place(file)) : null;
  };
  const weights = arrays('weights.safetensors');
  if (!weights) throw damaged(place('manifest.json'), 'lists no weights');
  const state = contents.get('state.json');
  return { directory, manifest: description, weights, optimizer: arrays('optimizer.safetensors'), state: state ? readState(place('state.json'), state) : null };
}

/** @throws CHECKPOINT_DAMAGED when it was changed, or made by a newer version */
function readManifest(file: string, bytes: Buffer): CheckpointManifest {
  let parsed: z.infer<typeof manifest>;
  let stored: Record<string, unknown>;
  try {
    stored = JSON.parse(bytes.toString('utf8')) as Record<string, unknown>;
    parsed = manifest.parse(stored);
  } catch (error) {
    throw damaged(file, 'does not describe a checkpoint that this version can read', error);
  }
  if (parsed.format === 2 && parsed.hash !== manifestHash(stored)) throw damaged(file, 'is damaged: it does not match its own hash');
  return parsed;
}

function readState(file: string, bytes: Buffer): TrainingState {
  try {
    return trainingState.parse(JSON.parse(bytes.toString('utf8')));
  } catch (error) {
    throw damaged(file, 'does not describe a training that this version can go on with', error);
  }
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
