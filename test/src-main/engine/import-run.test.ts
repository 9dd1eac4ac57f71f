import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { configFile } from '../../../src-main/contract/config-file';
import type { GlyphscopeError } from '../../../src-main/contract/errors';
import { DeletedRuns } from '../../../src-main/engine/deleted-runs';
import { Journal } from '../../../src-main/engine/changes/journal';
import type { JobHandle } from '../../../src-main/engine/jobs';
import { openLibrary, type Library } from '../../../src-main/engine/library';
import { Runs } from '../../../src-main/engine/runs';
import type { Services } from '../../../src-main/engine/services';
import { importRun } from '../../../src-main/engine/work/import-run';
import { writeManifest } from '../../../src-main/export/run/manifest';
import { embeddedTeacher } from '../../../src-main/teacher/catalogue';
import { newestCheckpoint } from '../../../src-main/training/checkpoint';
import { encodeSafetensors } from '../../../src-main/training/safetensors';
import { removeFolder, temporaryFolder } from '../../support/temporary';
import { writeTar, zipOf, type Member } from '../dataset/archives';

const teacher = embeddedTeacher();
let made: string;
let folder: string;
let copy: string;
let library: Library;
let s: Pick<Services, 'library' | 'runs' | 'teachers' | 'log'>;

const facts = { name: 'Exported', variant: 'GS 128', step: 400, collection: 'CIFAR-10', backend: null, knnTop1: 0.6, createdAt: 5, featureWidth: 256, tokenWidth: 0, program: '1', teacher: { name: teacher.name, id: teacher.id, description: '', included: false } };

beforeAll(async () => {
  made = temporaryFolder('run-folder');
  const checkpoint = (await newestCheckpoint(join(import.meta.dirname, '../../../resources/run')))!;
  writeFileSync(join(made, 'model.safetensors'), encodeSafetensors(checkpoint.weights));
  writeFileSync(join(made, 'config.json'), configFile(checkpoint.manifest.config));
  writeFileSync(join(made, 'symbols.json'), JSON.stringify({ vocabulary: 128, length: 8, names: [{ symbol: 3, position: null, name: 'wings' }] }));
  writeFileSync(join(made, 'log.jsonl'), `${JSON.stringify({ type: 'evaluation', step: 400, knnTop1: { 8: 0.6 }, teacher: 0.63 })}\n`);
  await writeManifest(made, facts);
});
afterAll(() => removeFolder(made));

beforeEach(() => {
  folder = temporaryFolder('import-run');
  copy = join(folder, 'Exported');
  cpSync(made, copy, { recursive: true });
  library = openLibrary(join(folder, 'library'));
  const log = () => undefined;
  const here = { info: teacher } as Services['teachers']['embedded'];
  const teachers = { embedded: here, list: () => [], get: () => here, directory: join(folder, 'library', 'teachers') } as unknown as Services['teachers'];
  s = { library, runs: new Runs(library.db, library.directory, log), teachers, log };
});
afterEach(() => {
  library.close();
  removeFolder(folder);
});

const job = (signal = new AbortController().signal): JobHandle => ({ id: 'job', signal, progress: () => undefined, fail: () => undefined, uses: () => undefined });
const take = (path = copy, name?: string) => importRun(s, { path, name }, job());

async function refusal(path = copy, name?: string): Promise<GlyphscopeError> {
  const error = await take(path, name).then(() => null, (thrown: unknown) => thrown as GlyphscopeError);
  expect(error).not.toBeNull();
  expect(readdirSync(join(folder, 'library', 'runs'))).toEqual([]); // nothing is left of it
  expect([s.runs.list(), library.db.read.runs.removed()]).toEqual([[], []]);
  return error!;
}
/** Makes the manifest fit the files again, so that what lies behind it is met. */
async function renew(changes: Partial<typeof facts> = {}): Promise<void> {
  rmSync(join(copy, 'manifest.json'));
  await writeManifest(copy, { ...facts, ...changes });
}
/** model.safetensors with other last bytes. */
const endingIn = (byte: number) => {
  const bytes = readFileSync(join(copy, 'model.safetensors'));
  return bytes.fill(byte, bytes.length - 4);
};
const members = (inside = 'Exported/'): Member[] => readdirSync(copy).map((name) => ({ name: `${inside}${name}`, bytes: readFileSync(join(copy, name)) }));

describe('an exported run', () => {
  it('comes in whole: its checkpoint, curves, names and figures, and is no other run’s name', async () => {
    expect(await take()).toMatchObject({ summary: `"Exported" imported: it describes images with the teacher ${teacher.name}.` });
    const [run] = s.runs.list();
    expect(run).toMatchObject({ name: 'Exported', state: 'finished', usable: true, embedded: false, step: 400, checkpointStep: 400, knnTop1: 0.6, collection: 'CIFAR-10', teacher: teacher.name, createdAt: 5 });
    expect(run.diskBytes).toBeGreaterThan(8e6);
    expect((await newestCheckpoint(s.runs.directory(run.id)))?.manifest).toMatchObject({ step: 400, teacher: teacher.id, featureWidth: 256 });
    expect(s.runs.curves(run.id, 100).evaluations).toHaveLength(1);
    expect(library.db.read.symbolNames.of(run.id)).toEqual([{ symbol: 3, position: null, name: 'wings' }]);
    expect(await take()).toMatchObject({ summary: expect.stringContaining('"Exported 2" imported') });
    await expect(take(copy, 'EXPORTED')).rejects.toMatchObject({ code: 'NAME_TAKEN' });
    await take(copy, 'Mine');
    expect(s.runs.list().map(({ name }) => name).sort()).toEqual(['Exported', 'Exported 2', 'Mine']);
    expect(readdirSync(join(folder, 'library', 'runs')).sort()).toEqual(['1', '2', '3']);
  });

  it('comes out of a .tar, .tar.gz and .zip, in a folder or without one, among files that are not its own', async () => {
    const strange = { name: 'Exported/notes.txt', bytes: Buffer.from('mine') };
    await writeTar(join(folder, 'a.tar'), [...members(), strange]);
    await writeTar(join(folder, 'b.tar.gz'), members(''));
    writeFileSync(join(folder, 'c.zip'), zipOf([...members('./Exported/'), strange, { name: '__MACOSX/._config.json', bytes: Buffer.from('x') }]));
    for (const [archive, name] of [['a.tar', 'A'], ['b.tar.gz', 'B'], ['c.zip', 'C']]) await take(join(folder, archive), name);
    expect(s.runs.list().map(({ name }) => name).sort()).toEqual(['A', 'B', 'C']);
  });

  it('that an engine could not finish is taken away by the next', async () => {
    const id = library.db.write.runs.create(stored());
    library.db.write.runs.hide(id);
    mkdirSync(s.runs.directory(id), { recursive: true });
    expect([s.runs.list(), library.db.read.runs.removed()]).toEqual([[], []]);
    const deleted = new DeletedRuns({ library, runs: s.runs, journal: new Journal(library.db), jobs: { assertUnused: () => undefined }, students: { letGo: () => Promise.resolve() }, log: () => undefined });
    deleted.begin();
    await expect.poll(() => library.db.read.runs.any(id)).toBeNull();
    await deleted.close();
    expect(existsSync(s.runs.directory(id))).toBe(false);
  });
});

const stored = () => ({ name: 'Half', variant: 'GS 16', sweep: null, state: 'finished' as const, config: JSON.parse(readFileSync(join(made, 'config.json'), 'utf8')), collection: null, collectionName: 'c', teacher: teacher.name, backend: null, step: 1, checkpointStep: 1, embedded: false, createdAt: 1 });

describe('what is refused, by the name of the file', () => {
  it.each([
    ['manifest.json', 'is missing', () => rmSync(join(copy, 'manifest.json'))],
    ['manifest.json', 'is not JSON', () => writeFileSync(join(copy, 'manifest.json'), '{')],
    ['manifest.json', 'does not describe an exported run', () => writeFileSync(join(copy, 'manifest.json'), '{"format":"other"}')],
    ['manifest.json', 'is of version 2', () => writeFileSync(join(copy, 'manifest.json'), '{"format":"glyphscope-run","version":2}')],
    ['manifest.json', 'was changed', () => writeFileSync(join(copy, 'manifest.json'), readFileSync(join(copy, 'manifest.json'), 'utf8').replace('"step": 400', '"step": 401'))],
    ['config.json', 'is missing', () => rmSync(join(copy, 'config.json'))],
    ['model.safetensors', 'bytes, not', () => writeFileSync(join(copy, 'model.safetensors'), 'short')],
    ['model.safetensors', 'does not match its hash', () => writeFileSync(join(copy, 'model.safetensors'), endingIn(7))],
  ])('%s %s', async (file, why, damage) => {
    damage();
    expect(await refusal()).toMatchObject({ code: 'RUN_FOLDER_UNUSABLE', subject: file, message: expect.stringContaining(why) });
  });

  it('a config of another student: the weight that does not fit', async () => {
    writeFileSync(join(copy, 'config.json'), readFileSync(join(copy, 'config.json'), 'utf8').replace('"vocabulary": 128', '"vocabulary": 64'));
    await renew();
    expect(await refusal()).toMatchObject({ code: 'CHECKPOINT_DAMAGED', message: expect.stringMatching(/^The weight \S+ has the shape \[.*128.*\], expected \[.*64.*\]\.$/) });
  });

  it('a setting that is not allowed', async () => {
    writeFileSync(join(copy, 'config.json'), readFileSync(join(copy, 'config.json'), 'utf8').replace('"descriptorHeads": 4', '"descriptorHeads": 3'));
    await renew();
    expect(await refusal()).toMatchObject({ code: 'INVALID_INPUT', subject: 'descriptorHeads' });
  });

  it('weights that are no numbers, or fewer than the header says', async () => {
    const bytes = readFileSync(join(copy, 'model.safetensors'));
    writeFileSync(join(copy, 'model.safetensors'), endingIn(0xff)); // a NaN
    await renew();
    expect(await refusal()).toMatchObject({ code: 'RUN_FOLDER_UNUSABLE', message: expect.stringContaining('model.safetensors holds numbers in') });
    writeFileSync(join(copy, 'model.safetensors'), bytes.subarray(0, -8));
    await renew();
    expect(await refusal()).toMatchObject({ code: 'CHECKPOINT_DAMAGED', subject: 'model.safetensors' });
    const header = Buffer.alloc(8);
    header.writeBigUInt64LE(10n ** 12n);
    writeFileSync(join(copy, 'model.safetensors'), header);
    await renew();
    expect(await refusal()).toMatchObject({ message: 'model.safetensors has a header of 1,000,000,000,000 bytes.' });
  });

  it('names in an archive that lead out of the folder, files that stand there twice, links', async () => {
    await writeTar(join(folder, 'out.tar'), [{ name: '../config.json', bytes: Buffer.from('{}') }]);
    expect(await refusal(join(folder, 'out.tar'))).toMatchObject({ code: 'RUN_FOLDER_UNUSABLE', message: '"../config.json" is a name that leads out of the folder.' });
    writeFileSync(join(folder, 'out.zip'), zipOf([{ name: '../config.json', bytes: Buffer.from('{}') }]));
    expect(await refusal(join(folder, 'out.zip'))).toMatchObject({ code: 'SOURCE_UNREADABLE', message: expect.stringContaining('../config.json') });
    await writeTar(join(folder, 'twice.tar'), [...members(), ...members('')]);
    expect(await refusal(join(folder, 'twice.tar'))).toMatchObject({ code: 'RUN_FOLDER_UNUSABLE', message: expect.stringContaining('stands there twice') });
    await writeTar(join(folder, 'link.tar'), [{ name: 'config.json', bytes: Buffer.alloc(0), type: 'symlink' }]);
    expect(await refusal(join(folder, 'link.tar'))).toMatchObject({ code: 'SOURCE_UNREADABLE', subject: 'config.json' });
    rmSync(join(copy, 'config.json'));
    symlinkSync('/etc/hostname', join(copy, 'config.json'));
    expect(await refusal()).toMatchObject({ code: 'SOURCE_UNREADABLE', subject: 'config.json', message: 'config.json is a link: links are not followed.' });
    expect(existsSync(join(folder, 'library', 'config.json'))).toBe(false);
  });

  it('an archive that grows without end', async () => {
    writeFileSync(join(folder, 'bomb.zip'), zipOf([{ name: 'model.safetensors', bytes: Buffer.alloc(80 << 20) }]));
    expect(await refusal(join(folder, 'bomb.zip'))).toMatchObject({ code: 'SOURCE_UNREADABLE', message: expect.stringContaining('unpacks to more than') });
  });

  it('no archive, no folder, and nothing', async () => {
    writeFileSync(join(folder, 'words.txt'), 'words');
    expect(await refusal(join(folder, 'words.txt'))).toMatchObject({ code: 'SOURCE_UNREADABLE', message: expect.stringContaining('is no .zip, .tar or .tar.gz') });
    expect(await refusal(join(folder, 'nothing'))).toMatchObject({ code: 'SOURCE_UNREADABLE' });
    mkdirSync(join(folder, 'empty'));
    expect(await refusal(join(folder, 'empty'))).toMatchObject({ code: 'RUN_FOLDER_UNUSABLE', subject: 'manifest.json' });
  });

  it('a teacher that is neither here nor in the folder, with what to do', async () => {
    await renew({ teacher: { name: 'dinov2-small', id: 'dinov2-small-1234abcd', description: 'onnx-community/dinov2-small', included: false } });
    expect(await refusal()).toMatchObject({ code: 'NOT_FOUND', subject: 'dinov2-small', message: expect.stringContaining('dinov2-small-1234abcd'), remedy: expect.stringContaining('onnx-community/dinov2-small') });
  });

  it('one that is cancelled', async () => {
    const stop = new AbortController();
    stop.abort(new Error('stop'));
    await expect(importRun(s, { path: copy }, job(stop.signal))).rejects.toThrow('stop');
    expect(readdirSync(join(folder, 'library', 'runs'))).toEqual([]);
  });
});
