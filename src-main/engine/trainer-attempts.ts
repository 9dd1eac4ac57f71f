import type { ErrorDetail } from '../contract/errors';
import { halvedMicroBatch } from '../contract/presets';
import type { TrainerOptions } from '../training/trainer-client';
import type { Compute } from './compute';

/** Why a trainer on the GPU ended, at which step, and whether it had begun to train. */
export type GpuFailure = ErrorDetail & { step: number; trained: boolean };

/** With what a trainer is started, and what is said of it once it goes on. */
export interface Attempt {
  start: TrainerOptions;
  news: string | null;
}

/** A GPU whose memory ran out in a step is given smaller micro-batches as long as there are some; else the processor goes on. */
export async function nextAttempt(failure: GpuFailure, start: TrainerOptions, compute: Pick<Compute, 'planWithoutGpu'>): Promise<Attempt> {
  const news = `${failure.message} That was at step ${failure.step}. Training goes on from the last checkpoint`;
  const microBatch = failure.code === 'GPU_OUT_OF_MEMORY' && failure.trained ? halvedMicroBatch(start.config) : null;
  if (microBatch !== null) return { start: { ...start, resume: true, config: { ...start.config, microBatch } }, news: `${news} by micro-batches of ${microBatch} ${microBatch === 1 ? 'image' : 'images'}.` };
  return { start: { ...start, resume: true, backend: await compute.planWithoutGpu() }, news: `${news} on the processor. ${failure.remedy ?? ''}`.trim() };
}
