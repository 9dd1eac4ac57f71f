import type { Run } from '../../../src-main/contract/runs';
import { byName, groupRuns, valueOf } from './run-groups';

export const runOrders = ['newest', 'name', 'knn', 'state'] as const;
export type RunOrder = (typeof runOrders)[number];

/** How a list of runs is searched, ordered and divided. */
export interface ListWish {
  /** Words that must stand in name, variant, collection, sweep or note, in any order. */
  search: string;
  order: RunOrder;
  starsFirst: boolean;
  /** Property that divides the list; null: none. */
  groupBy: string | null;
  /** Names of groups that are folded. */
  folded: ReadonlySet<string>;
}

export type ListRow = { kind: 'group'; name: string; runs: readonly Run[]; folded: boolean } | { kind: 'run'; run: Run };

/** States by how soon one wants to look at them. */
const urgency: readonly Run['state'][] = ['training', 'preparing', 'paused', 'failed', 'interrupted', 'stopped', 'finished'];

const compare: Record<RunOrder, (a: Run, b: Run) => number> = {
  newest: (a, b) => Number(a.embedded) - Number(b.embedded) || b.createdAt - a.createdAt,
  name: (a, b) => byName(a.name, b.name),
  knn: (a, b) => (b.knnTop1 ?? -1) - (a.knnTop1 ?? -1),
  state: (a, b) => urgency.indexOf(a.state) - urgency.indexOf(b.state),
};

/** The runs that a search finds. */
export function findRuns(runs: readonly Run[], search: string): Run[] {
  const words = search.toLocaleLowerCase('en').split(/\s+/).filter(Boolean);
  if (words.length === 0) return [...runs];
  return runs.filter((run) => {
    const text = [run.name, run.variant, run.collection, run.sweep ?? '', run.note, valueOf(run, 'state')].join(' ').toLocaleLowerCase('en');
    return words.every((word) => text.includes(word));
  });
}

/** The rows of the list: runs, with the heads of groups among them; those of folded groups are left out. */
export function listRows(runs: readonly Run[], { search, order, starsFirst, groupBy, folded }: ListWish): ListRow[] {
  const sorted = findRuns(runs, search).sort((a, b) => (starsFirst ? Number(b.starred) - Number(a.starred) : 0) || compare[order](a, b) || b.createdAt - a.createdAt || b.id - a.id);
  const rows = (of: readonly Run[]): ListRow[] => of.map((run) => ({ kind: 'run', run }));
  if (groupBy === null) return rows(sorted);
  return groupRuns(sorted, groupBy).flatMap(({ name, runs: members }) => [{ kind: 'group', name, runs: members, folded: folded.has(name) } as const, ...(folded.has(name) ? [] : rows(members))]);
}
