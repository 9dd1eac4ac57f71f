import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FileFailure } from '../../../src-main/contract/images';
import type { ProgressState } from '../../../src-main/contract/progress';
import { ImageStore } from '../../../src-main/dataset/image-store';
import { sha256 } from '../../../src-main/dataset/inspector';
import { embeddedTeacher } from '../../../src-main/teacher/catalogue';
import { FeatureStore } from '../../../src-main/teacher/feature-store';
import { computeFeatures, type FeatureImage, type FeatureOptions } from '../../../src-main/teacher/features';
import type { ImageRequest } from '../../../src-main/teacher/image-messages';
import { openTokenStores } from '../../../src-main/teacher/tokens';
import { ImageWorkerPool } from '../../../src-main/teacher/image-worker-pool';
import { removeFolder, temporaryFolder } from '../../support/temporary';
import { sampleImages } from '../dataset/archives';
import { builtImageWorker } from './built-worker';
import { encodeIn, planOf } from './plans';

const teacher = embeddedTeacher();
const width = teacher.featureWidth;
const views = 4;
let worker: string;
let folder: string;
let pool: ImageWorkerPool;
let packs: ImageStore;
let samples: Awaited<ReturnType<typeof sampleImages>>;
let library: string;

beforeAll(async () => {
  folder = temporaryFolder('features');
  samples = await sampleImages(150);
  worker = await builtImageWorker();
  pool = new ImageWorkerPool({ worker, teacher, plan: planOf(2) });
  packs = ImageStore.open(join(folder, 'packs'));
});
afterAll(async () => {
  await pool.close();
  packs.close();
  removeFolder(folder);
  removeFolder(join(worker, '..'));
});
let number = 0;
beforeEach(() => (library = join(folder, `library-${number++}`)));
afterEach(() => {
  for (const store of opened.splice(0)) store.close();
});

const opened: FeatureStore[] = [];
const open = (name: string, records: number) => {
  const store = FeatureStore.open(library, { width, records, name });
  opened.push(store);
  return store;
};
/** Images 0 to n − 1 in a pack, slots from `first` on. */
const inPacks = (count: number, first = 0): FeatureImage[] => samples.slice(0, count).map(({ bytes, name }, i) => ({ slot: first + i, sha256: sha256(bytes), name, place: packs.append(bytes) }));
const slotsOf = (images: FeatureImage[]) => images.map(({ slot }) => slot);

async function compute(images: FeatureImage[], changes: Partial<FeatureOptions> = {}) {
  const failures: FileFailure[] = [];
  const progress: ProgressState[] = [];
  const outcome = await computeFeatures({
    images, count: images.length, store: packs, pool, clean: open('clean', 1), views: { store: open('views-0', views), seed: 0 },
    signal: new AbortController().signal, onProgress: (p) => progress.push(p), onFailure: (f) => failures.push(f), ...changes,
  }); // prettier-ignore
  return { outcome, failures, progress };
}

describe('computeFeatures', () => {
  it('computes clean and view features of all images and says how far it is', async () => {
    const images = inPacks(150);
    const { outcome, failures, progress } = await compute(images);
    expect([outcome, failures]).toEqual([{ computed: 150, present: 0, failed: 0 }, []]);
    const clean = open('clean', 1).gather(slotsOf(images));
    const augmented = open('views-0', views).gather(slotsOf(images));
    expect([clean.length, augmented.length]).toEqual([150 * width, 150 * views * width]);
    expect(clean.every(Number.isFinite) && augmented.every(Number.isFinite)).toBe(true);
    expect(progress.at(-1)).toEqual({ phase: 'teacher features', done: 150, total: 150, unit: 'images' });
    for (const i of [0, 77, 149]) expect(clean.slice(i * width, (i + 1) * width)).toEqual((await encodeIn(pool, samples[i].bytes, 'a')).features);
    for (let v = 1; v < views; v++) expect(augmented.slice(v * width, (v + 1) * width)).not.toEqual(augmented.slice(0, width));
  });

  it('gives the same numbers in any order, from packs or files, at any slot', async () => {
    const images = inPacks(40);
    await compute(images);
    const expected = { clean: open('clean', 1).gather(slotsOf(images)), views: open('views-0', views).gather(slotsOf(images)) };
    library = join(folder, 'other');
    mkdirSync(join(folder, 'files'), { recursive: true });
    const files = images.map(({ slot, sha256, name }) => {
      const path = join(folder, 'files', `${slot}.jpg`);
      writeFileSync(path, samples[slot].bytes);
      return { slot: slot + 500, sha256, name, place: { path } };
    });
    await compute([...files].reverse());
    expect(open('clean', 1).gather(slotsOf(files))).toEqual(expected.clean);
    expect(open('views-0', views).gather(slotsOf(files))).toEqual(expected.views);
  });

  it('gives other views with another seed, and the same clean features', async () => {
    const images = inPacks(5);
    await compute(images);
    await compute(images, { views: { store: open('views-1', views), seed: 1 } });
    expect(open('views-1', views).gather([0])).not.toEqual(open('views-0', views).gather([0]));
  });

  it('computes only what is missing', async () => {
    const images = inPacks(60);
    await compute(images.slice(0, 20), { views: undefined });
    await compute(images.slice(10, 30));
    const calls: number[] = [];
    const counting: FeatureOptions['pool'] = {
      threads: 2,
      plan: planOf(2),
      request: (request, subject, signal) => {
        const asked: ImageRequest = request;
        if (asked.kind === 'features') calls.push(asked.images.length * ((asked.clean ? 1 : 0) + asked.views));
        return pool.request(request, subject, signal);
      },
    };
    expect((await compute(images, { pool: counting })).outcome).toEqual({ computed: 40, present: 20, failed: 0 });
    expect(calls.reduce((a, b) => a + b)).toBe(10 * views + 30 * (1 + views));
    calls.length = 0;
    expect((await compute(images, { pool: counting })).outcome).toEqual({ computed: 0, present: 60, failed: 0 });
    expect(calls).toEqual([]);
  });

  it('adds tokens to features that are there, and leaves these as they are', async () => {
    const images = inPacks(30);
    await compute(images.slice(0, 20));
    const stored = open('clean', 1).gather(slotsOf(images.slice(0, 20)));
    const stores = openTokenStores(library, teacher, { kept: 4, views, seed: 0 });
    opened.push(stores.clean, stores.views);
    const tokens = { stores, kept: 4 };
    const asked: [number, boolean, number, number][] = [];
    const watching: FeatureOptions['pool'] = {
      threads: 2,
      plan: planOf(2),
      request: (request, subject, signal) => {
        const wanted: ImageRequest = request;
        if (wanted.kind === 'features') asked.push([wanted.images.length, wanted.clean, wanted.views, wanted.tokens]);
        return pool.request(request, subject, signal);
      },
    };
    expect((await compute(images.slice(0, 25), { tokens, views: undefined, pool: watching })).outcome).toEqual({ computed: 25, present: 0, failed: 0 });
    expect(asked.every(([, clean, v, kept]) => clean && v === 0 && kept === 4)).toBe(true);
    expect(stores.views.missing(slotsOf(images)).length).toBe(30);
    expect((await compute(images, { tokens })).outcome).toEqual({ computed: 30, present: 0, failed: 0 });
    expect(open('clean', 1).gather(slotsOf(images.slice(0, 20)))).toEqual(stored);
    for (const i of [0, 24, 29]) expect(stores.clean.gather([i])).toEqual((await encodeIn(pool, samples[i].bytes, 'a', 4)).tokens);
    const [augmented, ofViews] = [open('views-0', views).gather([5]), stores.views.gather([5])];
    expect(ofViews.length).toBe(views * 4 * width);
    for (let v = 0; v < views; v++)
      for (const t of [0, 100]) {
        const mean = [0, 1, 2, 3].reduce((sum, i) => sum + ofViews[(v * 4 + i) * width + t] / 4, 0); // a view's tokens are those of its feature
        expect(mean).toBeCloseTo(augmented[v * width + t], 4);
      }
    expect((await compute(images, { tokens, pool: watching })).outcome).toEqual({ computed: 0, present: 30, failed: 0 });
  });

  it('names images that are gone, changed or damaged and computes the rest', async () => {
    const images = inPacks(20);
    const place = (name: string, bytes: Buffer | null) => {
      const path = join(folder, name);
      if (bytes !== null) writeFileSync(path, bytes);
      return { path };
    };
    images[3] = { ...images[3], name: 'gone.jpg', place: place('gone.jpg', null) };
    images[7] = { ...images[7], name: 'changed.jpg', place: place('changed.jpg', samples[8].bytes) };
    const cut = samples[9].bytes.subarray(0, 600);
    images[9] = { ...images[9], name: 'cut.jpg', sha256: sha256(cut), place: place('cut.jpg', cut) };
    const { outcome, failures } = await compute(images);
    expect(outcome).toEqual({ computed: 17, present: 0, failed: 3 });
    expect(Object.fromEntries(failures.map(({ name, code, reason }) => [name, `${code} ${reason}`]))).toEqual({
      'gone.jpg': 'IMAGE_GONE The file is no longer there.',
      'changed.jpg': 'IMAGE_GONE The file has changed since it was imported.',
      'cut.jpg': expect.stringMatching(/^IMAGE_UNREADABLE /),
    });
    expect([...open('clean', 1).missing(slotsOf(images))]).toEqual([3, 7, 9]);
    const alone = join(folder, 'alone');
    library = alone;
    await compute(images.slice(4, 5));
    const one = open('clean', 1).gather([4]);
    library = join(folder, `library-${number - 1}`);
    expect(open('clean', 1).gather([4])).toEqual(one);
  });

  it('keeps what is done when it is cancelled, and goes on from there', async () => {
    const images = inPacks(150);
    const cancel = new AbortController();
    const work = compute(images, { signal: cancel.signal, onProgress: ({ done }) => done >= 32 && cancel.abort() });
    await expect(work).rejects.toMatchObject({ code: 'CANCELLED' });
    const left = open('clean', 1).missing(slotsOf(images)).length;
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(118);
    expect((await compute(images)).outcome).toEqual({ computed: left, present: 150 - left, failed: 0 });
  });

  it('ends with the error of a store that cannot take more', async () => {
    const clean = open('clean', 1);
    const full = Object.assign(Object.create(clean) as FeatureStore, {
      has: () => false,
      flush: () => Promise.resolve(),
      write: () => {
        throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
      },
    });
    await expect(compute(inPacks(40), { clean: full })).rejects.toMatchObject({ code: 'ENOSPC' });
  });

  it('finds the one image that ends its worker, and computes the rest', async () => {
    const stub = join(folder, 'stub.mjs');
    writeFileSync(
      stub,
      `import { parentPort, workerData } from 'node:worker_threads';
       const width = workerData.teacher.featureWidth;
       parentPort.on('message', ({ id, request }) => {
         if (request.images.some(({ name }) => name === 'fatal')) process.exit(9);
         const n = request.images.length;
         parentPort.postMessage({ id, answer: { read: Int32Array.from({ length: n }, (_, i) => i), clean: new Float32Array(n * width), views: new Float32Array(n * request.views * width), failures: [] } });
       });`,
    );
    const fragile = new ImageWorkerPool({ worker: stub, teacher, plan: planOf(2) });
    const images = inPacks(50);
    images[20] = { ...images[20], name: 'fatal' };
    const { outcome, failures } = await compute(images, { pool: fragile });
    expect(outcome).toEqual({ computed: 49, present: 0, failed: 1 });
    expect(failures).toEqual([{ name: 'fatal', code: 'PROCESS_DIED', reason: 'The image worker ended while it worked on fatal (exit code 9).' }]);
    await fragile.close();
  });
});
