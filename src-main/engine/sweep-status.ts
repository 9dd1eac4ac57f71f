import type { Evaluation } from '../contract/evaluation';
import { worstFinding } from '../contract/health';
import type { StepEvent } from '../contract/runs';
import type { SweepStatus, VariantState, VariantStatus } from '../contract/sweeps';
import type { StoredRun } from '../database/runs';
import type { StoredSweep, StoredVariant } from '../database/sweeps';
import type { VariantProgress } from '../sweep/run-variant';
import { runName } from '../sweep/variants';
import type { Services } from './services';

type StatusServices = Pick<Services, 'library'>;

/** How many runs train at a time, with how many threads each. */
export interface Parallelism {
  parallel: number;
  threads: number;
}

/** A sweep as it stands. `live` gives what is known of a variant that is being worked on, null for any other. */
export function sweepStatus(s: StatusServices, sweep: StoredSweep, at: { plan: Parallelism | null; seconds: number; live: (label: string) => VariantProgress | null }): SweepStatus {
  const { name, kind, collectionName, settings, state, createdAt } = sweep;
  return {
    ...{ name, kind, collection: collectionName, settings, state, createdAt },
    parallel: at.plan?.parallel ?? null,
    threads: at.plan?.threads ?? null,
    seconds: sweep.seconds + at.seconds,
    variants: sweep.variants.map((variant) => variantStatus(s, sweep, variant, at.live(variant.label))),
  };
}

function variantStatus(s: StatusServices, sweep: StoredSweep, variant: StoredVariant, live: VariantProgress | null): VariantStatus {
  const { read } = s.library.db;
  const run = sweepRun(s, sweep, variant);
  const { state, phase } = stateOf(variant, run, live);
  const step = live?.latest.step ?? (run && (read.trainingEvents.newestStep(run.id)[0] as StepEvent | undefined)) ?? null;
  const evaluation = run && run.collection !== null && state === 'done' ? read.runDocuments.of('evaluation', run.id, run.collection) : null;
  const { label, group, change, outcome } = variant;
  return {
    ...{ label, group, change, state, phase },
    variant: run?.variant ?? null,
    run: run?.id ?? null,
    runName: runName(sweep.name, variant),
    step: run === null ? 0 : Math.max(run.step, step?.step ?? 0),
    steps: run?.config.steps ?? null,
    loss: step?.loss ?? null,
    usage: step && mean(step.usage),
    perplexity: step && mean(step.perplexity),
    stepsPerSecond: phase === 'training' ? (step?.stepsPerSecond ?? null) : null,
    etaSeconds: phase === 'training' ? (step?.etaSeconds ?? null) : null,
    knnTop1: run?.knnTop1 ?? null,
    ...figures(evaluation),
    finding: worstFinding(run?.findings ?? []),
    error: outcome?.error ?? null,
  };
}

/** The run of a variant; null before it was begun and after it was deleted, and for a run of that name outside the sweep. */
export function sweepRun({ library }: Pick<Services, 'library'>, sweep: Pick<StoredSweep, 'name'>, variant: Pick<StoredVariant, 'label'>): StoredRun | null {
  const run = library.db.read.runs.byName(runName(sweep.name, variant));
  return run?.sweep === sweep.name ? run : null;
}

/** What one reads while the run itself says more than the work on the variant. */
const ownWords: ReadonlySet<string> = new Set(['queued', 'paused']);

function stateOf({ outcome }: StoredVariant, run: StoredRun | null, live: VariantProgress | null): { state: VariantState; phase: string } {
  if (live) return { state: 'active', phase: run && ownWords.has(run.state) ? run.state : live.phase };
  if (outcome === null) return { state: 'waiting', phase: run && run.step > 0 ? 'goes on' : 'waiting' };
  if (outcome.state === 'done' && run === null) return { state: 'stopped', phase: 'run deleted' };
  return { state: outcome.state, phase: outcome.state };
}

function figures(evaluation: Evaluation | null): Pick<VariantStatus, 'accuracy' | 'teacher'> {
  if (evaluation === null) return { accuracy: null, teacher: null };
  const { student, teacher } = evaluation;
  return {
    accuracy: Object.fromEntries(Object.entries(student.prefix).map(([length, { knn, linear }]) => [length, { knn: knn.top1, linear: linear?.top1 ?? null }])),
    teacher: { knn: teacher.knn.top1, linear: teacher.linear.top1 },
  };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
