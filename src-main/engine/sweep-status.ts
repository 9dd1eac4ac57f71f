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

type Accuracy = Pick<VariantStatus, 'accuracy' | 'teacher'>;
const unknownAccuracy: Accuracy = { accuracy: null, teacher: null };

/** What the evaluations of runs say, each read once as long as it is not made anew. */
export class KnownAccuracies {
  readonly #db: StatusServices['library']['db'];
  readonly #known = new Map<number, { at: number; figures: Accuracy }>();

  constructor(db: StatusServices['library']['db']) {
    this.#db = db;
  }

  of(run: number, collection: number): Accuracy {
    const { runDocuments } = this.#db.read;
    const at = runDocuments.writtenAt('evaluation', run, collection);
    if (at === null) return unknownAccuracy;
    const known = this.#known.get(run);
    if (known?.at === at) return known.figures;
    const { student, teacher } = runDocuments.of('evaluation', run, collection)!;
    const figures = {
      accuracy: Object.fromEntries(Object.entries(student.prefix).map(([length, { knn, linear }]) => [length, { knn: knn.top1, linear: linear?.top1 ?? null }])),
      teacher: { knn: teacher.knn.top1, linear: teacher.linear.top1 },
    };
    this.#known.set(run, { at, figures });
    return figures;
  }
}

/** A sweep as it stands. `live` gives what is known of a variant that is being worked on, null for any other. */
export function sweepStatus(s: StatusServices, sweep: StoredSweep, at: { accuracies: KnownAccuracies; plan: Parallelism | null; seconds: number; live: (label: string) => VariantProgress | null }): SweepStatus {
  const { name, kind, collectionName, settings, state, createdAt } = sweep;
  return {
    ...{ name, kind, collection: collectionName, settings, state, createdAt },
    parallel: at.plan?.parallel ?? null,
    threads: at.plan?.threads ?? null,
    seconds: sweep.seconds + at.seconds,
    variants: sweep.variants.map((variant) => variantStatus(s, sweep, variant, at.accuracies, at.live(variant.label))),
  };
}

function variantStatus(s: StatusServices, sweep: StoredSweep, variant: StoredVariant, accuracies: KnownAccuracies, live: VariantProgress | null): VariantStatus {
  const { read } = s.library.db;
  const run = sweepRun(s, sweep, variant);
  const { state, phase } = stateOf(variant, run, live);
  const step = live?.latest.step ?? (run && (read.trainingEvents.newestStep(run.id)[0] as StepEvent | undefined)) ?? null;
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
    ...(run && run.collection !== null && state === 'done' ? accuracies.of(run.id, run.collection) : unknownAccuracy),
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

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
