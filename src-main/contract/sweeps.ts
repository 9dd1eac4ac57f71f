import * as z from 'zod';
import { quantizerName, trainingConfig, type TrainingConfig } from './config';
import { errorDetail } from './errors';
import { estimateEvent, expected } from './estimate';
import { runFinding } from './health';
import { givenName, rowId } from './names';
import { publishedSizes, publishedTable, smallSizes } from './paper';
import { variantName } from './presets';
import { selectedImages } from './query';

/** A sweep looks for good values, ablations ask what each part is worth: their tables differ. */
export const sweepKind = z.enum(['sweep', 'ablations']);
export type SweepKind = z.infer<typeof sweepKind>;

export const fieldValue = z.union([z.string(), z.number(), z.boolean()]);
export type FieldValue = z.infer<typeof fieldValue>;

/** A field of the configuration and the values that a sweep gives it. */
export const sweepAxis = z.object({ key: trainingConfig.keyof(), values: z.array(fieldValue).min(1).max(1000) });
export type SweepAxis = z.infer<typeof sweepAxis>;

/** Parts of the method that ablations change; sweep/ablations.ts says how. */
export const ablationGroup = z.enum(['loss', 'descriptor', 'interpreter', 'projector', 'views', 'together']);
export type AblationGroup = z.infer<typeof ablationGroup>;

/** Trainings of one sweep at most: a grid multiplies quickly. */
export const mostVariants = 1000;

/** What the variants are: every combination of the axes' values, or the settings with one part changed at a time. */
export const sweepGrid = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('sweep'), axes: z.array(sweepAxis).min(1) }),
  z.object({ kind: z.literal('ablations'), groups: z.array(ablationGroup).min(1) }),
]);
export type SweepGrid = z.infer<typeof sweepGrid>;

/** One training of a sweep. */
export const sweepVariant = z.object({
  /** Its name within the sweep: "VQ 256, seed 1". */
  label: z.string(),
  /** What it is shown together with: the quantizer, or the part that an ablation changes. */
  group: z.string(),
  /** The fields that make it differ from the others; the rest comes from the sweep's settings and its preset. */
  change: z.partialRecord(trainingConfig.keyof(), fieldValue),
});
export type SweepVariant = z.infer<typeof sweepVariant>;

/** The form for a new sweep stands at this address. */
const sweepName = givenName.refine((name) => name.toLowerCase() !== 'new', 'a sweep cannot be named "new"');

/** What is asked of a sweep; `run` is the one whose symbols a query asks for. */
export const sweepRequest = selectedImages.partial({ selection: true }).extend({
  /** Begins the names of its runs. */
  name: sweepName,
  /** Fields that all variants share, as given by the user. */
  settings: z.record(z.string(), z.unknown()),
  grid: sweepGrid,
  /** Runs trained at the same time; null: as many as cores, memory and a GPU allow. */
  parallel: z.int().min(1).max(1024).nullable().default(null),
});
export type SweepRequest = z.infer<typeof sweepRequest>;

/** What a sweep takes, from what was timed of each of its configurations (contract/estimate.ts). */
export const sweepCost = z.object({
  /** Trainings that are still to be done, and those of them of which nothing was timed yet. */
  runs: z.int(),
  unknown: z.int(),
  /** Seconds until all are trained, as many at a time as planned; null while one is unknown. */
  seconds: expected.nullable(),
  /** Bytes of memory that the largest of them need at the same time; null while one is unknown. */
  memory: z.object({ together: expected.nullable(), free: z.number(), total: z.number() }),
  /** Bytes that are added: the teacher's features of these images, once, and all runs; null while one is unknown. */
  disk: z.object({ features: z.number(), runs: z.number().nullable(), free: z.number() }),
  /** Images of which teacher features are missing. */
  missing: z.int(),
});
export type SweepCost = z.infer<typeof sweepCost>;

/** What would be trained, looked at before anything is begun. */
export const sweepPlan = z.object({
  variants: z.array(
    sweepVariant.extend({
      variant: z.string().nullable(),
      /** Why its settings are refused; it would be shown as failed, and the others would go on. */
      error: errorDetail.nullable(),
    }),
  ),
  /** Runs at the same time and processor threads for each. */
  parallel: z.int(),
  threads: z.int(),
  /** Null when every variant is refused. */
  cost: sweepCost.nullable(),
  /** False for images without labels, whose variants can be compared by loss and usage only. */
  evaluated: z.boolean(),
});
export type SweepPlan = z.infer<typeof sweepPlan>;

/** How far the timing is, and the plan as far as it is known. */
export const sweepPlanEvent = z.union([estimateEvent.options[0], z.object({ plan: sweepPlan })]);
export type SweepPlanEvent = z.infer<typeof sweepPlanEvent>;

/** `running`: variants are begun as there is room; `elsewhere`: they are jobs of a Slurm; `stopped`: it waits until it is told to go on. */
export const sweepState = z.enum(['running', 'elsewhere', 'stopped', 'done']);
export type SweepState = z.infer<typeof sweepState>;

export const variantState = z.enum(['waiting', 'active', 'done', 'stopped', 'failed']);
export type VariantState = z.infer<typeof variantState>;

/** Accuracy after a number of symbols, between 0 and 1; the linear probe is measured at some lengths only. */
const accuracy = z.object({ knn: z.number(), linear: z.number().nullable() });

/** How far a variant is. */
export const variantStatus = sweepVariant.extend({
  variant: z.string().nullable(),
  /** Its run; null before it was begun, and after the run was deleted. */
  run: rowId.nullable(),
  runName: z.string(),
  state: variantState,
  /** What it is at, in a word or two: "training", "describing". */
  phase: z.string(),
  step: z.int(),
  steps: z.int().nullable(),
  /** As of its newest step. Usage and perplexity are means over the positions. */
  loss: z.number().nullable(),
  usage: z.number().nullable(),
  perplexity: z.number().nullable(),
  stepsPerSecond: z.number().nullable(),
  etaSeconds: z.number().nullable(),
  /** k-NN top-1 on the sample held out while it trains, full descriptions. */
  knnTop1: z.number().nullable(),
  /** Top-1 by number of symbols, once it was evaluated; the teacher's own beside it. */
  accuracy: z.record(z.string(), accuracy).nullable(),
  teacher: accuracy.nullable(),
  /** The worst of what its run is found to suffer from; null: nothing. */
  finding: runFinding.nullable(),
  error: errorDetail.nullable(),
});
export type VariantStatus = z.infer<typeof variantStatus>;

/** A sweep as it stands. */
export const sweepStatus = z.object({
  name: givenName,
  kind: sweepKind,
  collection: z.string(),
  settings: z.record(z.string(), z.unknown()),
  state: sweepState,
  /** Runs at the same time and threads for each, while it runs. */
  parallel: z.int().nullable(),
  threads: z.int().nullable(),
  /** Seconds at work on it, over all sittings. */
  seconds: z.number(),
  createdAt: z.int(),
  variants: z.array(variantStatus),
});
export type SweepStatus = z.infer<typeof sweepStatus>;

export const sweepSummary = sweepStatus.pick({ name: true, kind: true, collection: true, state: true, createdAt: true }).extend({ variants: z.int(), done: z.int(), failed: z.int() });
export type SweepSummary = z.infer<typeof sweepSummary>;

/** A sweep that is trained elsewhere, with how each variant ended; null: it has not. */
export const sweepElsewhere = sweepStatus.pick({ name: true, kind: true, settings: true }).extend({
  collection: rowId,
  variants: z.array(sweepVariant.extend({ outcome: z.object({ state: z.enum(['done', 'failed']), error: errorDetail.nullable() }).nullable() })).min(1).max(mostVariants),
});
export type SweepElsewhere = z.infer<typeof sweepElsewhere>;

/** The nine variants of the paper, or the nine smaller ones, in the paper's order: VQ, SS, GS, each from the largest. */
export function paperAxes(o: { small: boolean }): SweepAxis[] {
  const order = [...new Set(publishedTable.map(({ variant }) => variant.split(' ')[0]))];
  const place = (quantizer: TrainingConfig['quantizer']) => order.indexOf(variantName({ quantizer, vocabulary: 2 }).split(' ')[0]);
  return [
    { key: 'quantizer', values: [...quantizerName.options].filter((name) => place(name) >= 0).sort((a, b) => place(a) - place(b)) },
    { key: 'vocabulary', values: [...(o.small ? smallSizes : publishedSizes)] },
  ];
}
