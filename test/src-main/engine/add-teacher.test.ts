import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLibraryDatabase, type LibraryDatabase } from '../../../src-main/database/library-database';
import { ImageStore } from '../../../src-main/dataset/image-store';
import { findLocations } from '../../../src-main/engine/locations';
import { Teachers } from '../../../src-main/engine/teachers';
import { addTeacher } from '../../../src-main/engine/work/add-teacher';
import { removeFolder, temporaryFolder } from '../../support/temporary';
import { builtImageWorker } from '../teacher/built-worker';
import { graphs } from '../teacher/graphs';

interface Expected {
  class: number[];
  mean: number[];
  pooled?: number[];
  tokens: number;
  lastToken: number[];
}
/** What onnxruntime in Python gives for the same images, resized by Pillow (make_vit.py). */
const expected = JSON.parse(readFileSync(join(graphs, 'expected.json'), 'utf8')) as Record<string, Record<string, Expected>>;

let folder: string;
let db: LibraryDatabase;
let packs: ImageStore;
let teachers: Teachers;
const lines: string[] = [];

beforeAll(async () => {
  folder = temporaryFolder('teachers');
  db = openLibraryDatabase(join(folder, 'library.sqlite'), { check: false });
  packs = ImageStore.open(join(folder, 'images'));
  teachers = new Teachers({ resources: findLocations().resources, db, packs, library: folder, worker: await builtImageWorker(), log: (line) => lines.push(line) });
}, 60_000);
afterAll(async () => {
  await teachers.close();
  packs.close();
  db.close();
  removeFolder(folder);
});

const job = () => ({ signal: new AbortController().signal, progress: () => undefined });
const add = (path: string, wishes = {}) => addTeacher({ teachers }, { path }, wishes, job());

/** Greatest difference, as a share of the greatest expected value. */
const deviation = (found: ArrayLike<number>, wanted: number[]) => Math.max(...wanted.map((value, i) => Math.abs(found[i] - value))) / Math.max(...wanted.map(Math.abs));
/** Pillow rounds to whole values after each direction of a resize, we do not. */
const tolerance = 0.03;

describe('a teacher that is added', () => {
  it.each([
    ['vit-tiny', 'class'],
    ['vit-tiny', 'mean'],
    ['vit-tiny', 'pooled'],
    ['dino-tiny', 'class'],
    ['dinov2-tiny', 'class'],
    ['dinov2-tiny', 'mean'],
    ['clip-tiny', 'pooled'],
    ['clip-tiny', 'mean'],
  ] as const)('%s, %s: gives the features and tokens of onnxruntime in Python', async (graph, feature) => {
    const name = `${graph}-${feature}`;
    const { summary } = await add(join(graphs, graph), { feature });
    expect(summary).toContain(`The teacher ${name} gives`);
    const teacher = teachers.get(name);
    for (const [file, values] of Object.entries(expected[graph])) {
      const bytes = readFileSync(join(graphs, file));
      expect(teacher.info.tokens?.count).toBe(values.tokens);
      const { features, tokens } = await teacher.request({ kind: 'encode', bytes, name: file, tokens: values.tokens }, file);
      const wanted = values[feature]!;
      expect(features.length).toBe(wanted.length);
      expect(deviation(features, wanted)).toBeLessThan(tolerance);
      expect(deviation(tokens.subarray(tokens.length - values.lastToken.length), values.lastToken)).toBeLessThan(tolerance);
    }
  });

  it('has features of its own by how it is used, and says what it computes with', () => {
    const ids = new Set(['vit-tiny-class', 'vit-tiny-mean', 'vit-tiny-pooled'].map((name) => teachers.get(name).directory));
    expect(ids.size).toBe(3);
    expect(lines.some((line) => /^The teacher vit-tiny-class computes with CPU: .*; \d+ × \d+ threads\.$/.test(line))).toBe(true);
    expect(teachers.list().find(({ name }) => name === 'vit-tiny-class')).toMatchObject({ embedded: false, featureWidth: 24, inputSize: 32, tokens: { count: 16, width: 24 }, provider: expect.stringContaining('CPU'), runs: 0 });
    expect(existsSync(join(teachers.directory, 'vit-tiny-class', 'onnx'))).toBe(false);
  });

  it('is refused by a name that is taken, or from a folder that holds none', async () => {
    await expect(add(join(graphs, 'vit-tiny'), { name: 'dino-tiny-class' })).rejects.toMatchObject({ code: 'NAME_TAKEN', message: 'There is a teacher "dino-tiny-class" already.' });
    await expect(add(join(graphs, 'vit-tiny'), { name: 'embedded' })).rejects.toMatchObject({ code: 'NAME_TAKEN' });
    await expect(add(join(folder, 'none'))).rejects.toMatchObject({ code: 'NOT_FOUND', message: `There is no folder ${join(folder, 'none')}.` });
    await expect(add(folder)).rejects.toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('There is no ONNX model in') });
    const broken = join(folder, 'broken');
    cpSync(join(graphs, 'vit-tiny'), broken, { recursive: true });
    writeFileSync(join(broken, 'onnx', 'model.onnx'), 'no model');
    await expect(add(broken)).rejects.toMatchObject({ code: 'TEACHER_UNUSABLE', message: expect.stringContaining('cannot be loaded by ONNX Runtime') });
    expect(teachers.list().map(({ name }) => name)).not.toContain('broken');
    expect(readdirSync(join(teachers.directory, '.adding'))).toEqual([]); // what was copied is not left behind
  });

  it('can be one of your own, with its teacher.json', async () => {
    const own = join(folder, 'own');
    cpSync(join(findLocations().resources, 'teacher'), own, { recursive: true });
    writeFileSync(join(own, 'teacher.json'), readFileSync(join(own, 'teacher.json'), 'utf8').replace('cifar10-simclr-small', 'my-teacher'));
    await expect(add(own, { name: 'another' })).rejects.toMatchObject({ code: 'INVALID_INPUT', message: `${join(own, 'teacher.json')} says itself that the name is "my-teacher".` });
    await expect(add(own, { feature: 'mean' })).rejects.toMatchObject({ code: 'INVALID_INPUT', subject: 'feature' });
    await add(own);
    expect(teachers.get('my-teacher').info).toMatchObject({ featureWidth: 256, preprocessing: { kind: 'centre-square' }, readout: { feature: 'pooled' } });
  });

  it('is refused at its use when its model has changed since', async () => {
    await add(join(graphs, 'vit-tiny'), { name: 'changed' });
    writeFileSync(join(teachers.directory, 'changed', 'model.onnx'), 'other bytes');
    await expect(teachers.get('changed').request({ kind: 'encode', bytes: readFileSync(join(graphs, 'wide.png')), name: 'a', tokens: 0 }, 'a')).rejects.toThrow(/is not the model that teacher\.json speaks of/);
  });

  it('can be removed, but not the one that comes with the app, nor one that is not there', async () => {
    await teachers.remove('clip-tiny-mean');
    expect(existsSync(join(teachers.directory, 'clip-tiny-mean'))).toBe(false);
    expect(() => teachers.get('clip-tiny-mean')).toThrow(/This library has no teacher "clip-tiny-mean": it has embedded, changed, clip-tiny-pooled,/);
    await expect(teachers.remove('embedded')).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
    rmSync(join(teachers.directory, 'changed', 'teacher.json'));
    expect(teachers.list().map(({ name }) => name)).not.toContain('changed');
  });
});
