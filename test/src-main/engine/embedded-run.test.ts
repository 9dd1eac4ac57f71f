import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { installEmbeddedRun } from '../../../src-main/engine/embedded-run';
import { openLibrary, type Library } from '../../../src-main/engine/library';
import { findLocations } from '../../../src-main/engine/locations';
import { Runs } from '../../../src-main/engine/runs';
import { embeddedTeacher } from '../../../src-main/teacher/catalogue';
import { newestCheckpoint, writeCheckpoint } from '../../../src-main/training/checkpoint';
import type { Services } from '../../../src-main/engine/services';

let folder: string;
let library: Library;
let lines: string[];

/** As much of the engine as installing needs. */
function services(resources?: string): Pick<Services, 'library' | 'locations' | 'runs' | 'teachers' | 'log'> {
  const locations = findLocations();
  const log = (line: string) => void lines.push(line);
  const teachers = { embedded: { info: embeddedTeacher() } } as Services['teachers']; // only its name and id are asked for
  return { library, locations: { ...locations, resources: resources ?? locations.resources }, runs: new Runs(library.db, library.directory, log), teachers, log };
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'glyphscope-test-'));
  lines = [];
  library = openLibrary(join(folder, 'library'));
});
afterEach(() => {
  library.close();
  rmSync(folder, { recursive: true, force: true });
});

it('the run that comes with the app is there, whole, and of the embedded teacher', async () => {
  const s = services();
  const id = await installEmbeddedRun(s);
  expect(lines).toEqual([]);
  expect(id).not.toBeNull();
  expect(s.runs.show(id!)).toMatchObject({ variant: 'GS 128', state: 'finished', usable: true, embedded: true });
  const { steps, evaluations } = s.runs.curves(id!, 4000);
  expect(steps.length).toBeGreaterThan(100); // its history came with it, once
  expect(new Set(steps.map(({ step }) => step)).size).toBe(steps.length);
  expect(evaluations[0].step).toBe(0);
  expect(await installEmbeddedRun(s)).toBe(id);
  expect(s.runs.list()).toHaveLength(1);
  await s.runs.remove(id!);
  expect(await installEmbeddedRun(s)).toBeNull(); // whoever removes it does not want it back
});

it('a run that is damaged or of another teacher is left out with the reason', async () => {
  expect(await installEmbeddedRun(services(join(folder, 'nothing')))).toBeNull();
  expect(lines).toEqual([]);
  const resources = join(folder, 'resources');
  mkdirSync(join(resources, 'run'), { recursive: true });
  writeFileSync(join(resources, 'run', 'card.json'), JSON.stringify({ name: 'X', collection: 'Y', backend: null, knnTop1: null }));
  expect(await installEmbeddedRun(services(resources))).toBeNull();
  expect(lines).toEqual([expect.stringContaining('no checkpoint')]);
  const ours = await newestCheckpoint(join(findLocations().resources, 'run'));
  if (!ours) throw new Error('the embedded run has no checkpoint');
  await writeCheckpoint(join(resources, 'run'), { ...ours.manifest, teacher: 'another-12345678', weights: ours.weights });
  expect(await installEmbeddedRun(services(resources))).toBeNull();
  expect(lines.at(-1)).toContain('another-12345678');
  expect(library.db.read.runs.list()).toEqual([]);
});
