import type { TrainingConfig } from '../contract/config';
import type { Estimate, EstimatePart, Expected } from '../contract/estimate';
import type { RehearsalMeasures } from '../training/messages';
import { codeSample } from '../training/prepared-start';
import { atRate, type FeatureRate } from './feature-rates';

/** Checkpoints of a run that stay (training/checkpoint.ts). */
const keptCheckpoints = 3;
/** How far a second rehearsal of the same training may come from the first, as a share: bench/estimate measures it. */
const spread = 0.2;
/** Tensors of the size of the prepared features that are there at the same time, at most. */
const preparedCopies = 5;

/** What is known of a training without timing anything. */
export interface PlannedTraining {
  config: TrainingConfig;
  /** Images that it trains on. */
  images: number;
  /** Whether k-NN is measured meanwhile. */
  evaluates: boolean;
  beginning: Estimate['beginning'];
  /** Encodings by the teacher that it has to wait for. */
  encodings: number;
  /** Z. */
  featureWidth: number;
  /** Bytes of the weights of another run that it keeps a copy of; 0 with new ones. */
  weightBytes: number;
}

const times = ({ low, high }: Expected, factor: number): Expected => ({ low: low * factor, high: high * factor });
const plus = (a: Expected, b: Expected): Expected => ({ low: a.low + b.low, high: a.high + b.high });
const widened = ({ low, high }: Expected, share = spread): Expected => ({ low: low * (1 - share), high: high * (1 + share) });
const about = (value: number, share = spread): Expected => widened({ low: value, high: value }, share);
const nothing: Expected = { low: 0, high: 0 };

/** The mean of some measurements, give or take what they differ by (two standard errors) or else `spread`, whichever is more. */
export function aroundMean(values: readonly number[]): Expected {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1);
  return about(mean, mean > 0 ? Math.min(1, Math.max(spread, (2 * Math.sqrt(variance / values.length)) / mean)) : 0);
}

/** How often k-NN is measured: before the first step, every so many steps and after the last. */
export const evaluationCount = ({ steps, evaluateEvery }: Pick<TrainingConfig, 'steps' | 'evaluateEvery'>): number => 1 + Math.ceil(steps / evaluateEvery);
export const checkpointCount = ({ steps, checkpointEvery }: Pick<TrainingConfig, 'steps' | 'checkpointEvery'>): number => Math.ceil(steps / checkpointEvery);

/**
 * What the parts of a training take: each is what was timed of it, times how often it is done. The preparation is made of
 * the steps of the networks that it fits and of what grows at most with the number of images; the rehearsal has that number
 * unless the vocabulary is large. test/src-main/engine/training-estimate.test.ts states the laws, bench/estimate compares
 * with real runs.
 */
export function estimateParts({ config, images, evaluates, beginning, encodings }: PlannedTraining, measures: RehearsalMeasures | null, rate: FeatureRate | null): EstimatePart[] {
  const part = (name: EstimatePart['part'], count: number, timed: number, seconds: Expected | null): EstimatePart => ({ part: name, count, timed: Math.min(timed, count), seconds: count === 0 ? nothing : seconds });
  const evaluations = evaluates ? evaluationCount(config) : 0;
  const checkpoints = checkpointCount(config);
  const prepared = beginning === 'prepared' || beginning === 'unkept' ? 1 : 0;
  const steps = measures?.intervals.reduce((sum, interval) => sum + interval.steps, 0) ?? 0;
  return [
    part('features', encodings, rate?.encodings ?? 0, rate && widened(atRate(rate, encodings))),
    part('start', 1, measures ? 1 : 0, measures && about(measures.startSeconds)),
    part('preparation', prepared, measures?.preparation ? 1 : 0, measures && preparation(config, images, measures)),
    part('steps', config.steps, steps, measures && times(aroundMean(measures.intervals.map(({ steps: n, seconds }) => seconds / n)), config.steps)),
    part('evaluations', evaluations, measures?.evaluations ? 1 + measures.evaluations.later.length : 0, measures && evaluationSeconds(measures, evaluations)),
    part('checkpoints', checkpoints, measures ? 1 : 0, measures && times(about(measures.checkpoint.seconds), checkpoints)),
  ];
}

function preparation(config: TrainingConfig, images: number, measures: RehearsalMeasures): Expected {
  const timed = measures.preparation;
  if (!timed) return nothing;
  const growth = Math.max(1, Math.min(images, codeSample) / measures.images);
  const fitted = (timed.mapStepSeconds ?? 0) * config.mapSteps + (timed.readoutStepSeconds ?? 0) * config.readoutSteps;
  return plus(widened({ low: timed.fixedSeconds, high: timed.fixedSeconds * growth }), about(fitted));
}

/** The first evaluation measures the teacher as well. */
function evaluationSeconds({ evaluations }: RehearsalMeasures, count: number): Expected {
  if (!evaluations || count === 0) return nothing;
  const later = evaluations.later.length > 0 ? aroundMean(evaluations.later) : { low: 0, high: evaluations.first };
  return plus(about(evaluations.first), times(later, count - 1));
}

/** The sum of the parts; null while one of them is not known. */
export function totalOf(parts: readonly EstimatePart[]): Expected | null {
  return parts.reduce<Expected | null>((sum, { seconds }) => sum && seconds && plus(sum, seconds), nothing);
}

/** Bytes of the training process at its greatest. */
export function memoryOf({ images, featureWidth }: PlannedTraining, measures: RehearsalMeasures): Expected {
  const more = Math.max(0, Math.min(images, codeSample) - measures.images) * featureWidth * 4;
  return { low: measures.peakBytes, high: measures.peakBytes * (1 + spread) + more * preparedCopies };
}

/** Bytes of the checkpoints that stay, of the weights that it began with, and of what is kept for other runs. */
export function checkpointBytes({ config, beginning, weightBytes }: PlannedTraining, measures: RehearsalMeasures): number {
  return weightBytes + measures.checkpoint.bytes * Math.min(keptCheckpoints, checkpointCount(config)) + (beginning === 'prepared' ? (measures.preparation?.bytes ?? 0) : 0);
}
