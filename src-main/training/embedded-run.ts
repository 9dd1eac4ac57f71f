import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Evaluation } from '../contract/evaluation';
import { GlyphscopeError } from '../contract/errors';
import { onlyForTraining } from '../model/student';
import { newestCheckpoint, writeCheckpoint } from './checkpoint';

export interface EmbeddedRunOptions {
  /** Folder of a trained run. */
  runDirectory: string;
  /** resources/run: what it held is replaced. */
  target: string;
  name: string;
  collection: string;
  backend: string | null;
  evaluation: Evaluation;
  /** The commands that made the run, in order. */
  commands: string[];
}

/**
 * Stores a trained run small, as it comes with the app: the weights that describe and interpret, without projectors and
 * optimizer; the log for its curves, with five digits a number; and card.json with its figures and how it was made.
 * @throws RUN_NOT_TRAINED, CHECKPOINT_DAMAGED
 */
export async function writeEmbeddedRun(o: EmbeddedRunOptions): Promise<void> {
  const checkpoint = await newestCheckpoint(o.runDirectory);
  if (!checkpoint) throw new GlyphscopeError('RUN_NOT_TRAINED', `There is no checkpoint in ${o.runDirectory}.`, { subject: o.runDirectory });
  const { config, featureWidth, tokenWidth, teacher, step } = checkpoint.manifest;
  const weights = checkpoint.weights.filter(({ name }) => !onlyForTraining(name));
  await rm(join(o.target, 'checkpoints'), { recursive: true, force: true });
  await mkdir(o.target, { recursive: true });
  await writeCheckpoint(o.target, { config, featureWidth, tokenWidth, teacher, step, weights });
  const log = (await readFile(join(o.runDirectory, 'log.jsonl'), 'utf8')).split('\n').filter(Boolean);
  await writeFile(join(o.target, 'log.jsonl'), log.map((line) => `${JSON.stringify(JSON.parse(line), fiveDigits)}\n`).join(''));
  const card = {
    name: o.name,
    collection: o.collection,
    backend: o.backend,
    knnTop1: o.evaluation.student.knn.top1,
    step,
    teacher,
    commands: o.commands,
    config,
    evaluation: o.evaluation,
  };
  await writeFile(join(o.target, 'card.json'), `${JSON.stringify(card, null, 1)}\n`);
}

/** A JSON replacer: fractions with five significant digits, all else as it is. */
function fiveDigits(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value;
}
