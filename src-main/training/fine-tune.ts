import * as tf from '@tensorflow/tfjs-core';
import type { TrainingConfig } from '../contract/config';
import { GlyphscopeError } from '../contract/errors';
import { startCodebook } from '../model/codebook';
import { onlyForTraining, type Student } from '../model/student';
import { newestCheckpoint } from './checkpoint';

/**
 * Gives a new student the weights of a checkpoint. One that only describes has no projectors: these are new then, as in
 * any new student.
 * @param o.from folder of the run, or of a copy, whose newest checkpoint that is  @param o.teacher id of the teacher to learn from
 * @throws GlyphscopeError RUN_NOT_TRAINED when there is none; CHECKPOINT_DAMAGED, also naming a weight of another shape;
 *   INVALID_INPUT when another teacher made its features
 */
export async function startFromWeights(student: Student, { from, teacher, config }: { from: string; teacher: string; config: TrainingConfig }): Promise<void> {
  const checkpoint = await newestCheckpoint(from);
  if (!checkpoint) throw new GlyphscopeError('RUN_NOT_TRAINED', `There is no checkpoint in ${from} to begin with.`, { subject: from, remedy: 'Start a new run.' });
  const { manifest, weights } = checkpoint;
  if (manifest.teacher !== teacher)
    throw new GlyphscopeError('INVALID_INPUT', `The weights that this run begins with learned from the teacher ${manifest.teacher}, not from ${teacher}.`, { subject: 'teacher', remedy: 'Train with the same teacher, or start from new weights.' });
  student.parameters.write(weights, onlyForTraining);
  if (weights.some(({ name }) => onlyForTraining(name))) return;
  alignTeacher(student);
  if (config.quantizer === 'vector') startCodebook(student.parameters, student.shape, config.views * config.batch);
}

/** Makes the teacher's projector equal to the student's. */
export function alignTeacher({ parameters }: Student): void {
  for (const name of parameters.names())
    if (name.startsWith('projector.')) tf.tidy(() => parameters.variable(`teacher.${name.slice('projector.'.length)}`).assign(parameters.variable(name).value()));
}
