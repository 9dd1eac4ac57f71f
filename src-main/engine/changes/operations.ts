import * as z from 'zod';
import { symbolName } from '../../contract/explore';
import { givenName, givenSymbolName, rowId, runNote, tagName } from '../../contract/names';
import { GlyphscopeError } from '../../contract/errors';
import type { LibraryDatabase } from '../../database/library-database';
import type { RunState } from '../../contract/runs';
import type { StoredRun } from '../../database/runs';
import { freeRunName } from '../free-run-name';
import { fromRanges, imageRanges, toRanges } from './image-ranges';

/**
 * Everything that the user changes by hand and may take back. Each is plain data, so that the journal can keep it over a
 * restart. A new kind needs its schema here and its function in `appliers`; both are checked against each other.
 */
export const operation = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('tag'), tag: tagName, images: imageRanges }),
  z.object({ kind: z.literal('untag'), tag: tagName, images: imageRanges }),
  z.object({ kind: z.literal('exclude'), images: imageRanges }),
  z.object({ kind: z.literal('include'), images: imageRanges }),
  z.object({ kind: z.literal('name-symbol'), run: rowId, ...symbolName.shape, name: givenSymbolName.nullable() }),
  z.object({ kind: z.literal('rename-collection'), collection: rowId, name: givenName }),
  z.object({ kind: z.literal('star-runs'), runs: z.array(rowId), starred: z.boolean() }),
  z.object({ kind: z.literal('note-run'), run: rowId, note: runNote }),
  z.object({ kind: z.literal('delete-runs'), runs: z.array(rowId) }),
  z.object({ kind: z.literal('restore-runs'), runs: z.array(rowId) }),
]);
export type Operation = z.infer<typeof operation>;
type Kind = Operation['kind'];
type OperationOf<K extends Kind> = Extract<Operation, { kind: K }>;

/** What an operation did: what takes exactly that back, what it is called in the past tense, how many things it changed. */
export interface Applied {
  inverse: Operation;
  title: string;
  changed: number;
}

/**
 * Does one kind of operation within a transaction; null when it changed nothing. What `db.read` gives is from before it.
 * @throws GlyphscopeError NOT_FOUND, NAME_TAKEN, … when it cannot be done (any more); nothing is changed then
 */
type Applier<K extends Kind> = (db: LibraryDatabase, operation: OperationOf<K>) => Applied | null;

const several = (images: readonly unknown[]) => `${images.length.toLocaleString('en')} image${images.length === 1 ? '' : 's'}`;

const appliers: { [K in Kind]: Applier<K> } = {
  tag: (db, { tag, images }) => {
    const spelled = db.write.imageTags.spelling(tag);
    const added = db.write.imageTags.add(spelled, fromRanges(images));
    return made(added, { kind: 'untag', tag: spelled, images: toRanges(added) }, `Tagged ${several(added)} “${spelled}”`);
  },
  untag: (db, { tag, images }) => {
    const spelled = db.write.imageTags.spelling(tag);
    const removed = db.write.imageTags.remove(spelled, fromRanges(images));
    return made(removed, { kind: 'tag', tag: spelled, images: toRanges(removed) }, `Took “${spelled}” from ${several(removed)}`);
  },
  exclude: (db, { images }) => {
    const excluded = db.write.excludedImages.add(fromRanges(images));
    return made(excluded, { kind: 'include', images: toRanges(excluded) }, `Excluded ${several(excluded)}`);
  },
  include: (db, { images }) => {
    const included = db.write.excludedImages.remove(fromRanges(images));
    return made(included, { kind: 'exclude', images: toRanges(included) }, `Included ${several(included)} again`);
  },
  'name-symbol': (db, { run, symbol, position, name }) => {
    runOf(db, run);
    const before = db.write.symbolNames.put(run, symbol, position, name);
    if (before === name) return null;
    const what = `symbol ${symbol}${position === null ? '' : ` at position ${position}`}`;
    return { inverse: { kind: 'name-symbol', run, symbol, position, name: before }, title: name === null ? `Took the name “${before}” from ${what}` : `Named ${what} “${name}”`, changed: 1 };
  },
  'rename-collection': (db, { collection, name }) => {
    const before = db.read.collections.byId(collection);
    if (!before) throw new GlyphscopeError('NOT_FOUND', `There is no collection ${collection}.`, { subject: `collection ${collection}` });
    const other = db.read.collections.byName(name);
    if (other && other.id !== collection) throw new GlyphscopeError('NAME_TAKEN', `There is a collection "${other.name}" already.`, { subject: name, remedy: 'Choose another name.' });
    if (before.name === name) return null;
    db.write.collections.rename(collection, name);
    return { inverse: { kind: 'rename-collection', collection, name: before.name }, title: `Renamed “${before.name}” to “${name}”`, changed: 1 };
  },
  'star-runs': (db, { runs, starred }) => {
    const changed = runs.map((id) => runOf(db, id)).filter((run) => run.starred !== starred);
    for (const { id } of changed) db.write.runWords.setStarred(id, starred);
    const what = runsInWords(changed);
    return changed.length === 0 ? null : { inverse: { kind: 'star-runs', runs: changed.map(({ id }) => id), starred: !starred }, title: starred ? `Starred ${what}` : `Took the star from ${what}`, changed: changed.length };
  },
  'note-run': (db, { run, note }) => {
    const before = runOf(db, run);
    if (before.note === note) return null;
    db.write.runWords.setNote(run, note);
    return { inverse: { kind: 'note-run', run, note: before.note }, title: `Changed the note of “${before.name}”`, changed: 1 };
  },
  'delete-runs': (db, { runs }) => {
    const deleted = [...new Set(runs)].map((id) => runOf(db, id));
    const busy = deleted.find(({ state }) => occupied.includes(state));
    if (busy) throw new GlyphscopeError('RUN_BUSY', `The run "${busy.name}" is ${busy.state}.`, { subject: busy.name, remedy: 'Stop it first.' });
    for (const { id } of deleted) db.write.runRemovals.remove(id, Date.now());
    return deleted.length === 0 ? null : { inverse: { kind: 'restore-runs', runs: deleted.map(({ id }) => id) }, title: `Deleted ${runsInWords(deleted)}`, changed: deleted.length };
  },
  'restore-runs': (db, { runs }) => {
    const deleted = [...new Set(runs)].flatMap((id) => {
      const run = db.read.runs.any(id);
      if (!run) throw new GlyphscopeError('NOT_FOUND', `Run ${id} was emptied.`, { subject: `run ${id}` });
      return run.removedAt === null ? [] : [run];
    });
    const taken = new Set(db.read.runs.list().map(({ name }) => name.toLowerCase()));
    for (const { id, name } of deleted) {
      const free = freeRunName(name, taken);
      if (!db.write.runRemovals.restore(id, free)) throw new GlyphscopeError('NOT_FOUND', `The run "${name}" is being emptied.`, { subject: name });
      taken.add(free.toLowerCase());
    }
    return deleted.length === 0 ? null : { inverse: { kind: 'delete-runs', runs: deleted.map(({ id }) => id) }, title: `Restored ${runsInWords(deleted)}`, changed: deleted.length };
  },
};

/** @throws GlyphscopeError NOT_FOUND */
function runOf(db: LibraryDatabase, id: number): StoredRun {
  const run = db.read.runs.byId(id);
  if (!run) throw new GlyphscopeError('NOT_FOUND', `There is no run ${id} any more.`, { subject: `run ${id}` });
  return run;
}

const made = (images: number[], inverse: Operation, title: string): Applied | null => (images.length ? { inverse, title, changed: images.length } : null);

/** States in which a run is not deleted. */
const occupied: readonly RunState[] = ['queued', 'preparing', 'training', 'paused'];

const runsInWords = (runs: readonly StoredRun[]): string => (runs.length === 1 ? `“${runs[0].name}”` : `${runs.length.toLocaleString('en')} runs`);

/** Runs of which an operation changes what the registry says. */
export function runsOf(operation: Operation): readonly number[] {
  if ('runs' in operation) return operation.runs;
  return operation.kind === 'note-run' ? [operation.run] : [];
}

/** Does an operation within the transaction of the caller; null when it changed nothing. */
export function apply<K extends Kind>(db: LibraryDatabase, wanted: OperationOf<K>): Applied | null {
  return (appliers[wanted.kind] as Applier<K>)(db, wanted);
}
