import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunNews } from '../../../src-main/contract/run-news';
import { buildChildren, eventsUntil, isState, quiet, removeChildren, run, smallResources, type Running } from './built-engine';

/** Runs that are trained one after the other, in an engine that stays. */
let folder: string;
let resources: string;
let engine: Running;
let collection: number;
const tiny = { preset: 'tiny', backend: 'auto', threads: 2, evaluateEvery: 0 };
const endless = { ...tiny, steps: 100_000 };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'glyphscope-queue-'));
  await buildChildren();
  resources = await smallResources();
  engine = await run(join(folder, 'library'), { firstLaunch: true });
  await quiet(engine);
  collection = (await engine.client.collections.list())[0].id;
});
afterAll(async () => {
  await engine.engine.close();
  removeChildren();
  for (const one of [folder, resources]) rmSync(one, { recursive: true, force: true });
});

const start = async (name: string, config: Record<string, unknown> = tiny, o: { atOnce?: boolean } = {}) => (await engine.client.runs.start({ name, collection, config, ...o })).id;
/** Names and places of the runs that wait, the next one first. */
async function waiting(): Promise<string[]> {
  const runs = (await engine.client.runs.list()).filter(({ state }) => state === 'queued').sort((a, b) => a.queuePlace! - b.queuePlace!);
  expect(runs.map(({ queuePlace }) => queuePlace)).toEqual(runs.map((_, i) => i + 1));
  return runs.map(({ name }) => name);
}
const stateOf = async (id: number) => (await engine.client.runs.get({ run: id })).state;
const training = (id: number) => eventsUntil(engine, id, (event) => event.type === 'step');
const refused = (code: string) => ({ data: { code } });

const ids: Record<string, number> = {};

it('a second run waits, in an order that can be changed, and has its turn when the first one ends', async () => {
  ids.first = await start('First', endless);
  await training(ids.first);
  for (const name of ['second', 'third', 'fourth']) ids[name] = await start(name);
  expect(await waiting()).toEqual(['second', 'third', 'fourth']);
  await engine.client.runs.moveInQueue({ run: ids.fourth, place: 1 });
  expect(await waiting()).toEqual(['fourth', 'second', 'third']);
  await engine.client.runs.moveInQueue({ run: ids.fourth, place: 99 });
  expect(await waiting()).toEqual(['second', 'third', 'fourth']);
  await expect(engine.client.runs.moveInQueue({ run: ids.first, place: 1 })).rejects.toMatchObject(refused('INVALID_INPUT'));
  await expect(engine.client.runs.pause({ run: ids.second })).rejects.toMatchObject(refused('INVALID_INPUT'));
  await expect(engine.client.runs.resume({ run: ids.second })).rejects.toMatchObject(refused('RUN_BUSY'));
  await expect(engine.client.runs.remove({ runs: [ids.second] })).rejects.toMatchObject(refused('RUN_BUSY'));
  await engine.client.runs.stop({ run: ids.third });
  expect(await stateOf(ids.third)).toBe('stopped');
  expect(await waiting()).toEqual(['second', 'fourth']);
});

it('a paused run keeps its turn; "at once" trains beside it', async () => {
  await engine.client.runs.pause({ run: ids.first });
  await eventsUntil(engine, ids.first, isState('paused'));
  const beside = await start('beside', tiny, { atOnce: true });
  await eventsUntil(engine, beside, isState('finished', 'failed'));
  expect(await stateOf(beside)).toBe('finished');
  expect(await waiting()).toEqual(['second', 'fourth']);
  await engine.client.runs.resume({ run: ids.fourth, atOnce: true });
  await eventsUntil(engine, ids.fourth, isState('finished', 'failed'));
  expect(await waiting()).toEqual(['second']);
  await engine.client.runs.resume({ run: ids.first });
  await training(ids.first);
});

it('the order is kept over the end of an engine; what was begun before goes first, and the next engine goes on', async () => {
  ids.fifth = await start('fifth', endless);
  await engine.client.runs.moveInQueue({ run: ids.fifth, place: 1 });
  await engine.engine.close();
  engine = await run(join(folder, 'library'), { firstLaunch: true });
  await training(ids.fifth);
  expect(await stateOf(ids.first)).toBe('interrupted');
  expect(await waiting()).toEqual(['second']);
  await engine.client.runs.resume({ run: ids.first });
  expect(await waiting()).toEqual(['First', 'second']);
});

it('a run whose collection has gone fails with the reason, and the next one has its turn', async () => {
  const before = await engine.client.host.importPath({ path: join(resources, 'sample', 'cifar10-sample.zip'), collection: 'Passing' });
  await quiet(engine);
  const passing = (await engine.client.collections.list()).find(({ name }) => name === 'Passing')!;
  expect(before.job).toBeTruthy();
  const lost = (await engine.client.runs.start({ name: 'lost', collection: passing.id, config: tiny })).id;
  await engine.client.runs.moveInQueue({ run: lost, place: 1 });
  await engine.client.collections.remove({ collection: passing.id });
  await engine.client.runs.stop({ run: ids.fifth });
  await training(ids.first);
  expect(await engine.client.runs.get({ run: lost })).toMatchObject({ state: 'failed', error: { code: 'NOT_FOUND', message: 'The collection "Passing" that this run trains on is not there.' } });
});

it('a run that is discarded is deleted undone and describes nothing; what happens is told', async () => {
  const news: RunNews[] = [];
  const stop = new AbortController();
  const following = (async () => {
    for await (const one of await engine.client.runs.news(undefined, { signal: stop.signal })) news.push(one);
  })().catch(() => {});
  await engine.client.runs.discard({ run: ids.first });
  await expect(engine.client.runs.get({ run: ids.first })).rejects.toMatchObject(refused('NOT_FOUND'));
  expect(existsSync(join(folder, 'library', 'runs', String(ids.first), 'checkpoints'))).toBe(true);
  await engine.client.curate.undo();
  expect(await engine.client.runs.get({ run: ids.first })).toMatchObject({ state: 'stopped', usable: true, encoded: [] });
  await eventsUntil(engine, ids.second, isState('finished', 'failed'));
  await expect.poll(() => news.filter(({ kind }) => kind === 'finished')).toEqual([{ run: ids.second, name: 'second', kind: 'finished', title: 'second is trained', text: 'All 20 steps are done.' }]);
  stop.abort();
  await following;
});

it('what a run suffers from is kept with it', async () => {
  const wide = { ...tiny, vocabulary: 128 };
  const id = await start('few images', wide);
  await eventsUntil(engine, id, isState('finished', 'failed'));
  const [finding] = await engine.client.runs.health({ run: id });
  expect(finding).toMatchObject({ kind: 'little-data', raisedAt: 1, overAt: null });
  expect((await engine.client.runs.get({ run: id })).finding).toEqual({ kind: 'little-data', severity: 'attention', title: 'few images', raisedAt: 1, standing: 1 });
});
