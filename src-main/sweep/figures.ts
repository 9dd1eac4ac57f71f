import type { EvaluationEvent, StepEvent } from '../contract/runs';
import type { Line } from './line-figure';
import { csv } from './table-text';

/** What was seen of one variant while it trained. */
export interface VariantCurves {
  label: string;
  group: string;
  curves: { steps: readonly Pick<StepEvent, 'step' | 'teacherEntropy' | 'kl'>[]; evaluations: readonly EvaluationEvent[] };
}

/** One of the paper's three curve figures (its figure 2). */
export interface Figure {
  /** Name of its files. */
  file: string;
  title: string;
  /** Quantity and unit, for the axis. */
  quantity: string;
  unit: 'nats' | '%';
  lines: Line[];
  /** A figure to compare with, drawn across. */
  reference: { label: string; value: number } | null;
}

/** Teacher entropy, KL and k-NN by training step, a line for each variant; k-NN in percent, with the teacher's own. */
export function sweepFigures(variants: readonly VariantCurves[]): Figure[] {
  const ofSteps = (value: (step: VariantCurves['curves']['steps'][number]) => number) =>
    variants.map(({ label, group, curves }) => ({ label, group, points: curves.steps.map((event) => ({ step: event.step, value: value(event) })) }));
  const knn = variants.map(({ label, group, curves }) => ({
    label,
    group,
    points: curves.evaluations.map(({ step, knnTop1 }) => ({ step, value: 100 * knnTop1[String(Math.max(...Object.keys(knnTop1).map(Number)))] })),
  }));
  const teachers = variants.flatMap(({ curves }) => curves.evaluations.slice(-1).map(({ teacher }) => 100 * teacher));
  const teacher = teachers.length > 0 ? teachers.reduce((sum, value) => sum + value, 0) / teachers.length : null;
  return [
    { file: 'teacher-entropy', title: 'Teacher entropy', quantity: 'H(pₜ, pₜ)', unit: 'nats', lines: ofSteps((event) => event.teacherEntropy), reference: null },
    { file: 'kl', title: 'Divergence of the student from the teacher', quantity: 'KL(pₜ ‖ pₛ)', unit: 'nats', lines: ofSteps((event) => event.kl), reference: null },
    { file: 'knn', title: 'k-NN accuracy on held-out images', quantity: 'k-NN top-1', unit: '%', lines: knn, reference: teacher === null ? null : { label: 'teacher', value: teacher } },
  ];
}

/** A line for each point: variant, step, value. */
export function figureCsv({ lines, unit }: Figure): string {
  return csv([['variant', 'step', `value (${unit})`], ...lines.flatMap(({ label, points }) => points.map(({ step, value }) => [label, step, value]))]);
}

/** The same as columns of numbers, with what they are. */
export function figureJson({ title, quantity, unit, lines, reference }: Figure): object {
  return { title, quantity, unit, x: 'training step', reference, lines: lines.map(({ label, group, points }) => ({ label, group, steps: points.map(({ step }) => step), values: points.map(({ value }) => value) })) };
}
