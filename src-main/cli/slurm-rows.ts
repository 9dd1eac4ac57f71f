import type { Curves } from '../contract/runs';
import type { SweepVariant } from '../contract/sweeps';
import type { TaskView } from '../slurm/array-follower';
import type { KnownVariant } from '../sweep/run-variant';
import { runName } from '../sweep/variants';
import type { BoardRow } from './sweep-board';

/** A variant of which nothing is known yet. */
export function unknownVariant(sweep: string, variant: SweepVariant): KnownVariant {
  const nothing = { variant: null, config: null, error: null, seconds: null, backend: null, usage: null, perplexity: null, evaluation: null };
  return { result: { ...variant, run: runName(sweep, variant), state: 'waiting', step: 0, alarms: [], ...nothing }, curves: null };
}

/** What the figures are drawn from. */
export const drawnCurves = ({ result: { label, group }, curves }: KnownVariant): { label: string; group: string; curves: Pick<Curves, 'steps' | 'evaluations'> } => ({ label, group, curves: curves ?? { steps: [], evaluations: [] } });

/** How a variant stands, for the live table: what its job told last, and its result once that is known. */
export function boardRow({ result }: KnownVariant, { state, phase, progress }: Pick<TaskView, 'state' | 'phase' | 'progress'>, ended: boolean): BoardRow {
  const { evaluation, error } = result;
  const step = progress?.step ?? null;
  const held = progress?.evaluation?.knnTop1 ?? {};
  const longest = Math.max(0, ...Object.keys(held).map(Number));
  const running = state === 'running';
  return {
    label: result.label,
    state: ended ? (result.state === 'failed' ? 'failed' : 'done') : running || state === 'done' ? 'active' : 'waiting',
    phase,
    step: step?.step ?? result.step,
    loss: step?.loss ?? null,
    stepsPerSecond: running ? (step?.stepsPerSecond ?? null) : null,
    etaSeconds: running ? (step?.etaSeconds ?? null) : null,
    knnTop1: held[String(longest)] ?? null,
    accuracy: evaluation && Object.fromEntries(Object.entries(evaluation.student.prefix).map(([length, { knn, linear }]) => [length, { knn: knn.top1, linear: linear?.top1 ?? null }])),
    teacher: evaluation && { knn: evaluation.teacher.knn.top1, linear: evaluation.teacher.linear.top1 },
    error,
  };
}
