import type { Snapshots, SnapshotEvent } from '../../../../src-main/contract/runs';

export type Snapshot = Snapshots['list'][number];

/** Snapshots in order: one that is not after the others takes the place of all from its step on, as when a run went back to a checkpoint. */
export function withSnapshot(list: readonly Snapshot[], event: Pick<SnapshotEvent, keyof Snapshot>): Snapshot[] {
  return [...list.filter(({ step }) => step < event.step), event];
}

/** For each position of a description, the symbol that stood there before if it is another one now, else null. */
export function changedFrom(symbols: readonly number[], before: readonly number[] | undefined): (number | null)[] {
  return symbols.map((symbol, at) => (before && before[at] !== symbol ? (before[at] ?? null) : null));
}
