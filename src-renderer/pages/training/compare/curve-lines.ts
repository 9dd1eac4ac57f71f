import type { ComparedRun } from '../../../../src-main/contract/run-comparison';
import type { Run } from '../../../../src-main/contract/runs';
import { bandOf } from '../../../charts/align-lines';
import type { LineStyle } from '../../../charts/line-styles';
import type { OverlayLine } from '../../../charts/overlay-line';
import { groupRuns } from '../run-groups';

/** What one line of a comparison stands for: a run, or the runs of a group. */
export interface LineSubject {
  key: string;
  label: string;
  runs: readonly Run[];
}

/** Names of runs, without what all begin with when they are of one sweep. */
export function shortNames(runs: readonly Run[]): string[] {
  const start = `${runs[0]?.sweep}: `;
  const shared = runs.length > 1 && runs.every((run) => run.sweep !== null && run.name.startsWith(start)) ? start.length : 0;
  return runs.map(({ name }) => name.slice(shared));
}

/** Every run by itself, or the groups of a property. */
export function lineSubjects(runs: readonly Run[], groupBy: string | null): LineSubject[] {
  if (groupBy === null) {
    const names = shortNames(runs);
    return runs.map((run, i) => ({ key: String(run.id), label: names[i], runs: [run] }));
  }
  return groupRuns(runs, groupBy).map(({ name, runs: members }) => ({ key: name, label: name, runs: members }));
}

/** The line of a quantity: of one run as it was reported, of several their mean between the least and the greatest. */
export function lineOf({ key, label, runs }: LineSubject, quantity: string, style: LineStyle, answer: (run: number) => ComparedRun | null): OverlayLine | null {
  const curves = runs.flatMap(({ id }) => answer(id)?.curves[quantity] ?? []);
  if (curves.length === 0) return null;
  if (curves.length === 1) return { key, label, style, x: curves[0].x, y: curves[0].y };
  const { x, mean, low, high } = bandOf(curves);
  return { key, label, style, x, y: mean, low, high };
}
