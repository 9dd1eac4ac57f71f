import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SweepPlan, SweepRequest, SweepStatus, VariantStatus } from '../../../src-main/contract/sweeps';
import { openLibraryDatabase } from '../../../src-main/database/library-database';
import { buildChildren, quiet, removeChildren, run, smallResources, type Running } from './built-engine';

/** Sweeps in an engine that stays, over its restart. */
let folder: string;
let resources: string;
let engine: Running;
let collection: number;
const settings = { preset: 'tiny', evaluateEvery: 0 };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'glyphscope-sweeps-'));
  await buildChildren();
  resources = await smallResources();
  engine = await run(join(folder, 'library'), { firstLaunch: true });
  await quiet(engine);
  collection = (await engine.client.collections.list())[0].id;
}, 120_000);
afterAll(async () => {
  await engine.engine.close();
  removeChildren();
  for (const one of [folder, resources]) if (existsSync(one)) rmSync(one, { recursive: true, force: true });
});

const request = (name: string, axes: Extract<SweepRequest['grid'], { kind: 'sweep' }>['axes'], more: Record<string, unknown> = {}): SweepRequest => ({ name, collection, settings: { ...settings, ...more }, grid: { kind: 'sweep', axes }, parallel: 2 });
const refused = (code: string, message: string) => ({ data: { code, message: expect.stringContaining(message) } });

/** The sweep as soon as it fits. */
async function until(sweep: string, fits: (status: SweepStatus) => boolean): Promise<SweepStatus> {
  for await (const status of await engine.client.sweeps.watch({ sweep })) if (fits(status)) return status;
  throw new Error('the watch ended');
}
const over = ({ state, variants }: SweepStatus) => state !== 'running' && variants.every((variant) => variant.state !== 'active');
const states = ({ variants }: SweepStatus) => variants.map(({ label, state }) => `${label}: ${state}`);
const active = ({ variants }: SweepStatus): VariantStatus[] => variants.filter(({ state }) => state === 'active');

async function planned(asked: SweepRequest): Promise<SweepPlan> {
  for await (const event of await engine.client.sweeps.plan(asked)) if ('plan' in event) return event.plan;
  throw new Error('there was no plan');
}

it('says what it would train and, as far as that was timed, take, and begins nothing', async () => {
  const plan = await planned(request('planned', [{ key: 'vocabulary', values: [8, 16] }, { key: 'batch', values: [16] }, { key: 'crossView', values: [true, false] }], { views: 1 }));
  expect(plan.variants.map(({ label, variant, error }) => [label, variant, error?.code ?? null])).toEqual([
    ['GS 8, batch 16, crossView on', null, 'INVALID_INPUT'],
    ['GS 8, batch 16, crossView off', null, 'INVALID_INPUT'],
    ['GS 16, batch 16, crossView on', null, 'INVALID_INPUT'],
    ['GS 16, batch 16, crossView off', null, 'INVALID_INPUT'],
  ]);
  expect(plan.cost).toBeNull();
  const fine = await planned(request('planned', [{ key: 'vocabulary', values: [8, 16] }]));
  expect(fine).toMatchObject({ parallel: 2, evaluated: true, cost: { runs: 2, memory: { total: expect.any(Number) as number } } });
  expect(fine.cost!.missing).toBeGreaterThan(0); // views are computed for a training
  expect(await engine.client.sweeps.list()).toEqual([]);
  await expect(engine.client.sweeps.start(request('new', [{ key: 'seed', values: [1] }]))).rejects.toMatchObject(refused('INVALID_INPUT', 'cannot be named'));
  await expect(engine.client.sweeps.start(request('x'.repeat(80), [{ key: 'seed', values: [1] }]))).rejects.toMatchObject(refused('INVALID_INPUT', 'at most 80 characters'));
});

it('trains, describes and evaluates every variant; one that fails does not keep the others', async () => {
  await engine.client.sweeps.start(request('first', [{ key: 'batch', values: [4096, 16] }, { key: 'vocabulary', values: [8, 16] }]));
  const status = await until('first', over);
  expect(states(status)).toEqual(['GS 8, batch 4096: failed', 'GS 16, batch 4096: failed', 'GS 8, batch 16: done', 'GS 16, batch 16: done']);
  expect(status.state).toBe('stopped');
  const [failed, , done] = status.variants;
  expect(failed).toMatchObject({ run: null, error: { code: 'COLLECTION_TOO_SMALL' } });
  expect(done).toMatchObject({ variant: 'GS 8', step: 20, steps: 20, error: null });
  expect(Object.keys(done.accuracy!)).toEqual(['1', '2', '3', '4']);
  expect(done.teacher!.knn).toBeGreaterThan(0.3);
  expect(await engine.client.sweeps.list()).toMatchObject([{ name: 'first', state: 'stopped', variants: 4, done: 2, failed: 2 }]);
  const runs = (await engine.client.runs.list()).filter(({ sweep }) => sweep === 'first');
  expect(runs.map(({ name }) => name).sort()).toEqual(['first: GS 16, batch 16', 'first: GS 8, batch 16']);
}, 120_000);

it('tries a failed variant again when it is asked to, and no other', async () => {
  await expect(engine.client.sweeps.retry({ sweep: 'first', variant: 'no such' })).rejects.toMatchObject(refused('NOT_FOUND', 'no such'));
  await engine.client.sweeps.retry({ sweep: 'first', variant: 'GS 8, batch 4096' });
  expect(states(await until('first', over))).toEqual(['GS 8, batch 4096: failed', 'GS 16, batch 4096: failed', 'GS 8, batch 16: done', 'GS 16, batch 16: done']);
});

it('goes on under its name with variants that are new, and with nothing else', async () => {
  const again = request('first', [{ key: 'batch', values: [16] }, { key: 'vocabulary', values: [8, 4] }]);
  await expect(engine.client.sweeps.start(again)).rejects.toMatchObject(refused('NAME_TAKEN', 'There is a sweep "first" already.'));
  await expect(engine.client.sweeps.start({ ...again, goOn: true, settings: { ...settings, steps: 30 } })).rejects.toMatchObject(refused('INVALID_INPUT', '"first" was begun with steps 20, not 30.'));
  const [before] = (await engine.client.runs.list()).filter(({ name }) => name === 'first: GS 8, batch 16');
  await engine.client.sweeps.start({ ...again, goOn: true });
  expect(states(await until('first', over)).slice(2)).toEqual(['GS 8, batch 16: done', 'GS 16, batch 16: done', 'GS 4, batch 16: done']);
  expect(await engine.client.runs.get({ run: before.id })).toEqual(before);
}, 120_000);

it('stops with checkpoints, and goes on after a restart by itself where it was', async () => {
  const long = request('long', [{ key: 'seed', values: [0, 1, 2] }], { steps: 3_000, checkpointEvery: 50 });
  await engine.client.sweeps.start(long);
  const begun = await until('long', (status) => active(status).length === 2 && active(status).every(({ step }) => step > 60));
  expect(begun.variants[2].state).toBe('waiting');
  const stopped = await engine.client.sweeps.stop({ sweep: 'long' });
  expect([stopped.state, ...states(stopped)]).toEqual(['stopped', 'seed 0: waiting', 'seed 1: waiting', 'seed 2: waiting']);
  const kept = (await engine.client.runs.list()).filter(({ sweep }) => sweep === 'long');
  for (const { state, checkpointStep } of kept) expect([state, checkpointStep! > 60]).toEqual(['stopped', true]);

  await engine.client.sweeps.resume({ sweep: 'long' });
  await until('long', (status) => active(status).some(({ step }) => step > stopped.variants[0].step + 60));
  await engine.engine.close();
  engine = await run(join(folder, 'library'), { firstLaunch: true });
  const resumed = await until('long', (status) => active(status).length === 2);
  expect(resumed.variants[0].step).toBeGreaterThan(60);
  await engine.client.sweeps.stop({ sweep: 'long' });
}, 120_000);

it('is taken up from its runs when the registry has lost it, and is off the list once they are deleted', async () => {
  const before = (await engine.client.sweeps.get({ sweep: 'first' })).variants.filter(({ state }) => state === 'done');
  await expect(engine.client.sweeps.remove({ sweep: 'first' })).rejects.toMatchObject(refused('INVALID_INPUT', 'has 3 runs'));
  await engine.engine.close();
  const db = openLibraryDatabase(join(folder, 'library', 'library.sqlite'), { check: false });
  db.write.sweeps.remove(db.read.sweeps.byName('first')!.id);
  db.close();
  engine = await run(join(folder, 'library'), { firstLaunch: false });
  const found = await engine.client.sweeps.get({ sweep: 'first' });
  expect(found.variants.map(({ label, state, accuracy }) => ({ label, state, accuracy }))).toEqual(before.map(({ label, state, accuracy }) => ({ label, state, accuracy })));
  expect(found.variants.map(({ change }) => change)).toEqual(expect.arrayContaining([{ vocabulary: 8 }, { vocabulary: 16 }, { vocabulary: 4 }]));
  await engine.client.runs.remove({ runs: found.variants.map(({ run: id }) => id!) });
  await engine.client.sweeps.remove({ sweep: 'first' });
  expect((await engine.client.sweeps.list()).map(({ name }) => name)).toEqual(['long']);
}, 120_000);
