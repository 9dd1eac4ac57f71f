import { quantities, type ComparedRun, type Quantity, type RunFigure } from '../../../../src-main/contract/run-comparison';
import type { Run } from '../../../../src-main/contract/runs';
import { formatShare, formatValue } from '../../../charts/number-format';
import { bytesWords } from '../run-words';

/** What is said of a quantity over all that a run reported. */
export const statistics = ['last', 'best', 'lowest', 'highest'] as const;
export type Statistic = (typeof statistics)[number];

export interface Figure {
  value: number;
  step: number;
}

/** A statistic of a quantity; null where the run has no value, or the best of a quantity that has no better and worse. */
export function figureOf(figure: RunFigure | undefined, quantity: Quantity, statistic: Statistic): Figure | null {
  if (!figure) return null;
  const low = { value: figure.lowest, step: figure.lowestStep };
  const high = { value: figure.highest, step: figure.highestStep };
  if (statistic === 'last') return { value: figure.last, step: figure.lastStep };
  if (statistic === 'lowest') return low;
  if (statistic === 'highest') return high;
  return quantity.better === null ? null : quantity.better === 'lower' ? low : high;
}

/** A value as people read it. */
export function shownValue({ unit }: Pick<Quantity, 'unit'>, value: number | null | undefined): string {
  if (unit === 'share') return formatShare(value);
  return unit === 'bytes' && value !== null && value !== undefined ? bytesWords(value) : formatValue(value);
}

/** Which of some values is the best; −1 where there is no better and worse or nothing to choose from. */
export function bestOf(values: readonly (number | null)[], better: Quantity['better']): number {
  const there = values.filter((value) => value !== null);
  if (better === null || there.length < 2) return -1;
  return values.indexOf(better === 'lower' ? Math.min(...there) : Math.max(...there));
}

/** Runs in the order of a figure, the least or the greatest first; those without a value stand last in both. */
export function byFigure(runs: readonly Run[], of: (run: Run) => number | null, rising: boolean): Run[] {
  return [...runs].sort((a, b) => {
    const [x, y] = [of(a), of(b)];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    return rising ? x - y : y - x;
  });
}

/** Every figure of every run: a head, then a row for each run; nothing where there is no value. */
export function figureRows(runs: readonly Run[], answer: (run: number) => ComparedRun | null): (string | number | null)[][] {
  const present = quantities.filter(({ name }) => runs.some(({ id }) => answer(id)?.figures[name]));
  const columns = present.flatMap((quantity) => statistics.filter((statistic) => statistic !== 'best' || quantity.better !== null).map((statistic) => ({ quantity, statistic })));
  return [
    ['run', 'variant', 'sweep', 'collection', 'state', 'steps', ...columns.flatMap(({ quantity, statistic }) => [`${quantity.name} ${statistic}`, `${quantity.name} ${statistic} step`]), 'evaluated knn', 'evaluated linear'],
    ...runs.map((run) => {
      const found = answer(run.id);
      const cells = columns.flatMap(({ quantity, statistic }) => {
        const figure = figureOf(found?.figures[quantity.name], quantity, statistic);
        return [figure?.value ?? null, figure?.step ?? null];
      });
      return [run.name, run.variant, run.sweep, run.collection, run.state, run.step, ...cells, found?.evaluated?.knn ?? null, found?.evaluated?.linear ?? null];
    }),
  ];
}
