import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unpackColumns } from '../../../src-main/contract/curves';
import { resolveConfig } from '../../../src-main/contract/presets';
import type { StepEvent } from '../../../src-main/contract/runs';
import { openLibraryDatabase, type LibraryDatabase } from '../../../src-main/database/library-database';
import { readStretch } from '../../../src-main/engine/curve-stretch';
import { readSnapshots } from '../../../src-main/engine/run-snapshots';
import { removeFolder, temporaryFolder } from '../../support/temporary';

const count = 2500;
const noise = (i: number) => (Math.sin(i * 12.9898) * 43758.5453) % 1;
const loss = (step: number) => (step === 1234 ? 50 : step === 2222 ? -50 : noise(step));
const stepEvent = (step: number): StepEvent => ({
  type: 'step', step, epoch: step / 100, seconds: step / 10, loss: loss(step), lossByPrefix: [loss(step), 1], teacherEntropy: 5, kl: 1, usage: [1, 1], perplexity: [9, 9],
  quantizerTemperature: 1, learningRate: 1e-3, gradientNorm: 2, stepsPerSecond: 4, etaSeconds: 1, ...(step > 2000 && { memoryBytes: step }),
});

let folder = '';
let db: LibraryDatabase;
let run = 0;
beforeAll(() => {
  folder = temporaryFolder('stretch');
  db = openLibraryDatabase(join(folder, 'library.sqlite'), { check: false });
  const config = resolveConfig({ preset: 'tiny' });
  run = db.write.runs.create({ name: 'r', variant: 'GS 16', sweep: null, state: 'finished', config, collection: null, collectionName: 'c', teacher: 't', backend: null, step: 0, checkpointStep: null, embedded: false, createdAt: 1 });
  db.transaction(() => {
    for (let step = 1; step <= count; step++) db.write.trainingEvents.add(run, stepEvent(step));
    for (let step = 0; step <= 450; step++)
      db.write.trainingEvents.add(run, { type: 'snapshot', step, images: [7, 9], heldOut: true, symbols: [[step, 1]], plane: 'images', coordinates: [0, 0, 1, 1] });
  });
});
afterAll(() => {
  db.close();
  removeFolder(folder);
});

describe('a stretch of a run', () => {
  it('is every step where there is room for all', async () => {
    const stretch = await readStretch(db, { run, from: 0, points: 5000 });
    const { places, scalars, lists } = await unpackColumns(stretch);
    expect([stretch.stride, stretch.rows, stretch.length]).toEqual([1, count, 2]);
    expect(places.step).toEqual(Array.from({ length: count }, (_, i) => i + 1));
    expect(scalars.loss).toEqual(places.step.map(loss));
    expect(lists.lossByPrefix[0]).toEqual(scalars.loss);
    expect([scalars.memoryBytes[1999], scalars.memoryBytes[2000]]).toEqual([null, 2001]);
  });

  it('is the least and the greatest value of each block where there is not, so that no peak is lost', async () => {
    const stretch = await readStretch(db, { run, from: 0, points: 200 });
    const { places, scalars } = await unpackColumns(stretch);
    expect(stretch.rows).toBeLessThanOrEqual(202);
    expect(stretch.stride).toBe(25);
    expect([Math.min(...(scalars.loss as number[])), Math.max(...(scalars.loss as number[]))]).toEqual([-50, 50]);
    expect([places.step[0], places.step[places.step.length - 1]]).toEqual([1, count]);
    const block = Array.from({ length: 25 }, (_, i) => loss(i + 26));
    expect([...scalars.loss.slice(2, 4)].sort()).toEqual([Math.min(...block), Math.max(...block)].sort());
  });

  it('holds both of its ends', async () => {
    const { places } = await unpackColumns(await readStretch(db, { run, from: 100, to: 120, points: 1000 }));
    expect([places.step[0], places.step[places.step.length - 1]]).toEqual([100, 120]);
  });

  it('of a run that told nothing is empty', async () => {
    expect(await readStretch(db, { run: run + 1, from: 0, points: 100 })).toMatchObject({ rows: 0, length: 0, stride: 1 });
  });
});

describe('the snapshots of a run', () => {
  it('are at most 200, evenly chosen up to the newest, and say how many evaluations one stands for', () => {
    const found = readSnapshots(db, { id: run, collection: null })!;
    expect(found.stride).toBe(3);
    expect(found.list.map(({ step }) => step)).toEqual(Array.from({ length: 151 }, (_, i) => 3 * i));
    expect(found.images).toEqual([{ image: 7, name: 'image 7', label: null }, { image: 9, name: 'image 9', label: null }]);
  });
  it('go with the steps after the checkpoint that a run goes back to', () => {
    db.write.trainingEvents.forgetAfter(run, 2400);
    expect(readSnapshots(db, { id: run, collection: null })!.list.at(-1)?.step).toBe(450);
    db.write.trainingEvents.forgetAfter(run, 10);
    expect(readSnapshots(db, { id: run, collection: null })!.list.map(({ step }) => step)).toEqual(Array.from({ length: 11 }, (_, i) => i));
  });
  it('are null where it made none', () => expect(readSnapshots(db, { id: run + 1, collection: null })).toBeNull());
});
