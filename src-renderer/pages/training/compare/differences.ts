import type { Run } from '../../../../src-main/contract/runs';
import { formFields } from '../config-form';
import { differingFields, labelOf, valueOf } from '../run-groups';

export interface DifferenceTable {
  /** Config fields and the few properties beside them that decide a training. */
  fields: readonly { name: string; label: string }[];
  /** For each field, what each run has. */
  values: readonly (readonly string[])[];
  /** For each field, what most of the runs have. */
  usual: readonly string[];
}

/** The settings of runs, by default those alone in which some of them differ. */
export function differencesOf(runs: readonly Run[], { all }: { all: boolean }): DifferenceTable {
  const beside = ['collection', computed].filter((name) => all || runs.some((run) => wordOf(run, name) !== wordOf(runs[0], name)));
  const names = [...beside, ...(all ? formFields().map(({ name }) => name) : differingFields(runs))];
  const values = names.map((name) => runs.map((run) => wordOf(run, name)));
  return { fields: names.map((name) => ({ name, label: name === computed ? 'Computed by' : labelOf(name) })), values, usual: values.map(mostCommon) };
}

/** What trained a run; the config's field `backend` is what was wished. */
const computed = 'computedBy';
const wordOf = (run: Run, name: string): string => (name === computed ? (run.backend ?? 'not begun') : valueOf(run, name));

function mostCommon(values: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].reduce((most, one) => (one[1] > most[1] ? one : most))[0];
}

/** The table as tab-separated text, a line for each run. */
export function differenceText(runs: readonly Run[], { fields, values }: DifferenceTable): string {
  return [['run', ...fields.map(({ name }) => name)], ...runs.map((run, i) => [run.name, ...values.map((row) => row[i])])].map((line) => line.join('\t')).join('\n');
}
