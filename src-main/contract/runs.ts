import * as z from 'zod';
import { backendNames, trainingConfig } from './config';
import { errorDetail } from './errors';
import { startedFrom } from './fine-tuning';
import { configValue, runFinding } from './health';
import { givenName, rowId, runNote, symbolNumber } from './names';

/**
 * `queued`: waits until those before it have been trained. `interrupted`: the trainer or the engine ended without being
 * asked; resuming goes on from the last checkpoint.
 */
export const runState = z.enum(['queued', 'preparing', 'training', 'paused', 'finished', 'stopped', 'failed', 'interrupted']);
export type RunState = z.infer<typeof runState>;

export const run = z.object({
  id: rowId,
  name: givenName,
  /** Quantizer and vocabulary size, as in the paper: "GS 128". */
  variant: z.string(),
  /** Name of the sweep that it belongs to: runs begun together to be compared; null for a run of its own. */
  sweep: z.string().nullable(),
  /** The checkpoint of another run whose weights it began with; null: new weights. */
  startedFrom: startedFrom.nullable(),
  state: runState,
  /** Place among the runs that wait, from 1; null when it does not. */
  queuePlace: z.int().min(1).nullable(),
  /** The worst of what it is found to suffer from; null: nothing. */
  finding: runFinding.nullable(),
  config: trainingConfig,
  collection: z.string(),
  teacher: z.string(),
  /** Backend that trained it, with its version and what it ran on. */
  backend: z.string().nullable(),
  step: z.int(),
  /** True when there is a checkpoint to describe images with. */
  usable: z.boolean(),
  /** Step of its newest checkpoint, from which resuming goes on; null before the first. */
  checkpointStep: z.int().nullable(),
  /** True for the run that comes with the app. */
  embedded: z.boolean(),
  /** Latest k-NN top-1 on the held-out sample, full descriptions; null before the first. */
  knnTop1: z.number().nullable(),
  error: errorDetail.nullable(),
  createdAt: z.int(),
  /** Collections that this run has encoded. */
  encoded: z.array(z.string()),
  diskBytes: z.int(),
  /** Marked by the user, and what the user wrote about it. */
  starred: z.boolean(),
  note: runNote,
});
export type Run = z.infer<typeof run>;

/** Seconds of training so far and, per prefix length or position, arrays of L numbers. */
export const stepEvent = z.object({
  type: z.literal('step'),
  step: z.int(),
  epoch: z.number(),
  seconds: z.number(),
  loss: z.number(),
  lossByPrefix: z.array(z.number()),
  /** H(p_t, p_t), in nats. */
  teacherEntropy: z.number(),
  /** KL(p_t ‖ p_s) of the full description, in nats. */
  kl: z.number(),
  /** Share of the K symbols seen at each position over the last steps, 0 to 1. */
  usage: z.array(z.number()),
  /** exp of the entropy of the symbol distribution at each position over the last steps, 1 to K. */
  perplexity: z.array(z.number()),
  quantizerTemperature: z.number(),
  learningRate: z.number(),
  gradientNorm: z.number(),
  stepsPerSecond: z.number(),
  etaSeconds: z.number(),
  /** What the trainer's process holds in memory; runs of before tell none of the two. */
  memoryBytes: z.number().optional(),
  /** What it holds on the GPU, where the backend tells. */
  gpuBytes: z.number().optional(),
});
export type StepEvent = z.infer<typeof stepEvent>;

/** Top-1 on the held-out sample after each prefix length measured; `teacher` and `teacherLinear` are the same from z_t. */
export const evaluationEvent = z.object({
  type: z.literal('evaluation'),
  step: z.int(),
  knnTop1: z.record(z.string(), z.number()),
  teacher: z.number(),
  /** By ridge regression (evaluation/ridge-probe.ts); runs of before have neither. */
  linearTop1: z.record(z.string(), z.number()).optional(),
  teacherLinear: z.number().optional(),
});
export type EvaluationEvent = z.infer<typeof evaluationEvent>;

/** What the student says of the same few images at each evaluation, and where their embeddings lie. */
export const snapshotEvent = z.object({
  type: z.literal('snapshot'),
  step: z.int(),
  /** The same in every snapshot of a run. */
  images: z.array(rowId),
  /** False where nothing could be held out: then these images are trained on. */
  heldOut: z.boolean(),
  /** Descriptions of the first images. */
  symbols: z.array(z.array(symbolNumber)),
  /** The plane lies along the two directions in which these differ most in the teacher's features: the classes' means, or all of the images. */
  plane: z.enum(['classes', 'images']),
  /** x, y of each image's embedding on a plane that is the same at every evaluation; nearly all lie within −1 … 1. */
  coordinates: z.array(z.number()),
});
export type SnapshotEvent = z.infer<typeof snapshotEvent>;

/** What an alarm may say is wrong; training/collapse.ts tells each from the others. */
export const collapseCause = z.enum([
  'few-symbols', // a position writes few of the K symbols
  'one-description', // nearly every image has the same description
  'positions-alike', // every position repeats the one before
  'constant-embedding', // symbols differ, z_s does not
  'constant-output', // z_s differs, p_s does not: the student ignores its input
  'uniform-teacher', // p_t is the same for every image: entropy near ln P
  'constant-teacher', // p_t is the same for every image: one output, or a few
  'centre-off', // the same, because the centre is far from the outputs that it follows
  'diverging', // gradient or loss far above what they were
  'not-finite',
]);
export type CollapseCause = z.infer<typeof collapseCause>;

export const alarmEvent = z.object({
  type: z.literal('alarm'),
  step: z.int(),
  cause: collapseCause,
  /** False when what was wrong is over. */
  raised: z.boolean(),
  /** Positions that it concerns, from 1; none when it concerns the whole student. */
  positions: z.array(z.int().min(1)),
  /** What is seen, with its figures. */
  text: z.string(),
  /** Which fields to change in a new run, how, and a value that is worth a try. */
  remedies: z.array(z.object({ field: trainingConfig.keyof(), text: z.string(), value: configValue.optional() })),
});
export type AlarmEvent = z.infer<typeof alarmEvent>;

export const trainingEvent = z.discriminatedUnion('type', [
  stepEvent,
  evaluationEvent,
  snapshotEvent,
  alarmEvent,
  z.object({ type: z.literal('state'), state: runState, step: z.int(), error: errorDetail.nullable() }),
  /** Runs of before the GPU was among the backends have no name. */
  z.object({ type: z.literal('backend'), name: z.enum(backendNames).optional(), description: z.string() }),
  z.object({ type: z.literal('checkpoint'), step: z.int(), file: z.string() }),
  z.object({ type: z.literal('message'), step: z.int(), level: z.enum(['info', 'warning']), text: z.string() }),
]);
export type TrainingEvent = z.infer<typeof trainingEvent>;

/** A run's whole history as columns, thinned to `stride` when it is long (said on the chart). */
export const curves = z.object({
  run: rowId,
  stride: z.int(),
  steps: z.array(stepEvent),
  evaluations: z.array(evaluationEvent),
  alarms: z.array(alarmEvent),
  messages: z.array(z.object({ step: z.int(), level: z.enum(['info', 'warning']), text: z.string() })),
});
export type Curves = z.infer<typeof curves>;

/** The snapshots of a run, with what is known of their images. */
export const snapshots = z.object({
  images: z.array(z.object({ image: rowId, name: z.string(), label: z.string().nullable() })),
  heldOut: z.boolean(),
  plane: snapshotEvent.shape.plane,
  /** Evaluations that one of these stands for: long runs have more than are given. The newest is always there. */
  stride: z.int(),
  list: z.array(snapshotEvent.pick({ step: true, symbols: true, coordinates: true })),
});
export type Snapshots = z.infer<typeof snapshots>;
