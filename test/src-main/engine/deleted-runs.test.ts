import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { presetConfig } from '../../../src-main/contract/presets';
import type { RunState } from '../../../src-main/contract/runs';
import { GlyphscopeError } from '../../../src-main/contract/errors';
import { Journal } from '../../../src-main/engine/changes/journal';
import { DeletedRuns } from '../../../src-main/engine/deleted-runs';
import { openLibrary, type Library } from '../../../src-main/engine/library';
import { recoverRuns } from '../../../src-main/engine/run-card';
import { Runs } from '../../../src-main/engine/runs';
import { removeFolder, temporaryFolder } from '../../support/temporary';

const day = 24 * 60 * 60_000;
let folder: string;
let library: Library;
let runs: Runs;
let journal: Journal;
let deleted: DeletedRuns;
let inUse: string | null;
let letGo: number[];

function open(): void {
  library = openLibrary(join(folder, 'library'));
  runs = new Runs(library.db, library.directory, () => undefined);
  journal = new Journal(library.db, (run) => runs.keepCard(run));
  const assertUnused = (subject: string) => {
    if (subject === inUse) throw new GlyphscopeError('RUN_BUSY', 'in use');
  };
  deleted = new DeletedRuns({ library, runs, journal, jobs: { assertUnused }, students: { letGo: (id) => Promise.resolve(void letGo.push(id)) }, log: () => undefined });
}

function add(name: string, state: RunState = 'finished'): number {
  const id = runs.create({ name, variant: 'GS 16', sweep: 'a sweep', state, config: presetConfig('tiny'), collection: null, collectionName: 'c', teacher: 't', backend: null, step: 20, checkpointStep: 20, embedded: false, createdAt: 1 });
  mkdirSync(join(runs.directory(id), 'checkpoints', 'step-20'), { recursive: true });
  writeFileSync(join(runs.directory(id), 'checkpoints', 'step-20', 'weights.safetensors'), Buffer.alloc(1000));
  writeFileSync(join(runs.directory(id), 'log.jsonl'), Buffer.alloc(10));
  writeFileSync(join(runs.directory(id), 'embeddings-20.f32'), Buffer.alloc(50));
  return id;
}
const names = () => runs.list().map(({ name }) => name).sort();
const gone = () => deleted.list().map(({ name }) => name).sort();

beforeEach(() => {
  folder = temporaryFolder('deleted-runs');
  [inUse, letGo] = [null, []];
  open();
});
afterEach(async () => {
  await deleted.close();
  library.close();
  removeFolder(folder);
});

describe('deleting runs', () => {
  it('hides them everywhere at once, and leaves everything in its place', async () => {
    const [a, b] = [add('a'), add('b')];
    add('c');
    expect(await deleted.delete([a, b])).toEqual({ title: 'Deleted 2 runs', images: 2 });
    expect(names()).toEqual(['c']);
    expect(gone()).toEqual(['a', 'b']);
    expect(() => runs.get(a)).toThrow(`There is no run ${a}.`);
    expect(library.db.read.runs.byName('a')).toBeNull();
    expect(runs.default()?.name).toBe('c');
    expect(letGo).toEqual([a, b]);
    expect(existsSync(join(runs.directory(a), 'checkpoints', 'step-20', 'weights.safetensors'))).toBe(true);
    expect(await runs.diskUse(a)).toMatchObject({ run: a, checkpoints: 1000, curves: 20, descriptions: 50, maps: 0 });
  });

  it('is undone and done again, after a restart too', async () => {
    const id = add('a');
    await deleted.delete([id]);
    await deleted.close();
    library.close();
    open();
    expect([journal.undo(), names(), gone()]).toEqual(['Deleted “a”', ['a'], []]);
    expect([journal.redo(), names(), gone()]).toEqual(['Deleted “a”', [], ['a']]);
    expect(deleted.restore([id])).toEqual({ title: 'Restored “a”', images: 1 });
    expect([journal.undo(), gone()]).toEqual(['Restored “a”', ['a']]);
  });

  it('frees their names: one that comes back gets a number', async () => {
    const first = add('Same');
    await deleted.delete([first]);
    const second = add('same');
    await deleted.delete([second]);
    add('Same');
    deleted.restore([first, second]);
    expect(names()).toEqual(['Same', 'Same 2', 'same 3']);
  });

  it('is refused as a whole while one of them is trained, waits, or is in use', async () => {
    const [idle, live, queued] = [add('idle'), add('live', 'training'), add('queued', 'queued')];
    await expect(deleted.delete([idle, live])).rejects.toMatchObject({ code: 'RUN_BUSY', subject: 'live' });
    await expect(deleted.delete([queued])).rejects.toMatchObject({ code: 'RUN_BUSY' });
    inUse = `run ${idle}`;
    await expect(deleted.delete([idle])).rejects.toMatchObject({ code: 'RUN_BUSY' });
    await expect(deleted.delete([99])).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(names()).toEqual(['idle', 'live', 'queued']);
  });

  it('is remembered beside the checkpoints, for a database that is lost', async () => {
    const id = add('a');
    add('b');
    await deleted.delete([id]);
    await deleted.close();
    library.close();
    removeFolder(join(folder, 'library', 'library.sqlite'));
    open();
    expect(await recoverRuns(library.db, join(folder, 'library', 'runs'), () => undefined)).toEqual(['b']);
    expect([names(), gone()]).toEqual([['b'], ['a']]);
  });
});

describe('emptying', () => {
  it('takes the run, its folder and its undo away; what is not deleted is not emptied', async () => {
    const [a, b] = [add('a'), add('b')];
    await deleted.delete([a]);
    await expect(deleted.empty([a, b])).rejects.toMatchObject({ code: 'NOT_FOUND', subject: 'b' });
    expect(gone()).toEqual(['a']);
    expect(await deleted.empty([a])).toMatchObject({ runs: 1, bytes: expect.any(Number) });
    expect([names(), gone(), existsSync(runs.directory(a))]).toEqual([['b'], [], false]);
    expect(library.db.read.runs.any(a)).toBeNull();
    expect(() => journal.undo()).toThrow('was emptied');
    expect(() => deleted.restore([a])).toThrow(`There is no run ${a}.`);
  });

  it('that an engine did not end goes on in the next, and cannot be restored meanwhile', async () => {
    const id = add('a');
    await deleted.delete([id]);
    library.db.write.runs.beginEmptying(id);
    await deleted.close();
    library.close();
    open();
    expect([names(), gone()]).toEqual([[], []]);
    expect(() => journal.undo()).toThrow('is being emptied');
    deleted.begin();
    await expect.poll(() => library.db.read.runs.any(id)).toBeNull();
    expect(existsSync(runs.directory(id))).toBe(false);
  });

  it('comes by itself after 30 days, another time, or never', async () => {
    const [old, young] = [add('old'), add('young')];
    await deleted.delete([young]);
    library.db.write.runRemovals.remove(old, Date.now() - 31 * day);
    expect(deleted.keptDays).toBe(30);
    const [one] = deleted.list();
    expect(one.emptiedAt! - one.removedAt).toBe(30 * day);
    deleted.setKeptDays(null);
    deleted.begin();
    expect(deleted.list().map(({ emptiedAt }) => emptiedAt)).toEqual([null, null]);
    expect(gone()).toEqual(['old', 'young']);
    deleted.setKeptDays(7);
    await expect.poll(gone).toEqual(['young']);
    await expect.poll(() => existsSync(runs.directory(old))).toBe(false);
    expect(() => deleted.setKeptDays(0)).toThrow();
  });
});
