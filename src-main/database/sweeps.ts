import * as z from 'zod';
import { errorDetail } from '../contract/errors';
import { rowId } from '../contract/names';
import { sweepKind, sweepState, sweepVariant, type SweepState } from '../contract/sweeps';
import { allRows, allValues, change, type ReadHandle, type WriteHandle } from './handles';

/** How a variant ended; null: it is to be trained, or goes on. */
export const variantOutcome = z.object({ state: z.enum(['done', 'stopped', 'failed']), error: errorDetail.nullable() });
export type VariantOutcome = z.infer<typeof variantOutcome>;

const storedVariant = sweepVariant.extend({ outcome: variantOutcome.nullable() });
export type StoredVariant = z.infer<typeof storedVariant>;

const storedSweep = z.object({
  id: rowId,
  name: z.string(),
  kind: sweepKind,
  collection: rowId.nullable(),
  collectionName: z.string(),
  settings: z.record(z.string(), z.unknown()),
  /** Images that all variants train on, as ranges of ids with the query that found them; null: the whole collection. */
  chosen: z.object({ ranges: z.array(z.tuple([rowId, rowId])), query: z.string().nullable() }).nullable(),
  /** Runs at the same time as asked for; null: as many as there is room for. */
  parallel: z.int().nullable(),
  state: sweepState,
  seconds: z.number(),
  createdAt: z.int(),
  variants: z.array(storedVariant),
});
export type StoredSweep = z.infer<typeof storedSweep>;

interface SweepRow {
  id: number;
  name: string;
  kind: string;
  collection: number | null;
  collectionName: string;
  settings: string;
  chosen: string | null;
  parallel: number | null;
  state: string;
  seconds: number;
  createdAt: number;
}
interface VariantRow {
  label: string;
  part: string;
  change: string;
  outcome: string | null;
}

const columns = 's.id, s.name, s.kind, s.collection, coalesce(c.name, s.collection_name) AS collectionName, s.settings, s.chosen, s.parallel, s.state, s.seconds, s.created_at AS createdAt';
const from = 'sweeps s LEFT JOIN collections c ON c.id = s.collection AND c.removed = 0';
const json = (text: string | null): unknown => (text === null ? null : JSON.parse(text));

export function readSweeps(db: ReadHandle) {
  const list = allRows<SweepRow>(db, `SELECT ${columns} FROM ${from} ORDER BY s.created_at DESC, s.id DESC`);
  const byName = allRows<SweepRow>(db, `SELECT ${columns} FROM ${from} WHERE s.name = ?`);
  const byId = allRows<SweepRow>(db, `SELECT ${columns} FROM ${from} WHERE s.id = ?`);
  const variants = allRows<VariantRow>(db, 'SELECT label, part, change, outcome FROM sweep_variants WHERE sweep = ? ORDER BY place');
  const unknown = allValues<number>(
    db,
    `SELECT r.id FROM runs r WHERE r.sweep IS NOT NULL AND r.removed_at IS NULL AND substr(r.name, 1, length(r.sweep) + 2) = r.sweep || ': '
     AND NOT EXISTS (SELECT 1 FROM sweeps s JOIN sweep_variants v ON v.sweep = s.id WHERE s.name = r.sweep AND r.name = r.sweep || ': ' || v.label) ORDER BY r.id`,
  );
  const whole = (row: SweepRow): StoredSweep =>
    storedSweep.parse({
      ...row,
      settings: json(row.settings),
      chosen: json(row.chosen),
      variants: variants(row.id).map(({ label, part, change: fields, outcome }) => ({ label, group: part, change: json(fields), outcome: json(outcome) })),
    });
  const first = (rows: SweepRow[]): StoredSweep | null => (rows.length === 0 ? null : whole(rows[0]));
  return {
    /** The newest first. */
    list: (): StoredSweep[] => list().map(whole),
    byName: (name: string): StoredSweep | null => first(byName(name)),
    byId: (id: number): StoredSweep | null => first(byId(id)),
    /** Ids of runs that belong to a sweep by their names and are no variants of it here. */
    unknown: (): number[] => unknown(),
  };
}

/** Writes to the registry of sweeps: made on a durable handle, so that what is said to be started is on disk. */
export function writeSweeps(db: WriteHandle) {
  const add = change(
    db,
    `INSERT INTO sweeps (name, kind, collection, collection_name, settings, chosen, parallel, state, seconds, created_at)
     VALUES (:name, :kind, :collection, :collectionName, :settings, :chosen, :parallel, :state, :seconds, :createdAt)`,
  );
  const addVariant = change(
    db,
    `INSERT INTO sweep_variants (sweep, place, label, part, change, outcome)
     VALUES (:sweep, (SELECT coalesce(max(place), 0) + 1 FROM sweep_variants WHERE sweep = :sweep), :label, :part, :change, :outcome)`,
  );
  const parallel = change(db, 'UPDATE sweeps SET parallel = ? WHERE id = ?');
  const state = change(db, 'UPDATE sweeps SET state = ? WHERE id = ?');
  const seconds = change(db, 'UPDATE sweeps SET seconds = seconds + ? WHERE id = ?');
  const outcome = change(db, 'UPDATE sweep_variants SET outcome = ? WHERE sweep = ? AND label = ?');
  const remove = change(db, 'DELETE FROM sweeps WHERE id = ?');
  const addAll = (sweep: number, variants: readonly StoredVariant[]) => {
    for (const { label, group, change: fields, outcome: ended } of variants) addVariant({ sweep, label, part: group, change: JSON.stringify(fields), outcome: ended && JSON.stringify(ended) });
  };
  return {
    add: (sweep: Omit<StoredSweep, 'id'>): number => {
      const { variants, ...row } = sweep;
      const { id } = add({ ...row, settings: JSON.stringify(sweep.settings), chosen: sweep.chosen && JSON.stringify(sweep.chosen) });
      addAll(id, variants);
      return id;
    },
    /** Adds variants, of labels that it does not have. */
    addVariants: addAll,
    setParallel: (id: number, to: number | null): void => void parallel(to, id),
    setState: (id: number, to: SweepState): void => void state(to, id),
    addSeconds: (id: number, more: number): void => void seconds(more, id),
    setOutcome: (id: number, label: string, to: VariantOutcome | null): void => void outcome(to && JSON.stringify(to), id, label),
    /** Its runs stay. */
    remove: (id: number): void => void remove(id),
  };
}
