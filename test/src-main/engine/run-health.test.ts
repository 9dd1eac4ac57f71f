import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { resolveConfig } from '../../../src-main/contract/presets';
import type { AlarmEvent, StepEvent } from '../../../src-main/contract/runs';
import { openLibraryDatabase, type LibraryDatabase } from '../../../src-main/database/library-database';
import { RunHealth } from '../../../src-main/engine/run-health';

let folder: string;
let db: LibraryDatabase;
let run: number;
const config = resolveConfig({ steps: 10_000 });
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'glyphscope-health-'));
  db = openLibraryDatabase(join(folder, 'library.sqlite'), { check: false });
  run = db.write.runs.create({ name: 'old', variant: 'GS 128', sweep: null, state: 'finished', config, collection: null, collectionName: 'c', teacher: 't', backend: null, step: 0, checkpointStep: null, embedded: false, createdAt: 1 });
});
afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true, force: true });
});

const step = (at: number, epoch = at / 1000): StepEvent => ({
  type: 'step', step: at, epoch, seconds: at, loss: 1 / at, lossByPrefix: [], teacherEntropy: 6.5, kl: 0.5, usage: Array<number>(8).fill(1), perplexity: [],
  quantizerTemperature: 1, learningRate: 1, gradientNorm: 1, stepsPerSecond: 2, etaSeconds: 1,
});
const alarm = (at: number, raised = true): AlarmEvent => ({ type: 'alarm', step: at, cause: 'diverging', raised, positions: [], text: 'The training diverges.', remedies: [] });
const stored = () => db.read.runs.byId(run)!;

it('reads what a run of before suffers from out of its events, once', async () => {
  for (const event of [step(1), step(2), alarm(2), step(3), alarm(3, false), step(4)]) db.write.trainingEvents.add(run, event);
  expect(stored().findings).toBeNull();
  await new RunHealth(db).lookAtOlder();
  expect(stored().findings).toMatchObject([{ id: 'collapse diverging', raisedAt: 2, overAt: 3 }]);
  db.write.trainingEvents.add(run, alarm(5));
  expect(new RunHealth(db).of(stored())).toHaveLength(1);
});

it('a run that goes on is watched from where its events end, and what was seen of steps that are done again goes', () => {
  const health = new RunHealth(db);
  const told = [step(1), step(2), alarm(2)].map((event) => {
    const raised = health.add(stored(), event);
    db.write.trainingEvents.add(run, event);
    return raised.map(({ id }) => id);
  });
  expect(told).toEqual([[], [], ['collapse diverging']]);
  expect(stored().findings).toHaveLength(1);
  db.write.trainingEvents.forgetAfter(run, 1); // the checkpoint of step 1
  health.letGo(run);
  expect(health.add(stored(), step(2))).toEqual([]);
  expect(stored().findings).toEqual([]);
});
