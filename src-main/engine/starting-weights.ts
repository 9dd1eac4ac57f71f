import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { TrainingConfig } from '../contract/config';
import { GlyphscopeError } from '../contract/errors';
import { fineTuneConfig, type StartedFrom, type StartingPoint } from '../contract/fine-tuning';
import { newestCheckpoint, readCheckpoint, writeCheckpoint, type Checkpoint } from '../training/checkpoint';
import type { Services } from './services';

/** Weights of another run that a run begins with. */
export interface StartingWeights {
  from: StartedFrom;
  /** Folder whose newest checkpoint these are, until the new run has its own copy. */
  directory: string;
  checkpoint: Checkpoint;
}

/** In a run's folder: a copy of the weights that it began with, as a folder of a run that only describes. */
const copyIn = (runDirectory: string) => join(runDirectory, 'start');

/**
 * The complete config of a run that begins with a checkpoint of another, and these weights.
 * @throws GlyphscopeError NOT_FOUND, RUN_NOT_TRAINED, CHECKPOINT_DAMAGED; INVALID_INPUT naming the field that does not fit
 *   the weights, `teacher` as well when it is another model of the same name
 */
export async function fineTuning(s: Pick<Services, 'runs' | 'teachers'>, { run, step }: StartingPoint, given: Record<string, unknown>): Promise<{ config: TrainingConfig; weights: StartingWeights }> {
  const { name, id } = s.runs.usable(run);
  const directory = s.runs.directory(id);
  const checkpoint = step === undefined ? await newestCheckpoint(directory) : await checkpointOf(directory, step, name);
  if (!checkpoint) throw new GlyphscopeError('RUN_NOT_TRAINED', `The run "${name}" has no checkpoint.`, { subject: name, remedy: 'Choose another run to start from.' });
  const { manifest } = checkpoint;
  const config = fineTuneConfig(manifest.config, given, name);
  const teacher = s.teachers.get(config.teacher).info;
  if (teacher.id !== manifest.teacher)
    throw new GlyphscopeError('INVALID_INPUT', `The weights of "${name}" learned from the teacher ${manifest.teacher}; ${teacher.name} is now ${teacher.id}.`, { subject: 'teacher', remedy: 'Start from new weights, or from a run that this teacher taught.' });
  return { config, weights: { from: { run: id, name, step: manifest.step }, directory, checkpoint } };
}

async function checkpointOf(directory: string, step: number, name: string): Promise<Checkpoint> {
  const folder = join(directory, 'checkpoints', `step-${step}`);
  if (!existsSync(folder)) throw new GlyphscopeError('NOT_FOUND', `The run "${name}" has no checkpoint of step ${step}.`, { subject: `step ${step}`, remedy: 'Leave the step out to begin with the newest one.' });
  return readCheckpoint(folder);
}

/** Keeps the weights in the new run's own folder: the other run may go on, or be removed, before this one has begun. */
export async function keepStartingWeights(runDirectory: string, { checkpoint: { manifest, weights } }: StartingWeights): Promise<void> {
  const { config, featureWidth, tokenWidth, teacher, step } = manifest;
  await writeCheckpoint(copyIn(runDirectory), { config, featureWidth, tokenWidth, teacher, step, weights });
}

/** Where the copy is; null for a run that began with new weights. */
export const startingWeightsOf = (runDirectory: string, { startedFrom }: { startedFrom: StartedFrom | null }): string | null => (startedFrom ? copyIn(runDirectory) : null);
