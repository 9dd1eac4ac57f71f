import type { Run } from '../../../src-main/contract/runs';
import { fieldText, formFields } from './config-form';
import { stateWords } from './run-words';

/** A property of runs that they can be put together by. */
export interface Grouping {
  /** Name of a config field, or of one of `ownProperties`. */
  by: string;
  label: string;
}

export interface RunGroup {
  /** What the runs have in common, in words; also its key. */
  name: string;
  runs: readonly Run[];
}

const ownProperties: Record<string, { label: string; of: (run: Run) => string }> = {
  sweep: { label: 'Sweep', of: (run) => run.sweep ?? 'no sweep' },
  collection: { label: 'Collection', of: (run) => run.collection },
  variant: { label: 'Variant', of: (run) => run.variant },
  state: { label: 'State', of: (run) => stateWords[run.state].words },
};

const natural = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
/** Order of names as people expect it: "run 2" before "run 10". */
export const byName = (a: string, b: string): number => natural.compare(a, b);

/** What a run has of a property, in words. */
export function valueOf(run: Run, by: string): string {
  const own = ownProperties[by];
  if (own) return own.of(run);
  const value = (run.config as Record<string, unknown>)[by];
  return typeof value === 'boolean' ? (value ? 'on' : 'off') : fieldText(value) || 'none';
}

/** Label of a property. */
export const labelOf = (by: string): string => ownProperties[by]?.label ?? formFields().find(({ name }) => name === by)?.label ?? by;

/** Config fields in which some of the runs differ, in the order of the form. */
export const differingFields = (runs: readonly Run[]): string[] =>
  formFields()
    .map(({ name }) => name)
    .filter((name) => runs.some((run) => valueOf(run, name) !== valueOf(runs[0], name)));

/** Properties that tell some of the runs apart. */
export function groupingsOf(runs: readonly Run[]): Grouping[] {
  const own = Object.keys(ownProperties).filter((by) => runs.some((run) => valueOf(run, by) !== valueOf(runs[0], by)));
  return [...own, ...differingFields(runs)].map((by) => ({ by, label: labelOf(by) }));
}

/** Runs by what they have of a property, groups in natural order; within a group the order stays. */
export function groupRuns(runs: readonly Run[], by: string): RunGroup[] {
  const groups = new Map<string, Run[]>();
  for (const run of runs) {
    const name = valueOf(run, by);
    const group = groups.get(name);
    if (group) group.push(run);
    else groups.set(name, [run]);
  }
  return [...groups].map(([name, members]) => ({ name, runs: members })).sort((a, b) => byName(a.name, b.name));
}
