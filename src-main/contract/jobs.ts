import * as z from 'zod';
import { errorDetail } from './errors';
import { fileFailure } from './images';

export const jobKind = z.enum(['first-launch', 'import', 'teacher', 'features', 'encode', 'evaluate', 'few-shot', 'statistics', 'map', 'compare', 'export', 'import-run', 'near-duplicates']);
export type JobKind = z.infer<typeof jobKind>;

export const jobState = z.enum(['waiting', 'running', 'done', 'failed', 'cancelled', 'interrupted']);

/** Long work as the status bar shows it. `interrupted`: the engine ended meanwhile; starting it again goes on. */
export const job = z.object({
  id: z.string(),
  kind: jobKind,
  title: z.string(),
  state: jobState,
  /** Named part of the work: "reading", "teacher features", "k-NN". */
  phase: z.string(),
  done: z.int(),
  /** null while unknown. */
  total: z.int().nullable(),
  unit: z.string(),
  /** Units a second over the last seconds; null before it is known. */
  rate: z.number().nullable(),
  etaSeconds: z.number().nullable(),
  failures: z.array(fileFailure),
  failureCount: z.int(),
  error: errorDetail.nullable(),
  /** One line about the outcome, once done. */
  summary: z.string().nullable(),
  /** The outcome in numbers once done, for scripts: an import gives `imported` and `known`. */
  counts: z.record(z.string(), z.int()).optional(),
  startedAt: z.int(),
  endedAt: z.int().nullable(),
});
export type Job = z.infer<typeof job>;
