import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrainingConfig } from '../contract/config';
import type { NamedArray } from '../model/parameters';
import type { Student } from '../model/student';
import { replaceDurably } from './durable-file';
import { decodeSafetensors, encodeSafetensors } from './safetensors';

/**
 * Map, codes and readout of a residual student are the same for all runs that agree in a few fields, and take as long as a
 * third of a short training. They are kept, so that the variants of a sweep, or the next try with another loss, begin at once.
 */

/** What decides them in a config, beside the images, the teacher and what computes. */
const decisive = ['seed', 'channels', 'mapSteps', 'mapHidden', 'readoutSteps', 'vocabulary', 'length', 'precision', 'threads'] as const satisfies (keyof TrainingConfig)[];
const kept = ['feature.', 'codes', 'descriptor.sharpness', 'readout.'];
const mostFiles = 32;
/** Images at most that map, codes and readout are made from. */
export const codeSample = 50_000;

export interface PreparedStart {
  /** A folder of such files. */
  directory: string;
  /** The student's config, and all else that decides the numbers. */
  config: TrainingConfig;
  /** Id of the teacher. */
  teacher: string;
  /** Stamp of the images that are trained on. */
  images: string;
  /** Description of what computes. */
  backend: string;
  /** Z. */
  width: number;
  /** Views of each image that are stored. */
  views: number;
}

/** Whether what is prepared depends on nothing but what the name of the file is made from, and is worth a file. */
export function keepsPrepared({ shape }: Pick<Student, 'shape'>, config: TrainingConfig): boolean {
  return shape.mapHidden > 0 && config.descriptor === 'residual' && config.codebookStart === 'k-means' && config.imitationSteps === 0;
}

/** Whether an earlier run has kept it. */
export const hasPrepared = (start: PreparedStart): boolean => existsSync(fileOf(start));

function fileOf({ directory, config, teacher, images, backend, width, views }: PreparedStart): string {
  const decided = JSON.stringify([1, teacher, images, backend, width, views, ...decisive.map((name) => config[name])]);
  return join(directory, `${createHash('sha256').update(decided).digest('hex').slice(0, 32)}.safetensors`);
}

const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest();

/**
 * The weights that an earlier run began with, given to the student.
 * @returns whether there were any; a file that is damaged is removed and counts as none
 */
export async function takePrepared(student: Student, start: PreparedStart): Promise<boolean> {
  const file = fileOf(start);
  const bytes = await readFile(file).catch(() => null); // what keeps it from being read is told when it is written anew
  if (!bytes) return false;
  const content = bytes.subarray(32);
  if (!digest(content).equals(bytes.subarray(0, 32))) {
    await rm(file, { force: true });
    return false;
  }
  for (const { name, data } of decodeSafetensors(content, file)) student.parameters.assign(name, data);
  return true;
}

/** Keeps what was prepared for the next run; the oldest files go. */
export async function keepPrepared(student: Student, start: PreparedStart): Promise<void> {
  await mkdir(start.directory, { recursive: true });
  const weights: NamedArray[] = [];
  for (const prefix of kept) weights.push(...(await student.parameters.read(prefix)));
  const content = encodeSafetensors(weights);
  await replaceDurably(fileOf(start), Buffer.concat([digest(content), content]));
  const files = (await readdir(start.directory)).filter((name) => name.endsWith('.safetensors')).map((name) => join(start.directory, name));
  if (files.length <= mostFiles) return;
  const dated = await Promise.all(files.map(async (file) => ({ file, at: (await stat(file).catch(() => null))?.mtimeMs ?? 0 })));
  for (const { file } of dated.sort((a, b) => b.at - a.at).slice(mostFiles)) await rm(file, { force: true });
}
