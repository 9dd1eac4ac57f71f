import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { resolveConfig } from '../../../src-main/contract/presets';
import type { TrainingEvent } from '../../../src-main/contract/runs';
import { recoverRuns, writeRunCard } from '../../../src-main/engine/run-card';
import { Runs } from '../../../src-main/engine/runs';
import { addRun, fillCollection, temporaryDatabase, temporaryFolder } from '../database/library.fixture';

const step = (at: number): TrainingEvent => ({
  type: 'step', step: at, epoch: 0, seconds: at, loss: 1, lossByPrefix: [1], teacherEntropy: 1, kl: 0, usage: [1], perplexity: [2], quantizerTemperature: 1, learningRate: 0.1, gradientNorm: 1, stepsPerSecond: 1, etaSeconds: 0,
});
const state = (name: 'preparing' | 'training' | 'finished', at: number): TrainingEvent => ({ type: 'state', state: name, step: at, error: null });
const card = { id: 4, name: 'Mine', variant: 'GS 16', sweep: 'nine', state: 'finished' as const, config: resolveConfig({ preset: 'tiny' }), collectionName: 'Birds', teacher: 't', backend: 'b', step: 20, embedded: false, knnTop1: 0.6, createdAt: 77 };

it('brings runs that a lost database knew back, under their own numbers, with their history', async () => {
  const library = temporaryFolder();
  const folder = join(library, 'runs');
  const directory = join(folder, '4');
  writeRunCard(directory, card);
  mkdirSync(join(directory, 'checkpoints', 'step-10'), { recursive: true });
  mkdirSync(join(directory, 'checkpoints', 'step-20'));
  const log = [state('preparing', 0), state('training', 0), step(5), step(10), step(15), state('preparing', 0), state('training', 10), step(12), step(20), state('finished', 20)];
  writeFileSync(join(directory, 'log.jsonl'), log.map((event) => JSON.stringify({ time: '2026-01-01', ...event })).join('\n') + '\n{"type":"st');
  mkdirSync(join(folder, '9', 'checkpoints'), { recursive: true }); // a folder without a card
  mkdirSync(join(folder, '6'));
  writeFileSync(join(folder, '6', 'run.json'), '{"half":');

  const db = temporaryDatabase();
  const birds = fillCollection(db, 'Birds', 3);
  const lines: string[] = [];
  expect(await recoverRuns(db, folder, (line) => lines.push(line))).toEqual(['Mine']);
  expect(lines).toEqual([expect.stringContaining(join(folder, '6'))]);
  const runs = new Runs(db, library, () => undefined);
  expect(runs.show(4)).toMatchObject({ name: 'Mine', sweep: 'nine', state: 'finished', step: 20, usable: true, collection: 'Birds', knnTop1: 0.6, config: card.config });
  expect(runs.get(4)).toMatchObject({ collection: birds, checkpointStep: 20 });
  expect(runs.curves(4, 100).steps.map((event) => event.step)).toEqual([5, 10, 12, 20]);
  expect(addRun(db, 'New')).toBe(10); // no number that a folder has
  expect(await recoverRuns(db, folder, () => undefined)).toEqual([]);
  expect(readdirSync(folder).sort()).toEqual(['4', '6', '9']);
});

it('gives a run another name when its own is taken', async () => {
  const folder = join(temporaryFolder(), 'runs');
  writeRunCard(join(folder, '4'), card);
  const db = temporaryDatabase();
  addRun(db, 'mine');
  expect(await recoverRuns(db, folder, () => undefined)).toEqual(['Mine (4)']);
});
