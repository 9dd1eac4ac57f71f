import * as z from 'zod';
import { backendPlan } from '../contract/backend-plan';
import { backendNames, trainingConfig } from '../contract/config';
import { errorDetail } from '../contract/errors';
import { fewShotOptions, referenceFigures } from '../contract/evaluation';
import { trainingEvent } from '../contract/runs';

/** What goes between the engine and its trainer and student processes; both sides check what they get. */
const slots = z.custom<Int32Array>((value) => value instanceof Int32Array);
export const floats = z.custom<Float32Array>((value) => value instanceof Float32Array);
const symbols = z.custom<Uint16Array>((value) => value instanceof Uint16Array);

/** A feature store that another process keeps: opened for reading. */
export const featureFile = z.object({
  directory: z.string(),
  spec: z.object({ width: z.int().min(1), records: z.int().min(1), name: z.string() }),
});
export type FeatureFile = z.infer<typeof featureFile>;

/** Feature stores of tokens, with the N tokens of T numbers that one record holds. */
export const tokenFiles = z.object({ clean: featureFile, views: featureFile, shape: z.object({ count: z.int().min(1), width: z.int().min(1) }) });

const progress = z.object({ phase: z.string(), done: z.number(), total: z.number().nullable(), unit: z.string() });
const backend = z.object({ name: z.enum(backendNames), description: z.string(), reason: z.string(), note: z.string().nullable() });
export type BackendInUse = z.infer<typeof backend>;

// ---- trainer

export const trainerStart = z.object({
  type: z.literal('start'),
  runDirectory: z.string(),
  /** Where what several runs can begin with is kept. */
  preparedDirectory: z.string(),
  config: trainingConfig,
  backend: backendPlan,
  teacher: z.string(),
  views: featureFile,
  clean: featureFile,
  /** For a config with featureTokens. */
  tokens: tokenFiles.optional(),
  trainSlots: slots,
  heldOut: z.object({ bankSlots: slots, bankLabels: slots, querySlots: slots, queryLabels: slots }).nullable(),
  /** Folder of a run, or of a copy, whose newest checkpoint a new run begins with; null: with new weights. */
  from: z.string().nullable(),
  resume: z.boolean(),
});
export type TrainerStart = z.infer<typeof trainerStart>;

export const toTrainer = z.discriminatedUnion('type', [trainerStart, z.object({ type: z.enum(['pause', 'resume', 'stop']) })]);
export const fromTrainer = z.discriminatedUnion('type', [
  z.object({ type: z.literal('event'), event: trainingEvent }),
  z.object({ type: z.literal('progress'), progress }),
]);
export type FromTrainer = z.infer<typeof fromTrainer>;

// ---- rehearsal

export const rehearsalStart = z.object({
  type: z.literal('start'),
  config: trainingConfig,
  backend: backendPlan,
  teacher: z.string(),
  featureWidth: z.int().min(1),
  /** Views of each image that are stored. */
  storedViews: z.int().min(1),
  tokens: tokenFiles.shape.shape.nullable(),
  /** To train on. */
  images: z.int().min(1),
  /** Images that vote and that are classified, and the number of labels. */
  heldOut: z.object({ bank: z.int(), queries: z.int(), classes: z.int() }).nullable(),
  from: trainerStart.shape.from,
  /** An empty folder of its own. */
  directory: z.string(),
});
export type RehearsalStart = z.infer<typeof rehearsalStart>;

/** What a rehearsal found; seconds and bytes. */
export const rehearsalMeasures = z.object({
  backend: z.object({ name: z.enum(backendNames), description: z.string() }),
  images: z.int(),
  /** What it took in all. */
  seconds: z.number(),
  /** Loading what computes, making or loading the weights, recording the first step. */
  startSeconds: z.number(),
  /** Null where nothing is prepared: with the weights of another run. `fixedSeconds`: without the steps of the networks that are fitted. */
  preparation: z.object({ seconds: z.number(), fixedSeconds: z.number(), mapStepSeconds: z.number().nullable(), readoutStepSeconds: z.number().nullable(), bytes: z.number() }).nullable(),
  /** Steps and what they took, without evaluations. */
  intervals: z.array(z.object({ steps: z.int(), seconds: z.number() })),
  evaluations: z.object({ first: z.number(), later: z.array(z.number()) }).nullable(),
  checkpoint: z.object({ seconds: z.number(), bytes: z.number() }),
  /** Memory of the process at its greatest. */
  peakBytes: z.number(),
});
export type RehearsalMeasures = z.infer<typeof rehearsalMeasures>;

export const fromRehearsal = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), progress }),
  z.object({ type: z.literal('measures'), measures: rehearsalMeasures }),
  z.object({ type: z.literal('failed'), error: errorDetail }),
]);
export type FromRehearsal = z.infer<typeof fromRehearsal>;

// ---- student

/** Labelled images to learn from and to classify, in an order that says nothing of them. */
export const splitImages = z.object({
  clean: featureFile,
  /** Of the clean images, for a student that looks at tokens. */
  tokens: featureFile.optional(),
  trainSlots: slots,
  trainLabels: slots,
  testSlots: slots,
  testLabels: slots,
  classes: z.array(z.string()),
  /** How the images were split: `description` of evaluationSplit. */
  split: z.string(),
});
export type SplitImages = z.infer<typeof splitImages>;

export const evaluationRequest = splitImages.extend({
  /** What was measured before on the same images with the same teacher, K and L. */
  references: referenceFigures.nullable(),
});
export type EvaluationRequest = z.infer<typeof evaluationRequest>;

export const fewShotRequest = splitImages.extend(fewShotOptions.shape);
export type FewShotRequest = z.infer<typeof fewShotRequest>;

/** All images of a collection, −1 where there is no label, in an order that says nothing of them. */
export const statisticsRequest = z.object({ clean: featureFile, tokens: featureFile.optional(), slots, labels: slots });
export type StatisticsRequest = z.infer<typeof statisticsRequest>;

export const toStudent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('start'), runDirectory: z.string(), backend: backendPlan, threads: z.int().min(0) }),
  z.object({ type: z.literal('describe'), id: z.int(), features: floats, tokens: floats.optional(), given: symbols.optional(), alternatives: z.boolean() }),
  z.object({ type: z.literal('interpret'), id: z.int(), symbols, count: z.int().min(0), length: z.int() }),
  z.object({ type: z.literal('read-mixtures'), id: z.int(), mixtures: floats }),
  z.object({ type: z.literal('hues'), id: z.int() }),
  z.object({ type: z.literal('nearest'), id: z.int(), rows: floats, bank: floats.optional(), width: z.int().min(1), k: z.int().min(1), approximate: z.boolean().optional() }),
  z.object({ type: z.literal('evaluate'), id: z.int(), request: evaluationRequest }),
  z.object({ type: z.literal('few-shot'), id: z.int(), request: fewShotRequest }),
  z.object({ type: z.literal('statistics'), id: z.int(), request: statisticsRequest }),
  z.object({ type: z.literal('write-model'), id: z.int(), folder: z.string(), facts: z.record(z.string(), z.string()) }),
  z.object({ type: z.literal('cancel'), id: z.int() }),
]);
export type ToStudent = z.infer<typeof toStudent>;

export const fromStudent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), backend, step: z.int(), featureWidth: z.int(), length: z.int(), vocabulary: z.int(), teacher: z.string(), warnings: z.array(z.string()) }),
  z.object({ type: z.literal('failed'), error: errorDetail }),
  z.object({ type: z.literal('answer'), id: z.int(), value: z.unknown() }),
  z.object({ type: z.literal('error'), id: z.int(), error: errorDetail }),
  z.object({ type: z.literal('progress'), id: z.int(), progress }),
]);
export type FromStudent = z.infer<typeof fromStudent>;

/** What a student's files were written from. */
export const modelWritten = z.object({ step: z.int(), featureWidth: z.int(), tokenWidth: z.int() });
export type ModelWritten = z.infer<typeof modelWritten>;

export const nearestRowsFound = z.object({ rows: slots, similarities: floats, recall: z.number().nullable() });

export const studentDescriptions = z.object({
  symbols,
  probabilities: floats,
  embeddings: floats,
  alternatives: z.array(z.array(z.array(z.object({ symbol: z.int(), probability: z.number() })))).nullable(),
});
