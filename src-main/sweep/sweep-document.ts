import * as z from 'zod';
import { trainingConfig } from '../contract/config';
import { errorDetail } from '../contract/errors';
import { evaluation } from '../contract/evaluation';
import { sweepKind, sweepVariant } from '../contract/sweeps';

/** What became of one variant. */
export const variantResult = sweepVariant.extend({
  /** Quantizer and vocabulary as in the paper: "GS 128"; null when its settings were refused. */
  variant: z.string().nullable(),
  /** Name of its run in the library. */
  run: z.string(),
  config: trainingConfig.nullable(),
  /** `waiting` also for one that was interrupted: the sweep goes on with it. */
  state: z.enum(['waiting', 'done', 'failed']),
  error: errorDetail.nullable(),
  step: z.int(),
  /** Seconds of training, over all sittings; null before the first step. */
  seconds: z.number().nullable(),
  backend: z.string().nullable(),
  /** Alarms of collapse that stood at its last step; none for a healthy run. */
  alarms: z.array(z.string()),
  /** Share of the K symbols in use and perplexity at each position, over the descriptions of the whole collection. */
  usage: z.array(z.number()).nullable(),
  perplexity: z.array(z.number()).nullable(),
  /** Null before it was evaluated, and for a collection without labels. */
  evaluation: evaluation.nullable(),
});
export type VariantResult = z.infer<typeof variantResult>;

/** `sweep.json`: a sweep as far as it has come; all other files of its folder are made from it and from its curves. */
export const sweepDocument = z.object({
  format: z.literal(1),
  name: z.string(),
  kind: sweepKind,
  collection: z.string(),
  /** Fields that all variants share, as given by the user. */
  settings: z.record(z.string(), z.unknown()),
  /** Runs trained at the same time in the last sitting, and the cores of the machine. */
  parallel: z.int(),
  cores: z.int(),
  /** Seconds at work on it, over all sittings. */
  seconds: z.number(),
  variants: z.array(variantResult),
});
export type SweepDocument = z.infer<typeof sweepDocument>;
