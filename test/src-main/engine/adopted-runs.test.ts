import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { resolveConfig } from '../../../src-main/contract/presets';
import { adoptRun } from '../../../src-main/engine/adopted-runs';
import { Collections } from '../../../src-main/engine/collections';
import { openLibrary, type Library } from '../../../src-main/engine/library';
import { writeRunCard } from '../../../src-main/engine/run-card';
import { Runs } from '../../../src-main/engine/runs';
import type { Services } from '../../../src-main/engine/services';
import { embeddedTeacher } from '../../../src-main/teacher/catalogue';
import { writeCheckpoint } from '../../../src-main/training/checkpoint';
import { fillCollection } from '../database/library.fixture';
import { removeFolder, temporaryFolder } from '../../support/temporary';

const teacher = embeddedTeacher();
const config = resolveConfig({ preset: 'tiny' });
const card = { id: 7, name: 'four: GS 8', variant: 'GS 8', sweep: 'four', state: 'finished' as const, config, collectionName: 'Vögel', teacher: teacher.name, backend: 'b', step: 18, embedded: false, knnTop1: 0.4, createdAt: 77 };
let place: string;
let folder: string;
let library: Library;
let birds: number;
let s: Pick<Services, 'library' | 'runs' | 'collections' | 'teachers'>;

beforeEach(async () => {
  place = temporaryFolder('adopt');
  folder = join(place, 'elsewhere', '7');
  writeRunCard(folder, card);
  writeFileSync(join(folder, 'images.json'), '{}');
  writeFileSync(join(folder, 'embeddings-20.f32'), 'large');
  writeFileSync(join(folder, 'log.jsonl'), `${JSON.stringify({ type: 'state', state: 'finished', step: 20, error: null })}\n`);
  await writeCheckpoint(folder, { config, featureWidth: teacher.featureWidth, teacher: teacher.id, step: 20, weights: [{ name: 'w', shape: [1], data: new Float32Array(1) }] });
  library = openLibrary(join(place, 'library'));
  birds = fillCollection(library.db, 'Birds', 3);
  const teachers = { of: () => ({ info: teacher }) } as unknown as Services['teachers']; // only its id is asked for
  s = { library, runs: new Runs(library.db, library.directory, () => undefined), collections: new Collections(library.db), teachers };
});
afterEach(() => {
  library.close();
  removeFolder(place);
});

it('takes a copy of a run under a number of its own, on the collection that it was trained on', async () => {
  const id = await adoptRun(s, { folder, collection: birds, evaluation: null });
  expect(s.runs.show(id)).toMatchObject({ name: 'four: GS 8', sweep: 'four', state: 'finished', step: 20, checkpointStep: 20, collection: 'Birds', knnTop1: 0.4, usable: true, encoded: [] });
  expect(s.runs.get(id).collection).toBe(birds);
  expect(s.runs.show(id).diskBytes).toBeGreaterThan(0);
  expect(readdirSync(s.runs.directory(id)).sort()).toEqual(['checkpoints', 'images.json', 'log.jsonl', 'run.json']);
  expect(existsSync(join(folder, 'checkpoints'))).toBe(true); // the source stays
  expect(readdirSync(join(library.directory, 'runs'))).toEqual([String(id)]);
  await expect(adoptRun(s, { folder, collection: birds, evaluation: null })).rejects.toMatchObject({ code: 'NAME_TAKEN' });
});

it('takes nothing that is damaged, unfinished, of another teacher, or no run, and leaves nothing behind', async () => {
  const refuses = (code: string, message: RegExp) => expect(adoptRun(s, { folder, collection: birds, evaluation: null })).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  writeRunCard(folder, { ...card, state: 'training' });
  await refuses('INVALID_INPUT', /is training, not finished/);
  writeRunCard(folder, card);
  s = { ...s, teachers: { of: () => ({ info: { ...teacher, id: 'another' } }) } as unknown as Services['teachers'] };
  await refuses('INVALID_INPUT', /the one here is another/);
  writeFileSync(join(folder, 'checkpoints', 'step-20', 'weights.safetensors'), 'not these');
  await refuses('CHECKPOINT_DAMAGED', /weights/);
  removeFolder(join(folder, 'checkpoints'));
  await refuses('RUN_NOT_TRAINED', /no checkpoint/);
  removeFolder(folder);
  mkdirSync(folder);
  await refuses('NOT_FOUND', /has no run.json/);
  expect(s.runs.list()).toEqual([]);
  expect(readdirSync(join(library.directory, 'runs'))).toEqual([]);
});
