import * as z from 'zod';
import { trainingConfig, type TrainingConfig } from './config';
import type { CollapseCause } from './runs';

/** What a run may be found to suffer from, the worst first; engine/health/ tells each from its events. */
export const findingKind = z.enum([
  'not-finite', // the loss or its gradient was no number
  'collapse', // an alarm stands: training/collapse.ts
  'teacher-entropy', // the teacher's projection says too little or decides too much
  'dead-symbols', // symbols that nothing writes any more
  'little-data', // too few images for the symbols or the steps
  'no-progress', // neither loss nor k-NN has become better for long
  'slower', // steps take much longer than at the start
]);
export type FindingKind = z.infer<typeof findingKind>;

export const configValue = z.union([z.number(), z.boolean(), z.string()]);

/** Something to do about a finding; with `change` it is done in a new run. */
export const remedy = z.object({
  text: z.string(),
  change: z.object({ field: trainingConfig.keyof(), value: configValue }).nullable(),
});
export type Remedy = z.infer<typeof remedy>;

export const finding = z.object({
  /** One of a run's findings at a time has it: its kind, and for a collapse the cause. */
  id: z.string(),
  kind: findingKind,
  /** `serious`: what is trained is spoilt. `attention`: it may be as it should. */
  severity: z.enum(['serious', 'attention']),
  /** A few words, as part of a sentence. */
  title: z.string(),
  /** Step at which it was raised, and at which it was over; null while it stands. */
  raisedAt: z.int(),
  overAt: z.int().nullable(),
  /** What is seen, with its figures. */
  seen: z.string(),
  cause: z.string(),
  remedies: z.array(remedy),
});
export type Finding = z.infer<typeof finding>;

/** The worst finding of a run that is not over, for lists. */
export const runFinding = finding.pick({ kind: true, severity: true, title: true, raisedAt: true }).extend({
  /** How many stand. */
  standing: z.int().min(1),
});
export type RunFinding = z.infer<typeof runFinding>;

/** The worst of the findings that stand; null when none does. */
export function worstFinding(findings: readonly Finding[]): RunFinding | null {
  const standing = findings.filter(({ overAt }) => overAt === null);
  if (standing.length === 0) return null;
  const rank = ({ severity, kind }: Finding) => (severity === 'serious' ? 0 : findingKind.options.length) + findingKind.options.indexOf(kind);
  const { kind, severity, title, raisedAt } = standing.reduce((worst, one) => (rank(one) < rank(worst) ? one : worst));
  return { kind, severity, title, raisedAt, standing: standing.length };
}

/** What a collapse is about, in a few words. */
export const collapseTitles: Record<CollapseCause, string> = {
  'few-symbols': 'few symbols in use',
  'one-description': 'one description for nearly every image',
  'positions-alike': 'positions repeat each other',
  'constant-embedding': 'the embedding is the same for every image',
  'constant-output': 'the student ignores its input',
  'uniform-teacher': 'the teacher is uniform',
  'constant-teacher': 'the teacher says the same of every image',
  'centre-off': 'the centre has gone off',
  diverging: 'the training diverges',
  'not-finite': 'not a finite number',
};

/** Address within the page of the form for a new run that differs from run `like` in `changes`. */
export function newRunParameters(like: number, changes: readonly { field: keyof TrainingConfig; value: TrainingConfig[keyof TrainingConfig] }[]): Record<string, string> {
  return { like: String(like), ...Object.fromEntries(changes.map(({ field, value }) => [field, String(value)])) };
}
