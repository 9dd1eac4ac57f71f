import * as z from 'zod';
import { rowId } from './names';
import type { EvaluationEvent, StepEvent } from './runs';

/** The events that a quantity is measured with. */
export type Series = 'step' | 'evaluation';

/** What is measured while a run trains. */
export interface Quantity {
  /** `kl`, or with a prefix length or position from 1: `usage.3`. */
  name: string;
  label: string;
  /** Empty: a plain number. Shares are between 0 and 1. */
  unit: '' | 'nats' | 'share' | '1/s' | 'bytes';
  /** Which values are better; null where none are. */
  better: 'lower' | 'higher' | null;
  series: Series;
  help: string;
}

interface Family extends Omit<Quantity, 'name' | 'label'> {
  label: string;
  /** What the number behind the name counts; null: there is none. */
  by: 'prefix' | 'position' | null;
}

const families = {
  loss: { label: 'Loss', unit: 'nats', better: 'lower', series: 'step', by: null, help: 'The loss that is minimised, over all prefixes.' },
  kl: { label: 'KL', unit: 'nats', better: 'lower', series: 'step', by: null, help: 'KL(p_t ‖ p_s) of the full description: how far the student is from the teacher.' },
  teacherEntropy: { label: 'Teacher entropy', unit: 'nats', better: null, series: 'step', by: null, help: 'H(p_t, p_t). Neither 0 nor ln P: then the teacher says the same of every image.' },
  knn: { label: 'k-NN', unit: 'share', better: 'higher', series: 'evaluation', by: null, help: 'k-NN top-1 on the held-out sample, full descriptions.' },
  linear: { label: 'Linear', unit: 'share', better: 'higher', series: 'evaluation', by: null, help: 'Ridge probe, top-1 on the held-out sample, full descriptions.' },
  retention: { label: 'Retention', unit: 'share', better: 'higher', series: 'evaluation', by: null, help: "k-NN top-1 as a share of the teacher's own on the same images." },
  usage: { label: 'Usage', unit: 'share', better: 'higher', series: 'step', by: null, help: 'Share of the K symbols in use, mean over the positions.' },
  lowestUsage: { label: 'Lowest usage', unit: 'share', better: 'higher', series: 'step', by: null, help: 'Share of the K symbols in use at the position that uses fewest.' },
  perplexity: { label: 'Perplexity', unit: '', better: 'higher', series: 'step', by: null, help: 'exp of the entropy of the symbols, mean over the positions: 1 to K.' },
  gradientNorm: { label: 'Gradient norm', unit: '', better: null, series: 'step', by: null, help: 'Norm of the gradient before it is clipped.' },
  learningRate: { label: 'Learning rate', unit: '', better: null, series: 'step', by: null, help: 'Of this step, by the schedule.' },
  quantizerTemperature: { label: 'Temperature', unit: '', better: null, series: 'step', by: null, help: 'Of the quantizer: how soft the choice of a symbol is.' },
  stepsPerSecond: { label: 'Steps a second', unit: '1/s', better: 'higher', series: 'step', by: null, help: 'How fast it trained.' },
  memory: { label: 'Memory', unit: 'bytes', better: 'lower', series: 'step', by: null, help: "What the trainer's process held in memory." },
  gpuMemory: { label: 'GPU memory', unit: 'bytes', better: 'lower', series: 'step', by: null, help: 'What it held on the GPU, where the backend tells.' },
  lossByPrefix: { label: 'Loss of prefix', unit: 'nats', better: 'lower', series: 'step', by: 'prefix', help: 'The loss after this many symbols.' },
  knnByPrefix: { label: 'k-NN of prefix', unit: 'share', better: 'higher', series: 'evaluation', by: 'prefix', help: 'k-NN top-1 on the held-out sample after this many symbols.' },
  linearByPrefix: { label: 'Linear of prefix', unit: 'share', better: 'higher', series: 'evaluation', by: 'prefix', help: 'Ridge probe, top-1 on the held-out sample after this many symbols.' },
  usageByPosition: { label: 'Usage at position', unit: 'share', better: 'higher', series: 'step', by: 'position', help: 'Share of the K symbols in use at this position.' },
  perplexityByPosition: { label: 'Perplexity at position', unit: '', better: 'higher', series: 'step', by: 'position', help: 'exp of the entropy of the symbols at this position: 1 to K.' },
} as const satisfies Record<string, Family>;
type FamilyName = keyof typeof families;

const longest = 8;

/** Every quantity there may be, the most looked at first. */
export const quantities: readonly Quantity[] = (Object.keys(families) as FamilyName[]).flatMap((name) => {
  const { by, ...rest }: Family = families[name];
  if (by === null) return [{ name, ...rest }];
  return Array.from({ length: longest }, (_, i) => ({ ...rest, name: `${name}.${i + 1}`, label: `${rest.label} ${i + 1}` }));
});
const byName = new Map(quantities.map((quantity) => [quantity.name, quantity]));

/** A quantity by its name; null when there is none. */
export const quantityOf = (name: string): Quantity | null => byName.get(name) ?? null;

export const quantityName = z.string().refine((name) => byName.has(name), 'no quantity of this name');

type Values = Record<string, number>;
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function numbered(into: Values, family: FamilyName, values: Iterable<readonly [number, number]>): void {
  for (const [at, value] of values) into[`${family}.${at}`] = value;
}

/** What a step event says, by quantity; values that are not finite are stored as null and may stand among them. */
export function quantitiesOfStep(event: StepEvent): Values {
  const { loss, kl, teacherEntropy, gradientNorm, learningRate, quantizerTemperature, stepsPerSecond, lossByPrefix, usage, perplexity } = event;
  const values: Values = { loss, kl, teacherEntropy, usage: mean(usage), lowestUsage: Math.min(...usage), perplexity: mean(perplexity), gradientNorm, learningRate, quantizerTemperature, stepsPerSecond };
  if (event.memoryBytes !== undefined) values.memory = event.memoryBytes;
  if (event.gpuBytes !== undefined) values.gpuMemory = event.gpuBytes;
  const from1 = (list: readonly number[]) => list.map((value, i) => [i + 1, value] as const);
  numbered(values, 'lossByPrefix', from1(lossByPrefix));
  numbered(values, 'usageByPosition', from1(usage));
  numbered(values, 'perplexityByPosition', from1(perplexity));
  return values;
}

/** What an evaluation event says, by quantity. */
export function quantitiesOfEvaluation(event: EvaluationEvent): Values {
  const values: Values = {};
  const byPrefix = (family: FamilyName, full: FamilyName, figures: Record<string, number>) => {
    const pairs = Object.entries(figures).map(([length, value]) => [Number(length), value] as const).sort((a, b) => a[0] - b[0]);
    const last = pairs.at(-1);
    if (last) values[full] = last[1];
    numbered(values, family, pairs);
  };
  byPrefix('knnByPrefix', 'knn', event.knnTop1);
  if (event.linearTop1) byPrefix('linearByPrefix', 'linear', event.linearTop1);
  if (values.knn !== undefined && event.teacher > 0) values.retention = values.knn / event.teacher;
  return values;
}

/** What x counts in a curve. */
export const curveAxes = ['step', 'epoch', 'seconds'] as const;
export type CurveAxis = (typeof curveAxes)[number];

/** Extremes of a quantity over all that a run reported, and its newest value, each with its step (the first of equal ones). */
export const runFigure = z.object({ lowest: z.number(), lowestStep: z.int(), highest: z.number(), highestStep: z.int(), last: z.number(), lastStep: z.int() });
export type RunFigure = z.infer<typeof runFigure>;

/** Every `stride`-th report of a quantity and the newest; null where the value was not finite or not measured. */
export const runCurve = z.object({ stride: z.int(), x: z.array(z.number()), y: z.array(z.number().nullable()) });
export type RunCurve = z.infer<typeof runCurve>;

export const comparedRun = z.object({
  run: rowId,
  figures: z.record(z.string(), runFigure),
  /** Of the quantities asked for that it has. */
  curves: z.record(z.string(), runCurve),
  /** Of the evaluation on its own collection: k-NN and linear top-1 of full descriptions; null before it. */
  evaluated: z.object({ knn: z.number(), linear: z.number() }).nullable(),
});
export type ComparedRun = z.infer<typeof comparedRun>;

/** Runs compared at once, and quantities drawn at once. */
export const mostCompared = 1_000;
export const mostCurves = 6;

export const comparisonRequest = z.object({
  runs: z.array(rowId).min(1).max(mostCompared),
  quantities: z.array(quantityName).max(mostCurves).default([]),
  x: z.enum(curveAxes).default('step'),
});
