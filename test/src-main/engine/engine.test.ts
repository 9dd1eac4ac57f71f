import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quoted } from '../../../src-main/contract/query';
import { sampleImages, samplePath } from '../dataset/archives';
import { writeBrokenFolder, writePictures } from '../../support/images';
import { buildChildren, embedRun, endOf, eventsUntil, isState, quiet, removeChildren, run, smallResources, type Running } from './built-engine';

let resources: string;
let folder: string;
let first: Running;
let collection: number;
let runId: number;
const tiny = { preset: 'tiny', backend: 'auto', threads: 2 };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'glyphscope-engine-'));
  await buildChildren();
  resources = await smallResources();
  first = await run(join(folder, 'library'), { firstLaunch: true });
});
afterAll(async () => {
  await first.engine.close();
  removeChildren();
  for (const one of [folder, resources]) rmSync(one, { recursive: true, force: true });
});

describe('a first launch without an embedded run', () => {
  it('shows the sample with labels and splits', async () => {
    const [job] = await quiet(first);
    expect(job).toMatchObject({ kind: 'first-launch', state: 'done', counts: { imported: 250, known: 0, failed: 0 } });
    const [sample] = await first.client.collections.list();
    expect(sample).toMatchObject({ name: 'CIFAR-10 sample', sample: true, images: 250, splits: { train: 200, test: 50, none: 0 }, failed: 0 });
    expect(sample.labels).toHaveLength(10);
    collection = sample.id;
    expect(await first.client.system.info()).toMatchObject({ defaultCollection: 'CIFAR-10 sample', defaultRun: null, notices: [] });
    const page = await first.client.images.list({ collection, query: 'label:cat', offset: 0, limit: 10 });
    expect(page.total).toBe(25);
    expect(page.items[0]).toMatchObject({ label: 'cat', width: 32, height: 32, symbols: null });
  });

  it('refuses what needs a run or a collection that is not there', async () => {
    const refused = (code: string) => expect.objectContaining({ data: expect.objectContaining({ code }) });
    await expect(first.client.runs.get({ run: 7 })).rejects.toEqual(refused('NOT_FOUND'));
    await expect(first.client.images.list({ collection: 99, offset: 0, limit: 1 })).rejects.toEqual(refused('NOT_FOUND'));
    await expect(first.client.images.list({ collection, query: '1', offset: 0, limit: 1 })).rejects.toEqual(refused('INVALID_INPUT'));
    await expect(first.client.runs.start({ name: 'a/b', collection, config: tiny })).rejects.toEqual(refused('INVALID_INPUT'));
    await expect(first.client.runs.start({ name: 'r', collection, config: { ...tiny, batch: 500 } })).rejects.toMatchObject({
      data: { code: 'COLLECTION_TOO_SMALL', message: '"CIFAR-10 sample" has 200 images to train on, the batch needs 500.', remedy: 'Add images, or lower the batch to 200 or less.' },
    });
    await expect(first.client.runs.start({ name: 'r', collection, config: { nonsense: 1 } })).rejects.toEqual(refused('INVALID_INPUT'));
  });
});

describe('a training', () => {
  it('computes the features it needs, streams its events, and describes its collection in the end', async () => {
    const started = await first.client.runs.start({ name: 'First', collection, config: tiny });
    expect(started).toMatchObject({ state: 'preparing', variant: 'GS 16', usable: false, collection: 'CIFAR-10 sample' });
    runId = started.id;
    const events = await eventsUntil(first, runId, isState('finished', 'failed'));
    expect(events.at(-1)).toMatchObject({ type: 'state', state: 'finished', step: 20 });
    expect(events.some(({ type }) => type === 'backend')).toBe(true);
    expect(events.flatMap((event) => (event.type === 'checkpoint' ? [event.step] : []))).toEqual([10, 20]);
    expect(events.flatMap((event) => (event.type === 'evaluation' ? [event.step] : []))).toEqual([0, 10, 20]);

    const jobs = await quiet(first, 'encode');
    expect(jobs.map(({ kind, state }) => [kind, state])).toEqual([['first-launch', 'done'], ['features', 'done'], ['encode', 'done']]);
    const shown = await first.client.runs.get({ run: runId });
    expect(shown).toMatchObject({ state: 'finished', step: 20, usable: true, encoded: ['CIFAR-10 sample'], error: null });
    expect(shown.knnTop1).toBeGreaterThan(0);
    const curves = await first.client.runs.curves({ run: runId, points: 100 });
    expect(curves.steps.at(-1)!.step).toBe(20);
    expect(curves.evaluations.map(({ step }) => step)).toEqual([0, 10, 20]);
    expect((await first.client.system.info()).defaultRun).toBe('First');
    await expect(first.client.runs.start({ name: 'first', collection, config: tiny })).rejects.toMatchObject({ data: { code: 'NAME_TAKEN' } });
  });

  it('gives descriptions that filters, facets and neighbours agree on', async () => {
    const all = await first.client.images.list({ collection, run: runId, offset: 0, limit: 1000 });
    expect(all.items.every(({ symbols }) => symbols?.length === 4)).toBe(true);
    const { symbols: nextSymbols } = await first.client.images.facets({ collection, run: runId });
    expect(nextSymbols.reduce((sum, { count }) => sum + count, 0)).toBe(250);
    const { symbol, count } = nextSymbols[0];
    expect((await first.client.images.list({ collection, run: runId, query: String(symbol), offset: 0, limit: 1 })).total).toBe(count);

    const [image] = all.items;
    const near = await first.client.explore.near({ run: runId, collection, of: { kind: 'image', image: image.id }, by: 'embedding', count: 5 });
    expect(near.searched).toBe(250);
    expect(near.items).toHaveLength(5);
    expect(near.items.map(({ image: { id } }) => id)).not.toContain(image.id);
    const sharing = all.items.filter(({ symbols }) => symbols![0] === image.symbols![0]).length;
    expect(near.begins[0]).toBe(sharing);
    const sought = await first.client.explore.near({ run: runId, collection, of: { kind: 'symbols', symbols: image.symbols!.slice(0, 2) }, by: 'embedding', count: 3 });
    expect(sought.items).toHaveLength(3);

    const vocabulary = await first.client.explore.vocabulary({ run: runId, collection, exemplars: 3 });
    expect(vocabulary).toMatchObject({ size: 16, length: 4, images: 250 });
    expect(vocabulary.symbols.reduce((sum, { byPosition }) => sum + byPosition[0], 0)).toBe(250);
    const detail = await first.client.explore.symbol({ run: runId, collection, symbol, images: 4 });
    expect(detail.positions[0]).toMatchObject({ position: 1, total: count });
    expect(detail.positions[0].images.every(({ symbols }) => symbols![0] === symbol)).toBe(true);
    expect(await first.client.runs.hues({ run: runId })).toHaveLength(16);
  });

  it('describes a file as it describes the same image in the collection, and says what is wrong with others', async () => {
    const [sample] = await sampleImages(1);
    const file = join(folder, 'mine.jpg');
    writeFileSync(file, sample.bytes);
    const described = await first.client.host.describePath({ run: runId, collection, path: file, neighbours: 3 });
    const stored = await first.client.images.list({ collection, run: runId, query: quoted(sample.name), offset: 0, limit: 1 });
    expect(described.description.symbols).toEqual(stored.items[0].symbols);
    expect(described.neighbours.byEmbedding[0]).toMatchObject({ image: { id: stored.items[0].id }, sharedPrefix: 4 });
    expect(described.neighbours.byEmbedding[0].similarity).toBeCloseTo(1, 4);
    expect(described.description.alternatives.map(([best]) => best.symbol)).toEqual(described.description.symbols);

    const broken = join(folder, 'broken');
    await writeBrokenFolder(broken);
    const codes: Record<string, string> = {};
    for (const name of readdirSync(broken)) {
      const answer = await first.client.host.describePath({ run: runId, path: join(broken, name), neighbours: 0 }).then(() => 'ok', (error: { data: { code: string } }) => error.data.code);
      codes[name] = answer;
    }
    expect(codes).toEqual({ 'empty.png': 'IMAGE_EMPTY', 'huge.png': 'IMAGE_TOO_LARGE', 'text.png': expect.stringMatching(/^IMAGE_UN/), 'truncated.jpg': 'IMAGE_UNREADABLE', 'picture-0.png': 'ok', 'picture-1.png': 'ok' });
    await expect(first.client.host.describePath({ run: runId, path: join(folder, 'nowhere.png'), neighbours: 0 })).rejects.toMatchObject({ data: { code: 'NOT_FOUND' } });
  });

  it('is evaluated and mapped', async () => {
    const evaluated = await endOf(first, (await first.client.runs.evaluate({ run: runId, collection })).job);
    expect(evaluated).toMatchObject({ state: 'done', error: null });
    const document = await first.client.runs.evaluation({ run: runId, collection });
    expect(document).toMatchObject({ run: 'First', collection: 'CIFAR-10 sample', trainImages: 200, testImages: 50 });
    expect(Object.keys(document!.student.prefix)).toEqual(['1', '2', '3', '4']);
    expect(Object.keys(document!.residualKMeans!.prefix)).toEqual(['1', '2', '3', '4']);
    for (const { top1, top5 } of [document!.student.knn, document!.teacher.linear]) {
      expect(top1).toBeGreaterThan(0.1);
      expect(top5).toBeGreaterThanOrEqual(top1);
    }
    expect(await first.client.runs.statistics({ run: runId, collection })).toBeNull();
    expect(await endOf(first, (await first.client.runs.measureStatistics({ run: runId, collection })).job)).toMatchObject({ state: 'done', kind: 'statistics' });
    expect(await first.client.runs.statistics({ run: runId, collection })).toMatchObject({ run: 'First', step: 20, images: 250, length: 4, vocabulary: 16 });
    const few = await endOf(first, (await first.client.runs.measureFewShot({ run: runId, collection, shots: [1, 5], draws: 2 })).job);
    expect(few).toMatchObject({ state: 'done', kind: 'few-shot' });
    expect(await first.client.runs.fewShot({ run: runId, collection })).toMatchObject({ draws: 2, testImages: 50, shots: [{ images: 1 }, { images: 5 }] });
    const spoken = { run: runId, collection, symbols: [1, 2, 3, 4] };
    expect(await first.client.explore.place(spoken)).toBeNull();
    expect(await endOf(first, (await first.client.explore.placeOnMap({ run: runId, collection })).job)).toMatchObject({ state: 'failed', error: { code: 'NOT_FOUND', remedy: 'Compute the map.' } });
    expect(await endOf(first, (await first.client.explore.computeMap({ run: runId, collection, seed: 3 })).job)).toMatchObject({ state: 'done' });
    const map = await first.client.explore.map({ run: runId, collection });
    expect(map).toMatchObject({ points: 250, length: 4, seed: 3, placed: 0, recall: null });
    expect(statSync(join(folder, 'library', 'maps', `${map!.id}.bin`)).size).toBe(250 * (8 + 4 + 2 + 2 * 4));
    const place = await first.client.explore.place(spoken);
    expect(place).toEqual({ map: map!.id, x: expect.any(Number), y: expect.any(Number) });
    expect(await first.client.explore.place(spoken)).toEqual(place);
    expect(await endOf(first, (await first.client.explore.placeOnMap({ run: runId, collection })).job)).toMatchObject({ state: 'done', summary: 'The map has every described image.' });
  });

  it('pauses with a checkpoint, goes on, and stops with what it has learned', async () => {
    const { id } = await first.client.runs.start({ name: 'Long', collection, config: { ...tiny, steps: 100_000, evaluateEvery: 0 } });
    await eventsUntil(first, id, (event) => event.type === 'step' && event.step >= 12);
    await first.client.runs.pause({ run: id });
    const paused = (await eventsUntil(first, id, isState('paused'))).findLast(isState('paused'))!;
    expect(await first.client.runs.get({ run: id })).toMatchObject({ state: 'paused', usable: true });
    await expect(first.client.runs.remove({ runs: [id] })).rejects.toMatchObject({ data: { code: 'RUN_BUSY' } });
    await first.client.runs.resume({ run: id });
    const step = 'step' in paused ? paused.step : -1;
    await eventsUntil(first, id, (event) => event.type === 'step' && event.step > step + 5, step);
    await first.client.runs.stop({ run: id });
    const stopped = await first.client.runs.get({ run: id });
    expect(stopped.state).toBe('stopped');
    expect(stopped.step).toBeGreaterThan(step + 5);
    await quiet(first, 'encode', 2);
    expect((await first.client.runs.get({ run: id })).encoded).toEqual(['CIFAR-10 sample']);
    await first.client.runs.remove({ runs: [id] });
    await expect(first.client.runs.get({ run: id })).rejects.toMatchObject({ data: { code: 'NOT_FOUND' } });
    expect(await first.client.deletedRuns.empty({ runs: [id] })).toMatchObject({ runs: 1 });
    expect(readdirSync(join(folder, 'library', 'runs'))).toEqual([String(runId)]);
  });

  it('that collapses is stopped when it asks for it: the alarm is in its curves, the reason stays with the run', async () => {
    const collapsing = { descriptor: 'autoregressive', crossView: false, projectionWeight: 1, alignmentWeight: 0, learningRate: 1, steps: 400, evaluateEvery: 0, onCollapse: 'stop' };
    const { id } = await first.client.runs.start({ name: 'Collapsing', collection, config: { ...tiny, ...collapsing } });
    const events = await eventsUntil(first, id, isState('stopped', 'finished', 'failed'));
    const alarm = events.find((event) => event.type === 'alarm')!;
    expect(alarm).toMatchObject({ raised: true });
    const run = await first.client.runs.get({ run: id });
    expect(run).toMatchObject({ state: 'stopped', step: alarm.step, checkpointStep: alarm.step, error: { code: 'COLLAPSED', subject: alarm.cause } });
    expect((await first.client.runs.curves({ run: id, points: 1000 })).alarms[0]).toEqual(alarm);
    await quiet(first);
    expect((await first.client.runs.get({ run: id })).encoded).toEqual([]); // what collapsed describes nothing by itself
    await first.client.runs.remove({ runs: [id] });
  });
});

describe('an import', () => {
  it('lists every file that cannot be read, keeps the rest, and does no work the second time', async () => {
    const source = join(folder, 'mine');
    await writePictures(source, 6, ['red', 'blue']);
    const broken = await writeBrokenFolder(join(source, 'broken'));
    const job = await endOf(first, (await first.client.host.importPath({ path: source, collection: 'Mine' })).job);
    expect(job).toMatchObject({ state: 'done', counts: { imported: 8, known: 0, failed: 4 }, failureCount: 4 });
    expect(job.failures.map(({ name }) => name.split('/').at(-1)).sort()).toEqual([...broken].sort());
    const mine = (await first.client.collections.list()).find(({ name }) => name === 'Mine')!;
    expect(mine).toMatchObject({ images: 8, failed: 4, sample: false });
    expect(await first.client.collections.failures({ collection: mine.id })).toHaveLength(4);
    const again = await endOf(first, (await first.client.host.importPath({ path: source, collection: 'mine' })).job);
    expect(again.counts).toEqual({ imported: 0, known: 8, failed: 4 });

    const encoded = await endOf(first, (await first.client.runs.encode({ run: runId, collection: mine.id })).job);
    expect(encoded).toMatchObject({ state: 'done', counts: { described: 8, computed: 6, failed: 0 } });
    expect((await endOf(first, (await first.client.runs.encode({ run: runId, collection: mine.id })).job)).counts).toMatchObject({ computed: 0 });
  });

  it('of an unchanged archive does not even open it', async () => {
    const archive = join(folder, 'sample copy.zip');
    cpSync(join(resources, 'sample', 'cifar10-sample.zip'), archive);
    const once = await endOf(first, (await first.client.host.importPath({ path: archive, collection: 'Archive' })).job);
    expect(once.counts).toEqual({ imported: 250, known: 0, failed: 0 });
    expect((await endOf(first, (await first.client.host.importPath({ path: archive, collection: 'Archive' })).job)).counts).toEqual({ imported: 0, known: 250, failed: 0 });
    const packs = readdirSync(join(folder, 'library', 'images')).map((name) => statSync(join(folder, 'library', 'images', name)).size);
    await first.client.collections.remove({ collection: (await first.client.collections.list()).find(({ name }) => name === 'Archive')!.id });
    expect((await first.client.collections.list()).map(({ name }) => name)).not.toContain('Archive');
    await endOf(first, (await first.client.host.importPath({ path: archive, collection: 'Archive' })).job);
    expect(readdirSync(join(folder, 'library', 'images')).map((name) => statSync(join(folder, 'library', 'images', name)).size)).toEqual(packs); // the same bytes are kept once
  });

  it('from a browser is staged, imported and cleared away', async () => {
    const { upload } = await first.client.imports.beginUpload();
    for (const [i, { bytes }] of (await sampleImages(3)).entries()) await first.client.imports.uploadFile({ upload, name: `../../train/frog/${i}.jpg`, file: new Blob([new Uint8Array(bytes)]) });
    await first.client.imports.uploadFile({ upload, name: 'notes.png', file: new Blob(['text']) });
    const job = await endOf(first, (await first.client.imports.finishUpload({ upload, collection: 'Sent' })).job);
    expect(job).toMatchObject({ state: 'done', counts: { imported: 3, failed: 1 } });
    expect((await first.client.collections.list()).find(({ name }) => name === 'Sent')).toMatchObject({ images: 3, splits: { train: 3, test: 0, none: 0 }, labels: [{ name: 'frog', count: 3 }] });
    expect(readdirSync(join(folder, 'library', 'uploads'))).toEqual([]);
  });

  it('of an empty folder or a wrong path says so and leaves no collection', async () => {
    mkdirSync(join(folder, 'empty'));
    expect(await endOf(first, (await first.client.host.importPath({ path: join(folder, 'empty'), collection: 'Nothing' })).job)).toMatchObject({ state: 'failed', error: { code: 'SOURCE_EMPTY' } });
    await expect(first.client.host.importPath({ path: join(folder, 'nowhere'), collection: 'Nothing' })).rejects.toMatchObject({ data: { code: 'SOURCE_UNREADABLE' } });
    expect((await first.client.collections.list()).map(({ name }) => name)).not.toContain('Nothing');
  });

  it('that is cancelled keeps what it has read, and goes on from there the next time', async () => {
    const { job } = await first.client.host.importPath({ path: samplePath, collection: 'Whole' });
    for await (const jobs of await first.client.jobs.watch()) {
      const now = jobs.find(({ id }) => id === job)!;
      if (now.phase === 'reading' && now.done > 256) break;
    }
    await first.client.jobs.cancel({ job });
    expect(await endOf(first, job)).toMatchObject({ state: 'cancelled', error: null });
    const kept = (await first.client.collections.list()).find(({ name }) => name === 'Whole')!.images;
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(2500);
    const again = await endOf(first, (await first.client.host.importPath({ path: samplePath, collection: 'Whole' })).job);
    expect(again.counts).toEqual({ imported: 2500 - kept, known: kept, failed: 0 });
  });

  it('with a grant works once', async () => {
    const { grant, name } = await first.client.host.grant({ path: join(folder, 'mine') });
    expect(name).toBe('mine');
    expect((await endOf(first, (await first.client.imports.fromGrant({ grant, collection: 'Granted' })).job)).counts).toMatchObject({ imported: 8 });
    await expect(first.client.imports.fromGrant({ grant, collection: 'Granted' })).rejects.toMatchObject({ data: { code: 'NOT_FOUND' } });
  });

  it('whose image is gone later names it, and the rest goes on', async () => {
    const source = join(folder, 'going');
    await writePictures(source, 4, ['a']);
    renameSync(join(source, 'a', 'picture-2.png'), join(folder, 'elsewhere.png'));
    writeFileSync(join(source, 'a', 'picture-2.png'), readFileSync(join(resources, 'teacher', 'teacher.json'))); // never an image
    rmSync(join(source, 'a', 'picture-2.png'));
    cpSync(join(folder, 'elsewhere.png'), join(source, 'a', 'unique.png'));
    const bytes = (await sampleImages(6))[5].bytes;
    writeFileSync(join(source, 'a', 'gone.jpg'), Buffer.concat([bytes, Buffer.from('another image than the sample has')]));
    await endOf(first, (await first.client.host.importPath({ path: source, collection: 'Going' })).job);
    rmSync(join(source, 'a', 'gone.jpg'));
    const going = (await first.client.collections.list()).find((one) => one.name === 'Going')!;
    const job = await endOf(first, (await first.client.runs.encode({ run: runId, collection: going.id })).job);
    expect(job).toMatchObject({ state: 'done', failureCount: 1, failures: [{ code: 'IMAGE_GONE', name: expect.stringContaining('gone.jpg') }] });
    const page = await first.client.images.list({ collection: going.id, run: runId, offset: 0, limit: 10 });
    expect(page.items.filter(({ symbols }) => symbols === null).map(({ name }) => name)).toEqual(['a/gone.jpg']);
  });
});

describe('what interrupts', () => {
  it('a trainer that is killed leaves a run that resumes from its checkpoint', async () => {
    const { id } = await first.client.runs.start({ name: 'Killed', collection, config: { ...tiny, steps: 60, evaluateEvery: 0 } });
    await eventsUntil(first, id, (event) => event.type === 'checkpoint');
    const trainers = await trainerIds();
    expect(trainers).toHaveLength(1);
    process.kill(trainers[0], 'SIGKILL');
    await eventsUntil(first, id, isState('interrupted'));
    const interrupted = await first.client.runs.get({ run: id });
    expect(interrupted).toMatchObject({ state: 'interrupted', error: { code: 'PROCESS_DIED', remedy: expect.stringContaining('Resume') } });
    await first.client.runs.resume({ run: id });
    await eventsUntil(first, id, isState('finished', 'failed'));
    expect(await first.client.runs.get({ run: id })).toMatchObject({ state: 'finished', step: 60, error: null });
    const { steps } = await first.client.runs.curves({ run: id, points: 1000 });
    expect(steps.map(({ step }) => step)).toEqual([...new Set(steps.map(({ step }) => step))].sort((a, b) => a - b)); // no step twice
    await quiet(first);
  });

  it('an engine that ends leaves its training interrupted; the next engine finds everything and goes on', async () => {
    const { id } = await first.client.runs.start({ name: 'Halted', collection, config: { ...tiny, steps: 100_000, evaluateEvery: 0 } });
    await eventsUntil(first, id, (event) => event.type === 'step' && event.step >= 5);
    await first.engine.close();
    expect(await trainerIds()).toEqual([]);
    expect(readdirSync(join(folder, 'library')).filter((name) => name === 'library.lock')).toEqual([]);

    first = await run(join(folder, 'library'), { firstLaunch: true });
    expect(await first.client.runs.get({ run: id })).toMatchObject({ state: 'interrupted', usable: true });
    expect((await first.client.collections.list()).map(({ name }) => name).sort()).toEqual(['Archive', 'CIFAR-10 sample', 'Going', 'Granted', 'Mine', 'Sent', 'Whole']);
    expect((await first.client.jobs.list()).filter(({ kind }) => kind === 'first-launch')).toHaveLength(1);
    await first.client.runs.resume({ run: id });
    await eventsUntil(first, id, (event) => event.type === 'step');
    await first.client.runs.stop({ run: id });
    expect(await first.client.runs.get({ run: id })).toMatchObject({ state: 'stopped' });
    await quiet(first);
  });

  it('a second engine is told which one holds the library', async () => {
    await expect(run(join(folder, 'library'), { firstLaunch: false })).rejects.toMatchObject({ code: 'LIBRARY_IN_USE', message: expect.stringContaining(String(process.pid)) });
  });
});

describe('a first launch with the embedded run', () => {
  it('ends with described images and a map; the second start does nothing again', async () => {
    embedRun(resources, join(folder, 'library', 'runs', String(runId)), 20);
    const fresh = await run(join(folder, 'fresh'), { firstLaunch: true });
    try {
      const jobs = await quiet(fresh, 'first-launch');
      expect(jobs[0]).toMatchObject({ kind: 'first-launch', state: 'done' });
      const [embedded] = await fresh.client.runs.list();
      expect(embedded).toMatchObject({ name: 'Embedded', embedded: true, state: 'finished', usable: true, encoded: ['CIFAR-10 sample'], collection: 'CIFAR-10', knnTop1: 0.5 });
      const page = await fresh.client.images.list({ collection: 1, run: embedded.id, offset: 0, limit: 1000 });
      expect(page.items.every(({ symbols }) => symbols?.length === 4)).toBe(true);
      expect(await fresh.client.system.info()).toMatchObject({ defaultRun: 'Embedded', defaultCollection: 'CIFAR-10 sample' });
      const ended = await quiet(fresh, 'map');
      expect(ended.map(({ kind, state }) => [kind, state])).toEqual([['first-launch', 'done'], ['map', 'done']]);
    } finally {
      await fresh.engine.close();
    }
    const again = await run(join(folder, 'fresh'), { firstLaunch: true });
    expect((await again.client.jobs.list()).map(({ kind }) => kind)).toEqual(['first-launch', 'map']);
    expect(await again.client.runs.list()).toHaveLength(1);
    await again.engine.close();
  });

  it('that is interrupted goes on at the next start', async () => {
    const library = join(folder, 'interrupted');
    const begun = await run(library, { firstLaunch: true });
    for await (const jobs of await begun.client.jobs.watch()) if (jobs.some(({ state }) => state === 'running')) break;
    await begun.engine.close();
    const next = await run(library, { firstLaunch: true });
    try {
      const jobs = await quiet(next, 'map');
      expect(jobs.filter(({ kind }) => kind === 'first-launch').map(({ state }) => state)).toEqual(['interrupted', 'done']);
      expect((await next.client.collections.list())[0].images).toBe(250);
    } finally {
      await next.engine.close();
    }
  });
});

/** Process ids of trainers that are children of this process. */
async function trainerIds(): Promise<number[]> {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8');
      const parent = Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${name}/stat`, 'utf8'))?.[1]);
      return parent === process.pid && command.includes('trainer.mjs') ? [Number(name)] : [];
    } catch {
      return []; // it has ended meanwhile
    }
  });
}
