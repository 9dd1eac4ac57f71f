import * as z from 'zod';
import type { TrainingConfig } from '../contract/config';
import { errorDetail, type ErrorDetail } from '../contract/errors';
import { startedFrom, type StartedFrom } from '../contract/fine-tuning';
import { finding, type Finding } from '../contract/health';
import { storedConfig } from '../contract/presets';
import { runState, type RunState } from '../contract/runs';
import { allRows, change, oneRow, type ReadHandle, type WriteHandle } from './handles';

export interface StoredRun {
  id: number;
  name: string;
  variant: string;
  /** Sweep that it belongs to; null for a run of its own. */
  sweep: string | null;
  /** Null: it began with new weights. */
  startedFrom: StartedFrom | null;
  state: RunState;
  config: TrainingConfig;
  /** Null when the collection has been removed since. */
  collection: number | null;
  collectionName: string;
  teacher: string;
  backend: string | null;
  step: number;
  /** Step of the newest checkpoint; null before the first. */
  checkpointStep: number | null;
  /** Checkpoint that wrote the descriptions there are; null when there are none. */
  describedStep: number | null;
  embedded: boolean;
  knnTop1: number | null;
  error: ErrorDetail | null;
  /** What it was found to suffer from, also what is over; null: not looked at yet. */
  findings: Finding[] | null;
  diskBytes: number;
  starred: boolean;
  /** What the user wrote about it; empty: nothing. */
  note: string;
  createdAt: number;
  /** When it was deleted; null: it was not. */
  removedAt: number | null;
}

interface RunRow {
  id: number;
  name: string;
  variant: string;
  sweep: string | null;
  started_from: string | null;
  state: string;
  config: string;
  collection: number | null;
  collection_name: string;
  teacher: string;
  backend: string | null;
  step: number;
  checkpoint_step: number | null;
  described_step: number | null;
  embedded: number;
  knn_top1: number | null;
  error: string | null;
  findings: string | null;
  disk_bytes: number;
  starred: number;
  note: string;
  created_at: number;
  removed_at: number | null;
}

const columns = `r.id, coalesce(r.removed_name, r.name) AS name, r.variant, r.sweep, r.started_from, r.state, r.config, r.collection, coalesce(c.name, r.collection_name) AS collection_name, r.teacher,
  r.backend, r.step, r.checkpoint_step, r.described_step, r.embedded, r.knn_top1, r.error, r.findings, r.disk_bytes, r.starred, r.note, r.created_at, r.removed_at`;
/** What was deleted is seen by nobody but `removed`, `any` and `emptying`. */
const from = 'runs r LEFT JOIN collections c ON c.id = r.collection AND c.removed = 0';

const storedFindings = z.array(finding);

function toRun(row: RunRow): StoredRun {
  return {
    id: row.id,
    name: row.name,
    variant: row.variant,
    sweep: row.sweep,
    startedFrom: row.started_from === null ? null : startedFrom.parse(JSON.parse(row.started_from)),
    state: runState.parse(row.state),
    config: storedConfig.parse(JSON.parse(row.config)),
    collection: row.collection,
    collectionName: row.collection_name,
    teacher: row.teacher,
    backend: row.backend,
    step: row.step,
    checkpointStep: row.checkpoint_step,
    describedStep: row.described_step,
    embedded: row.embedded === 1,
    knnTop1: row.knn_top1,
    error: row.error === null ? null : errorDetail.parse(JSON.parse(row.error)),
    findings: row.findings === null ? null : storedFindings.parse(JSON.parse(row.findings)),
    diskBytes: row.disk_bytes,
    starred: row.starred === 1,
    note: row.note,
    createdAt: row.created_at,
    removedAt: row.removed_at,
  };
}

export function readRuns(db: ReadHandle) {
  const list = allRows<RunRow>(db, `SELECT ${columns} FROM ${from} WHERE r.removed_at IS NULL ORDER BY r.created_at DESC, r.id DESC`);
  const any = oneRow<RunRow>(db, `SELECT ${columns} FROM ${from} WHERE r.id = ?`);
  const removed = allRows<RunRow>(db, `SELECT ${columns} FROM ${from} WHERE r.removed_at IS NOT NULL AND r.emptying = 0 ORDER BY r.removed_at DESC, r.id DESC`);
  const emptying = allRows<{ id: number }>(db, 'SELECT id FROM runs WHERE emptying = 1 ORDER BY id');
  const byName = oneRow<RunRow>(db, `SELECT ${columns} FROM ${from} WHERE r.name = ?`);
  const encodings = allRows<{ run: number; collection: number; name: string; step: number; images: number }>(
    db,
    `SELECT e.run, e.collection, c.name, e.step, e.images FROM encodings e JOIN collections c ON c.id = e.collection AND c.removed = 0
     JOIN runs r ON r.id = e.run AND r.removed_at IS NULL ORDER BY c.name`,
  );
  const encoding = oneRow<{ step: number; images: number; at: number }>(db, 'SELECT step, images, created_at AS at FROM encodings WHERE run = ? AND collection = ?');
  const inState = allRows<{ id: number }>(db, 'SELECT id FROM runs WHERE removed_at IS NULL AND state IN (SELECT value FROM json_each(?))');
  return {
    /** The newest first. */
    list: (): StoredRun[] => list().map(toRun),
    byId: (id: number): StoredRun | null => {
      const row = any(id);
      return row && row.removed_at === null ? toRun(row) : null;
    },
    /** Also one that was deleted. */
    any: (id: number): StoredRun | null => {
      const row = any(id);
      return row ? toRun(row) : null;
    },
    /** Deleted ones that can be restored, the last deleted first. */
    removed: (): StoredRun[] => removed().map(toRun),
    /** Deleted ones whose parts are being taken away, by id. */
    emptying: (): number[] => emptying().map(({ id }) => id),
    byName: (name: string): StoredRun | null => {
      const row = byName(name);
      return row ? toRun(row) : null;
    },
    inStates: (states: readonly RunState[]): number[] => inState(JSON.stringify(states)).map((row) => row.id),
    /** Which collections every run has encoded, with the checkpoint it used and how many images. */
    encodings: () => encodings(),
    encoding: (run: number, collection: number) => encoding(run, collection) ?? null,
  };
}

/** Columns whose values SQLite has no type for. */
const asText = (run: Pick<StoredRun, 'config' | 'embedded'> & Partial<Pick<StoredRun, 'startedFrom'>>) => ({
  config: JSON.stringify(run.config),
  startedFrom: run.startedFrom ? JSON.stringify(run.startedFrom) : null,
  embedded: run.embedded ? 1 : 0,
});

/** Writes to the registry of runs: made on a durable handle, so that what is said to be started or saved is on disk. */
export function writeRuns(db: WriteHandle) {
  const create = change(
    db,
    `INSERT INTO runs (name, variant, sweep, started_from, state, config, collection, collection_name, teacher, backend, step, checkpoint_step, embedded, created_at)
     VALUES (:name, :variant, :sweep, :startedFrom, :state, :config, :collection, :collectionName, :teacher, :backend, :step, :checkpointStep, :embedded, :createdAt)`,
  );
  const restore = change(
    db,
    `INSERT INTO runs (id, name, variant, sweep, started_from, state, config, collection, collection_name, teacher, backend, step, checkpoint_step, embedded, created_at)
     VALUES (:id, :name, :variant, :sweep, :startedFrom, :state, :config, :collection, :collectionName, :teacher, :backend, :step, :checkpointStep, :embedded, :createdAt)`,
  );
  const begin = change(db, `INSERT INTO sqlite_sequence (name, seq) SELECT 'runs', 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'runs')`);
  const advance = change(db, `UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'runs'`);
  const next = oneRow<{ id: number }>(db, `UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'runs' RETURNING seq AS id`);
  const state = change(db, 'UPDATE runs SET state = ?, error = ? WHERE id = ?');
  const checkpoint = change(db, 'UPDATE runs SET checkpoint_step = ? WHERE id = ?');
  const diskBytes = change(db, 'UPDATE runs SET disk_bytes = ? WHERE id = ?');
  const described = change(db, 'UPDATE runs SET described_step = ? WHERE id = ?');
  const backend = change(db, 'UPDATE runs SET backend = ? WHERE id = ?');
  const encoded = change(
    db,
    `INSERT INTO encodings (run, collection, step, images, created_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (run, collection) DO UPDATE SET step = excluded.step, images = excluded.images, created_at = excluded.created_at`,
  );
  const forgetEncodings = change(db, 'DELETE FROM encodings WHERE run = ?');
  const remove = change(db, 'DELETE FROM runs WHERE id = ?');
  const hide = change(db, 'UPDATE runs SET removed_at = created_at, emptying = 1 WHERE id = ?');
  const reveal = change(db, 'UPDATE runs SET removed_at = NULL, emptying = 0 WHERE id = ?');
  const emptying = change(db, 'UPDATE runs SET emptying = 1 WHERE id = ? AND removed_at IS NOT NULL');
  return {
    create: (run: Omit<StoredRun, 'id' | 'describedStep' | 'knnTop1' | 'error' | 'findings' | 'diskBytes' | 'starred' | 'note' | 'startedFrom' | 'removedAt'> & Partial<Pick<StoredRun, 'startedFrom'>>): number =>
      create({ ...run, ...asText(run) }).id,
    /** Puts a run back under the id that its folder has. */
    restore: (run: Omit<StoredRun, 'describedStep' | 'error' | 'findings' | 'diskBytes' | 'knnTop1' | 'starred' | 'note' | 'removedAt'>): void => {
      const { id, name, variant, sweep, state, collection, collectionName, teacher, backend, step, checkpointStep, createdAt } = run;
      restore({
        ...{ id, name, variant, sweep, state, collection, collectionName, teacher, backend, step, checkpointStep, createdAt },
        ...asText(run),
      });
    },
    /** An id that no run has or had, for one whose folder is put in its place first. */
    reserve: (): number => {
      begin();
      return next()!.id;
    },
    /** Never gives an id up to `id` to a new run: there is a folder of that name. */
    neverReuseUpTo: (id: number): void => {
      begin();
      advance(id);
    },
    setState: (id: number, to: RunState, error: ErrorDetail | null): void => void state(to, error ? JSON.stringify(error) : null, id),
    setCheckpoint: (id: number, step: number): void => void checkpoint(step, id),
    setDiskBytes: (id: number, bytes: number): void => void diskBytes(bytes, id),
    setDescribedStep: (id: number, step: number): void => void described(step, id),
    setBackend: (id: number, description: string): void => void backend(description, id),
    setEncoded: (id: number, collection: number, step: number, images: number, at: number): void => void encoded(id, collection, step, images, at),
    forgetEncodings: (id: number): void => void forgetEncodings(id),
    /** Keeps a run that is being put together from being seen until it is whole; the next engine takes one away that never was. */
    hide: (id: number): void => void hide(id),
    reveal: (id: number): void => void reveal(id),
    /** From here on a deleted run cannot be restored. */
    beginEmptying: (id: number): void => void emptying(id),
    /** Events, evaluations, maps and encodings go with it; its descriptions must be gone before. */
    remove: (id: number): void => void remove(id),
  };
}

/** What changes often while a run trains; a power cut may lose the last moments. */
export function writeRunProgress(db: WriteHandle) {
  const step = change(db, 'UPDATE runs SET step = ? WHERE id = ?');
  const knn = change(db, 'UPDATE runs SET knn_top1 = ? WHERE id = ?');
  const findings = change(db, 'UPDATE runs SET findings = ? WHERE id = ?');
  return {
    setStep: (id: number, at: number): void => void step(at, id),
    setKnnTop1: (id: number, value: number): void => void knn(value, id),
    setFindings: (id: number, found: readonly Finding[]): void => void findings(JSON.stringify(found), id),
  };
}

/** What the user says of a run: changed through the journal, in its transaction. */
export function writeRunWords(db: WriteHandle) {
  const star = change(db, 'UPDATE runs SET starred = ? WHERE id = ?');
  const note = change(db, 'UPDATE runs SET note = ? WHERE id = ?');
  return {
    setStarred: (id: number, starred: boolean): void => void star(starred ? 1 : 0, id),
    setNote: (id: number, text: string): void => void note(text, id),
  };
}

/** Deleting runs and taking that back: through the journal, in its transaction. */
export function writeRunRemovals(db: WriteHandle) {
  // A name that nobody can give, so that what the run was called is free for others.
  const remove = change(db, `UPDATE runs SET removed_at = ?, removed_name = name, name = 'deleted ' || id || char(1) WHERE id = ? AND removed_at IS NULL`);
  const restore = change(db, 'UPDATE runs SET removed_at = NULL, removed_name = NULL, name = ? WHERE id = ? AND removed_at IS NOT NULL AND emptying = 0');
  return {
    remove: (id: number, at: number): void => void remove(at, id),
    /** Gives whether it was there to be restored. @param name one that no other run has */
    restore: (id: number, name: string): boolean => restore(name, id).changes > 0,
  };
}
