import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Described, Occlusion } from '../../../src-main/contract/describing';
import { ImageWorkerPool } from '../../../src-main/teacher/image-worker-pool';
import { StudentClient } from '../../../src-main/training/student-client';
import { quoted } from '../../../src-main/contract/query';
import { sampleImages } from '../dataset/archives';
import { cosine } from '../explore/sets';
import { buildChildren, eventsUntil, isState, quiet, removeChildren, run, smallResources, type Running } from './built-engine';

let folder: string;
let resources: string;
let engine: Running;
let collection: number;
let runId: number;
let samples: { name: string; bytes: Uint8Array }[];
const blob = (bytes: Uint8Array) => new Blob([new Uint8Array(bytes)]);
const L = 4;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'glyphscope-describing-'));
  await buildChildren();
  resources = await smallResources();
  engine = await run(join(folder, 'library'), { firstLaunch: true });
  await quiet(engine);
  collection = (await engine.client.collections.list())[0].id;
  runId = (await engine.client.runs.start({ name: 'First', collection, config: { preset: 'tiny', backend: 'auto', threads: 2 } })).id;
  await eventsUntil(engine, runId, isState('finished', 'failed'));
  await quiet(engine, 'encode');
  samples = await sampleImages(6);
});
afterAll(async () => {
  await engine.engine.close();
  removeChildren();
  for (const one of [folder, resources]) rmSync(one, { recursive: true, force: true });
});

async function describeSamples(some = samples): Promise<Described[]> {
  const outcomes = await engine.client.describe.files({ run: runId, files: some.map(({ name, bytes }) => ({ name, file: blob(bytes) })) });
  return outcomes.map((outcome) => {
    if ('error' in outcome) throw new Error(outcome.error.message);
    return outcome.file;
  });
}

describe('files', () => {
  it('are described in a batch as each is alone and in the collection, and what is broken is named', async () => {
    const files = [...samples.slice(0, 3).map(({ name, bytes }) => ({ name, file: blob(bytes) })), { name: 'empty.png', file: new Blob([]) }, { name: 'text.png', file: new Blob(['no image']) }];
    const outcomes = await engine.client.describe.files({ run: runId, files });
    expect(outcomes.map((outcome) => ('error' in outcome ? [outcome.error.code, outcome.error.subject] : outcome.file.name))).toEqual([...samples.slice(0, 3).map(({ name }) => name), ['IMAGE_EMPTY', 'empty.png'], ['IMAGE_UNREADABLE', 'text.png']]);
    for (const outcome of outcomes.slice(0, 3)) {
      if ('error' in outcome) continue;
      const { total, items } = await engine.client.images.list({ collection, run: runId, query: quoted(outcome.file.name), offset: 0, limit: 1 });
      if (total > 0) expect(outcome.file.description.symbols).toEqual(items[0].symbols);
      expect(outcome.file.description.alternatives.map(([best]) => best.symbol)).toEqual(outcome.file.description.symbols);
    }
  });

  it('cost neither teacher nor student a call when their bytes were described before, under whatever name', async () => {
    const before = await describeSamples();
    const teacher = vi.spyOn(ImageWorkerPool.prototype, 'request');
    const student = vi.spyOn(StudentClient.prototype, 'describe');
    const again = await describeSamples(samples.map(({ bytes }, i) => ({ name: `copy-${i}.jpg`, bytes })));
    expect([teacher.mock.calls.length, student.mock.calls.length]).toEqual([0, 0]);
    expect(again.map(({ description, known, width }) => [description, known, width])).toEqual(before.map(({ description, width }) => [description, true, width]));
    // One new file among known ones: one file for the teacher, one call of the student.
    const [other] = (await sampleImages(9)).slice(8);
    await describeSamples([...samples, { name: 'new.jpg', bytes: other.bytes }]);
    expect([teacher.mock.calls.length, student.mock.calls.length]).toEqual([2, 1]);
    vi.restoreAllMocks();
  });

  it('have alternatives whose continuations the student itself would write', async () => {
    const [{ sha256, description }] = await describeSamples();
    for (const position of [0, L - 1]) {
      const found = await engine.client.describe.alternatives({ run: runId, sha256, position, count: 5 });
      expect(found.map(({ symbol, probability }) => ({ symbol, probability }))).toEqual(description.alternatives[position].slice(0, 5));
      expect(found[0].symbols).toEqual(description.symbols);
      found[0].probabilities.forEach((p, j) => expect(p).toBeCloseTo(description.probabilities[j], 4));
      for (const one of found) {
        expect(one.symbols.slice(0, position)).toEqual(description.symbols.slice(0, position));
        expect(one.symbols[position]).toBe(one.symbol);
        expect(one.probabilities[position]).toBeCloseTo(one.probability, 4);
      }
    }
    await expect(engine.client.describe.alternatives({ run: runId, sha256, position: 7 })).rejects.toMatchObject({ data: { code: 'INVALID_INPUT', message: 'Descriptions of this run have 4 symbols: there is no position 8.' } });
    await expect(engine.client.describe.alternatives({ run: runId, sha256: '0'.repeat(64), position: 0 })).rejects.toMatchObject({ data: { code: 'NOT_FOUND', remedy: 'Drop it on the Describe page again.' } });
  });

  it('are read symbol by symbol: each reading finds what its own sequence finds, and fewer images begin so', async () => {
    const [{ sha256, description }] = await describeSamples();
    const readings = await engine.client.describe.readings({ run: runId, collection, sha256, lengths: [1, 2, 4, 8], count: 5 });
    expect(readings.map(({ length }) => length)).toEqual([1, 2, 4]);
    for (const { length, items, begins } of readings) {
      const spoken = await engine.client.explore.near({ run: runId, collection, of: { kind: 'symbols', symbols: description.symbols.slice(0, length) }, by: 'embedding', count: 5 });
      expect(items.map(({ image }) => image.id)).toEqual(spoken.items.map(({ image }) => image.id));
      expect([...begins].sort((a, b) => b - a)).toEqual(begins);
    }
  });

  it('have a heat map with its progress: drops of every symbol by patch, the same when asked twice', async () => {
    const file = { run: runId, name: samples[0].name, file: blob(samples[0].bytes), grid: 8 as const };
    const ask = async () => {
      const progress: number[] = [];
      let found: Occlusion | null = null;
      for await (const event of await engine.client.describe.occlude(file)) {
        if ('occlusion' in event) found = event.occlusion;
        else progress.push(event.done);
      }
      return { progress, found: found! };
    };
    const { progress, found } = await ask();
    expect(progress).toEqual([0, 16, 32, 48, 64]);
    expect(found.drops.map((drops) => drops.length)).toEqual([64, 64, 64, 64]);
    expect(found.drops.flat().every(Number.isFinite)).toBe(true);
    expect(found.drops.flat().some((drop) => Math.abs(drop) > 1e-3)).toBe(true);
    expect(found.seen).toEqual({ left: 0, top: 0, width: 1, height: 1 });
    expect((await ask()).found.drops).toEqual(found.drops);
  });
});

describe('near images', () => {
  it('equal a comparison of all images, by every kind', async () => {
    const { items: all } = await engine.client.images.list({ collection, run: runId, offset: 0, limit: 1000 });
    const [asked] = all;
    const near = (by: 'embedding' | 'feature' | 'prefix' | 'edits') => engine.client.explore.near({ run: runId, collection, of: { kind: 'image', image: asked.id }, by, count: 500 });
    const [byEmbedding, byFeature, byPrefix, byEdits] = await Promise.all([near('embedding'), near('feature'), near('prefix'), near('edits')]);
    for (const found of [byEmbedding, byFeature, byPrefix, byEdits]) {
      expect(new Set(found.items.map(({ image }) => image.id))).toEqual(new Set(all.slice(1).map(({ id }) => id)));
      expect(found.begins).toEqual(asked.symbols!.map((_, at) => all.filter(({ symbols }) => symbols!.slice(0, at + 1).every((symbol, j) => symbol === asked.symbols![j])).length));
    }
    const similarity = new Map(byEmbedding.items.map((one) => [one.image.id, one.similarity]));
    const falls = (numbers: number[]) => numbers.every((value, at) => at === 0 || value <= numbers[at - 1] + 1e-6);
    expect(falls(byEmbedding.items.map((one) => one.similarity))).toBe(true);
    expect(falls(byFeature.items.map((one) => one.similarity))).toBe(true);
    expect(falls(byPrefix.items.map((one) => 4 * one.sharedPrefix + similarity.get(one.image.id)!))).toBe(true);
    expect(falls(byEdits.items.map((one) => -4 * one.edits + similarity.get(one.image.id)!))).toBe(true);
    // The teacher's space is another one: its nearest image is that of the features themselves.
    const feature = async (id: number) => (await engineFeatures())(id);
    const own = await feature(asked.id);
    const cosines = await Promise.all(byFeature.items.slice(0, 20).map(async (one) => cosine(own, await feature(one.image.id))));
    byFeature.items.slice(0, 20).forEach((one, at) => expect(one.similarity).toBeCloseTo(cosines[at], 4));
  });

  it('of a sequence with any symbols are those of the mean over the images, counted by definition', async () => {
    const { items: all } = await engine.client.images.list({ collection, run: runId, offset: 0, limit: 1000 });
    const [first, , third] = all[7].symbols!;
    const asked = { run: runId, collection, of: { kind: 'symbols' as const, symbols: [first, null, third] } };
    const found = await engine.client.explore.near({ ...asked, by: 'embedding', count: 10 });
    const beginning = (at: number) => all.filter(({ symbols }) => [first, null, third].slice(0, at).every((symbol, j) => symbol === null || symbols![j] === symbol)).length;
    expect(found.begins).toEqual([beginning(1), beginning(2), beginning(3)]);
    expect(found.items).toHaveLength(10);
    const byPrefix = await engine.client.explore.near({ ...asked, by: 'prefix', count: 250 });
    expect(byPrefix.items.filter(({ sharedPrefix }) => sharedPrefix === 3)).toHaveLength(beginning(3));
    await expect(engine.client.explore.near({ ...asked, by: 'feature' })).rejects.toMatchObject({ data: { code: 'INVALID_INPUT', message: expect.stringContaining('no teacher feature') } });
    await expect(engine.client.explore.near({ ...asked, of: { kind: 'symbols', symbols: [99] }, by: 'embedding' })).rejects.toMatchObject({ data: { message: "Symbol 99 is not in this run's vocabulary of 16, 0 to 15." } });
    await expect(engine.client.explore.near({ ...asked, of: { kind: 'symbols', symbols: [1, 1, 1, 1, 1] }, by: 'embedding' })).rejects.toMatchObject({ data: { message: 'A description of this run has 1 to 4 symbols, not 5.' } });
  });
});

/** Reads the teacher's features from the library's own file. */
async function engineFeatures(): Promise<(image: number) => Float32Array> {
  const { FeatureStore } = await import('../../../src-main/teacher/feature-store');
  const { embeddedTeacher } = await import('../../../src-main/teacher/catalogue');
  const info = embeddedTeacher(resources);
  const store = FeatureStore.open(join(folder, 'library', 'features', info.id), { width: info.featureWidth, records: 1, name: 'clean' });
  return (image) => store.gather([image - 1]);
}
