import type { TrainingConfig } from '../contract/config';
import { GlyphscopeError } from '../contract/errors';
import type { TrainingEvent } from '../contract/runs';
import type { Student } from '../model/student';
import { newestCheckpoint, setCheckpointAside, type CheckpointManifest, type RefusedCheckpoint, type TrainingState } from './checkpoint';
import type { AdamW } from './optimizer';

export interface ResumeOptions {
  runDirectory: string;
  config: TrainingConfig;
  teacher: string;
  /** Stamp of the images that it is to train on. */
  images: string;
  student: Student;
  optimizer: AdamW;
}

/** Fields that change nothing of what is computed, or what their help says may differ from machine to machine. */
const free: ReadonlySet<string> = new Set<keyof TrainingConfig>(['preset', 'backend', 'threads', 'microBatch', 'checkpointEvery', 'evaluateEvery', 'heldOut', 'patience', 'onCollapse', 'collapseShare']);

/**
 * Puts student and optimizer in the state of the newest whole checkpoint, and tells which ones were refused: those are
 * set aside, because the steps from there on are done again.
 * @returns where it goes on; null when there is no checkpoint yet
 * @throws CHECKPOINT_DAMAGED when there are checkpoints and none is whole; INVALID_INPUT when it is of another training
 */
export async function* resumeTraining(o: ResumeOptions): AsyncGenerator<TrainingEvent, TrainingState | null, void> {
  const refused: RefusedCheckpoint[] = [];
  const checkpoint = await newestCheckpoint(o.runDirectory, { training: true, onRefused: (one) => refused.push(one) });
  if (!checkpoint?.state || !checkpoint.optimizer) return null;
  const { state } = checkpoint;
  requireSameTraining(checkpoint.manifest, o);
  for (const { step, error } of refused) {
    await setCheckpointAside(o.runDirectory, step);
    yield { type: 'message', step, level: 'warning', text: `The checkpoint of step ${step} was refused: ${error.message} It was set aside.` };
  }
  o.student.parameters.write(checkpoint.weights);
  o.optimizer.write(checkpoint.optimizer);
  yield { type: 'message', step: state.step, level: 'info', text: `Going on from the checkpoint of step ${state.step}.` };
  if (state.images !== o.images)
    yield { type: 'message', step: state.step, level: 'warning', text: 'The collection has changed since that checkpoint: the order of the images is another than without the interruption.' };
  return state;
}

function requireSameTraining(manifest: CheckpointManifest, { config, teacher, student }: ResumeOptions): void {
  const other = (subject: string, then: unknown, now: unknown) =>
    new GlyphscopeError('INVALID_INPUT', `The checkpoint of step ${manifest.step} was made with ${subject} ${String(then)}, the training has ${String(now)}.`, { subject, remedy: 'Go on with what it was begun with, or start a new run.' });
  for (const [name, value] of Object.entries(config)) {
    const then = manifest.config[name as keyof TrainingConfig];
    if (!free.has(name) && then !== value) throw other(name, then, value);
  }
  if (manifest.teacher !== teacher) throw other('teacher', manifest.teacher, teacher);
  if (manifest.featureWidth !== student.shape.featureWidth) throw other('features of width', manifest.featureWidth, student.shape.featureWidth);
}
