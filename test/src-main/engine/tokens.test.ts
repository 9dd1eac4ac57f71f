import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quoted } from '../../../src-main/contract/query';
import { embeddedTeacher } from '../../../src-main/teacher/catalogue';
import { sampleImages } from '../dataset/archives';
import { buildChildren, endOf, eventsUntil, isState, quiet, removeChildren, run, smallResources, type Running } from './built-engine';

/** A run that looks at the teacher's tokens, from the images to its figures. */
let resources: string;
let folder: string;
let library: string;
let engine: Running;
let collection: number;
let runId: number;
const tiny = { preset: 'tiny', featureTokens: 4, threads: 1, backend: 'tensorflow' };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'glyphscope-tokens-'));
  library = join(folder, 'library');
  await buildChildren();
  resources = await smallResources();
  engine = await run(library, { firstLaunch: true });
  await quiet(engine);
  collection = (await engine.client.collections.list())[0].id;
});
afterAll(async () => {
  await engine.engine.close();
  removeChildren();
  for (const one of [folder, resources]) rmSync(one, { recursive: true, force: true });
});

const feature = (name: string) => join(library, 'features', embeddedTeacher().id, name);

describe('features with tokens', () => {
  it('are refused when the teacher has not as many', async () => {
    const refused = { data: { code: 'INVALID_INPUT', subject: 'featureTokens', message: 'The teacher cifar10-simclr-small gives 16 tokens for an image, not 25.' } };
    await expect(engine.client.features.compute({ collection, views: false, tokens: 25 })).rejects.toMatchObject(refused);
    await expect(engine.client.runs.start({ name: 'Many', collection, config: { ...tiny, featureTokens: 25 } })).rejects.toMatchObject(refused);
    await expect(engine.client.runs.start({ name: 'Three', collection, config: { ...tiny, featureTokens: 3 } })).rejects.toMatchObject({ data: { message: 'featureTokens = 3 is no square.' } });
  });

  it('are kept beside the features, which stay as they were, and are computed once', async () => {
    const compute = async (tokens?: number) => endOf(engine, (await engine.client.features.compute({ collection, views: true, tokens })).job);
    expect((await compute()).counts).toEqual({ computed: 250, failed: 0 });
    expect(() => statSync(feature('clean-tokens-4.f32'))).toThrow('ENOENT');
    const names = ['clean.f32', 'views-0.f32'];
    const before = names.map((name) => readFileSync(feature(name)));
    expect((await compute(4)).counts).toEqual({ computed: 250, failed: 0 });
    names.forEach((name, i) => expect(readFileSync(feature(name)).equals(before[i])).toBe(true));
    expect(statSync(feature('clean-tokens-4.f32')).size).toBe(250 * 4 * 256 * 4);
    expect(statSync(feature('views-0-tokens-4.f32')).size).toBe(250 * 4 * 4 * 256 * 4);
    expect((await compute(4)).counts).toEqual({ computed: 0, failed: 0 });
  });
});

describe('a run with featureTokens', () => {
  it('trains and describes its collection', async () => {
    runId = (await engine.client.runs.start({ name: 'Tokens', collection, config: tiny })).id;
    const events = await eventsUntil(engine, runId, isState('finished', 'failed'));
    expect(events.at(-1)).toMatchObject({ type: 'state', state: 'finished', step: 20, error: null });
    expect((await quiet(engine, 'encode')).at(-1)).toMatchObject({ kind: 'encode', state: 'done', counts: { described: 250, computed: 250, failed: 0 } });
    expect(JSON.parse(readFileSync(join(library, 'runs', String(runId), 'checkpoints/step-20/manifest.json'), 'utf8'))).toMatchObject({ featureWidth: 256, tokenWidth: 256, config: { featureTokens: 4 } });
  });

  it('describes a file as it describes the same image in the collection', async () => {
    const [sample] = await sampleImages(1);
    const file = new Blob([new Uint8Array(sample.bytes)]);
    const [outcome] = await engine.client.describe.files({ run: runId, files: [{ name: 'mine.jpg', file }] });
    if ('error' in outcome) throw new Error(outcome.error.message);
    const { sha256, description } = outcome.file;
    const stored = await engine.client.images.list({ collection, run: runId, query: quoted(sample.name), offset: 0, limit: 1 });
    expect(description.symbols).toEqual(stored.items[0].symbols);
    const near = await engine.client.explore.near({ run: runId, collection, of: { kind: 'file', sha256 }, by: 'feature', count: 1 });
    expect(near.items[0]).toMatchObject({ image: { id: stored.items[0].id }, edits: 0 });
    const [own] = await engine.client.describe.alternatives({ run: runId, sha256, position: 2 });
    expect(own.symbols).toEqual(description.symbols);
    for await (const event of await engine.client.describe.occlude({ run: runId, name: 'mine.jpg', file, grid: 4 }))
      if ('occlusion' in event) expect(event.occlusion.drops.map((drops) => drops.length)).toEqual([16, 16, 16, 16]);
  });

  it('is evaluated, measured as a language, and classifies from a few images', async () => {
    const asked = { run: runId, collection };
    for (const job of [await engine.client.runs.evaluate(asked), await engine.client.runs.measureStatistics(asked), await engine.client.runs.measureFewShot({ ...asked, shots: [1], draws: 2, seed: 0 })])
      expect(await endOf(engine, job.job)).toMatchObject({ state: 'done', error: null });
    expect(await engine.client.runs.statistics(asked)).toMatchObject({ run: 'Tokens', images: 250, length: 4, vocabulary: 16 });
  });

  it('trains beside a run without tokens, for which nothing more is computed', async () => {
    const { id } = await engine.client.runs.start({ name: 'Plain', collection, config: { ...tiny, featureTokens: 0 } });
    expect((await eventsUntil(engine, id, isState('finished', 'failed'))).at(-1)).toMatchObject({ state: 'finished' });
    expect((await quiet(engine, 'encode', 2)).filter(({ kind }) => kind === 'features')).toHaveLength(3);
  });

  it('computes the tokens itself that it is the first to look at', async () => {
    const { id } = await engine.client.runs.start({ name: 'One', collection, config: { ...tiny, featureTokens: 1 } });
    const events = await eventsUntil(engine, id, isState('finished', 'failed'));
    expect(events.at(-1)).toMatchObject({ state: 'finished', error: null });
    expect(statSync(feature('views-0-tokens-1.f32')).size).toBeGreaterThanOrEqual(200 * 4 * 256 * 4);
    expect((await quiet(engine, 'encode', 3)).filter(({ kind }) => kind === 'features')).toHaveLength(4);
  });
});
