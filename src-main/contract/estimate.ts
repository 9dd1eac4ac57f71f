import * as z from 'zod';
import { startingPoint } from './fine-tuning';
import { selectedImages } from './query';

/** What a run is to be begun with: its images (`run` is the one whose symbols a query asks for), the fields that differ from the preset, the weights. */
export const trainingPlan = selectedImages.partial({ selection: true }).extend({ config: z.record(z.string(), z.unknown()), from: startingPoint.optional() });
export type TrainingPlan = z.infer<typeof trainingPlan>;

/** Whether to time what an estimate needs: nothing, what is not known on this machine, or all of it once more. */
export const measuring = z.enum(['no', 'missing', 'anew']);
export type Measuring = z.infer<typeof measuring>;

/** Least and most that is to be expected of a quantity. */
export const expected = z.object({ low: z.number().min(0), high: z.number().min(0) });
export type Expected = z.infer<typeof expected>;

/** What a training does, in order. */
export const estimatedParts = ['features', 'start', 'preparation', 'steps', 'evaluations', 'checkpoints'] as const;
export const estimatePart = z.object({
  part: z.enum(estimatedParts),
  /** How often it is done: encodings by the teacher for features, optimizer steps for steps, and so on. */
  count: z.int().min(0),
  /** How many of these were timed here, from which the others follow. */
  timed: z.int().min(0),
  /** Null while nothing of it was timed. */
  seconds: expected.nullable(),
});
export type EstimatePart = z.infer<typeof estimatePart>;

/** What a run would take, as far as it is known. */
export const estimate = z.object({
  /** Images that it would train on, and those held out for k-NN. */
  images: z.int(),
  heldOut: z.int(),
  /** A rehearsal: real steps of this configuration on made-up features, in a process of its own. Null before the first on this machine. */
  rehearsal: z
    .object({
      backend: z.string(),
      /** Whether that is a graphics card, whose own memory is not measured. */
      onGpu: z.boolean(),
      steps: z.int(),
      /** What the rehearsal itself took. */
      seconds: z.number(),
      /** When, in milliseconds. */
      at: z.int(),
      /** Trainings that ran at the same time, which made it slower. */
      beside: z.int(),
    })
    .nullable(),
  parts: z.array(estimatePart),
  /** Of all parts; null while one is not known. */
  seconds: expected.nullable(),
  /** Teacher features that are not cached: images that lack some, and of how many images and views each kind is missing. */
  missing: z.object({ teacher: z.string(), images: z.int(), clean: z.int(), views: z.int(), cleanTokens: z.int(), viewTokens: z.int() }),
  /** What a student begins with: prepared anew, kept from an earlier run, the weights of another run, or nothing that is worth keeping. */
  beginning: z.enum(['prepared', 'kept', 'weights', 'unkept']),
  /** Bytes of the training process at its greatest (null before a rehearsal), and of the machine. */
  memory: z.object({ training: expected.nullable(), free: z.number(), total: z.number() }),
  /** Bytes that are added: features, checkpoints that stay (null before a rehearsal), the embeddings of its descriptions; and what is free. */
  disk: z.object({ features: z.number(), checkpoints: z.number().nullable(), embeddings: z.number(), free: z.number() }),
});
export type Estimate = z.infer<typeof estimate>;

/** How far the measuring is, then what was found. */
export const estimateEvent = z.union([z.object({ progress: z.object({ phase: z.string(), done: z.number(), total: z.number().nullable(), unit: z.string() }) }), z.object({ estimate })]);
export type EstimateEvent = z.infer<typeof estimateEvent>;
