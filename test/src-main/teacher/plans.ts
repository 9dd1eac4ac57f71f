import type { Encoded } from '../../../src-main/teacher/encoder';
import type { EncoderPlan } from '../../../src-main/teacher/encoder-plan';
import type { ImageWorkerPool } from '../../../src-main/teacher/image-worker-pool';

/** The processor, with so many workers of one thread each. */
export const planOf = (workers: number): EncoderPlan => ({ provider: 'cpu', workers, threads: 1, batch: 32, viewsAtOnce: 80 });

/** The feature of one image, and N tokens. */
export const encodeIn = (pool: ImageWorkerPool, bytes: Uint8Array, name: string, tokens = 0): Promise<Encoded> => pool.request({ kind: 'encode', bytes, name, tokens }, name);
