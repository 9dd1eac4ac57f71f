import type { TeacherInfo } from './catalogue';

/** What ONNX Runtime may compute with, as onnxruntime-node names it. */
export type ProviderName = 'cpu' | 'cuda' | 'dml' | 'coreml' | 'webgpu';

/** How a teacher is run. */
export interface EncoderPlan {
  provider: ProviderName;
  /** Workers, each with a session of its own. */
  workers: number;
  /** Cores that one run of a session may use. */
  threads: number;
  /** Images of one run of the model. */
  batch: number;
  /** Images and views that one worker is asked for at a time: a piece of work between two looks at whether it is still wanted. */
  viewsAtOnce: number;
}

/** Memory that the sessions of a teacher may take, as a share of all. */
const shareOfMemory = 0.4;
/** What a session takes beside its weights, which it holds as they are and as the processor wants them: a transformer's work at 224 pixels and the worker's own. */
const besideWeights = 250 << 20;
/** Sessions on a graphics card: one computes while others decode and resize. */
const sessionsOnCard = 4;

/**
 * Sessions of one core each, as many as there are cores and as memory allows, since threads of one session wait for
 * each other after every operation. A transformer is fastest with few images a run, whose numbers stay in the
 * processor's cache. bench/pipeline measures both.
 * @param bytes of the model and its weights
 */
export function planEncoder({ inputSize }: Pick<TeacherInfo, 'inputSize'>, o: { bytes: number; cores: number; memory: number; provider?: ProviderName }): EncoderPlan {
  const provider = o.provider ?? 'cpu';
  const small = inputSize <= 64;
  const fit = Math.max(1, Math.floor((o.memory * shareOfMemory) / (2 * o.bytes + besideWeights)));
  const workers = Math.min(o.cores, provider === 'cpu' ? fit : Math.min(fit, sessionsOnCard));
  const batch = small || provider !== 'cpu' ? 32 : 4;
  return { provider, workers, threads: provider === 'cpu' ? Math.max(1, Math.floor(o.cores / workers)) : 1, batch, viewsAtOnce: small ? 80 : batch };
}
