import { quantities, type ComparedRun } from '../../../../src-main/contract/run-comparison';
import type { Run } from '../../../../src-main/contract/runs';
import type { ScatterAxis } from '../../../charts/scatter-points';
import { byName, differingFields, labelOf, valueOf } from '../run-groups';
import { figureOf, shownValue, statistics, type Statistic } from './figures';

/** Something that runs are placed by: a setting, a result, or a figure of its evaluation. */
export interface Measure {
  key: string;
  label: string;
  of: (run: Run) => number | string | null;
  format: (value: number) => string;
}

const statisticWords: Record<Statistic, string> = { last: 'last', best: 'best', lowest: 'lowest', highest: 'highest' };

/** All that runs can be placed by: settings in which they differ, then results. */
export function measuresOf(runs: readonly Run[], answer: (run: number) => ComparedRun | null): Measure[] {
  const plain = (value: number) => String(+value.toPrecision(6));
  const settings = differingFields(runs).map((name): Measure => ({
    key: name,
    label: labelOf(name),
    format: plain,
    of: (run) => {
      const value = (run.config as Record<string, unknown>)[name];
      return typeof value === 'number' ? value : valueOf(run, name);
    },
  }));
  const evaluated = (['knn', 'linear'] as const)
    .filter(() => runs.some(({ id }) => answer(id)?.evaluated))
    .map((name): Measure => ({ key: `evaluated.${name}`, label: name === 'knn' ? 'Test k-NN' : 'Test linear', format: (value) => shownValue({ unit: 'share' }, value), of: ({ id }) => answer(id)?.evaluated?.[name] ?? null }));
  const results = quantities
    .filter(({ name }) => runs.some(({ id }) => answer(id)?.figures[name]))
    .flatMap((quantity) =>
      statistics
        .filter((statistic) => statistic !== 'best' || quantity.better !== null)
        .map((statistic): Measure => ({
          key: `${quantity.name}:${statistic}`,
          label: `${quantity.label}, ${statisticWords[statistic]}`,
          format: (value) => shownValue(quantity, value),
          of: ({ id }) => figureOf(answer(id)?.figures[quantity.name], quantity, statistic)?.value ?? null,
        })),
    );
  return [...settings, { key: 'steps', label: 'Steps done', format: plain, of: (run) => run.step }, ...evaluated, ...results];
}

/** The axis of a measure: numbers as they are, words at places of their own in natural order. */
export function axisOf(measure: Measure, runs: readonly Run[]): ScatterAxis & { place: (run: Run) => number | null } {
  const values = runs.map((run) => measure.of(run));
  const words = values.some((value) => typeof value === 'string') ? [...new Set(values.filter((value) => value !== null).map(String))].sort(byName) : null;
  return {
    label: measure.label,
    words,
    format: measure.format,
    place: (run) => {
      const value = measure.of(run);
      if (value === null) return null;
      return words ? words.indexOf(String(value)) : (value as number);
    },
  };
}
