/**
 * Feature caching against a bare ONNX Runtime loop on the same model and cores.
 *
 *     npx node bench/pipeline/features.mjs [--archive cifar10-images.tar.gz] [--images N] [--threads N] [--repeats N]
 *
 * Ours: read each image from a pack, check its hash, decode it, make the clean view and four augmented ones, encode the five and
 * store the features; counted in views encoded a second. Peer: runs of the model on pixels that lie ready in memory, nothing
 * else; the faster of one session with all threads and one session for each thread, both with 32 images a run.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { buildModules } from './built-modules.mjs';
import { options, sideBySide } from './side-by-side.mjs';

const { archive, images, threads, repeats } = options({ images: 1000 });
process.env.UV_THREADPOOL_SIZE ??= String(threads);
const modules = await buildModules();
const load = (name) => import(pathToFileURL(join(modules, `${name}.mjs`)));
const { openSource } = await load('source');
const { ImageStore } = await load('image-store');
const { ImageWorkerPool } = await load('image-worker-pool');
const { FeatureStore } = await load('feature-store');
const { computeFeatures } = await load('features');
const { embeddedTeacher } = await load('catalogue');
const { planEncoder } = await load('encoder-plan');

const folder = mkdtempSync(join(tmpdir(), 'glyphscope-features-'));
const path = archive ?? fileURLToPath(new URL('../../resources/sample/cifar10-sample.zip', import.meta.url));
const teacher = embeddedTeacher();
const store = ImageStore.open(join(folder, 'images'));
const pool = new ImageWorkerPool({ worker: join(modules, 'images.mjs'), teacher, plan: { ...planEncoder(teacher, { bytes: 0, cores: threads, memory: totalmem() }), workers: threads, threads: 1 } });

const wanted = [];
for await (const entry of (await openSource(path)).entries()) {
  const bytes = await entry.read();
  wanted.push({ slot: wanted.length, name: entry.name, sha256: createHash('sha256').update(bytes).digest('hex'), place: store.append(bytes) });
  if (wanted.length === images) break;
}
store.flush();

let number = 0;
async function ours(views) {
  const directory = join(folder, `features-${number++}`);
  const clean = FeatureStore.open(directory, { width: teacher.featureWidth, records: 1, name: 'clean' });
  const augmented = views === 0 ? null : FeatureStore.open(directory, { width: teacher.featureWidth, records: views, name: 'views-0' });
  const start = performance.now();
  const { computed } = await computeFeatures({
    images: wanted,
    count: wanted.length,
    store,
    pool,
    clean,
    views: augmented === null ? undefined : { store: augmented, seed: 0 },
    signal: new AbortController().signal,
    onProgress: () => {},
    onFailure: (failure) => console.error(failure),
  });
  const seconds = (performance.now() - start) / 1000;
  if (computed !== wanted.length) throw new Error(`${computed} of ${wanted.length} images were encoded`);
  clean.close();
  augmented?.close();
  rmSync(directory, { recursive: true });
  const units = computed * (1 + views);
  return { rate: units / seconds, units };
}

/** Threads of a bare loop, made once. */
async function bareLoop(workers, threadsEach) {
  const made = Array.from({ length: workers }, () => {
    const worker = new Worker(new URL('bare-onnx-worker.mjs', import.meta.url), { workerData: { model: teacher.model, batch: 32, size: teacher.inputSize, threads: threadsEach } });
    return worker.on('error', (error) => {
      throw error;
    });
  });
  const answers = () => Promise.all(made.map((worker) => new Promise((resolve) => worker.once('message', resolve))));
  await answers();
  const run = async (seconds) => {
    const results = answers();
    for (const worker of made) worker.postMessage(seconds);
    const sum = (key) => results.then((all) => all.reduce((total, one) => total + one[key], 0));
    return { rate: await sum('rate'), units: await sum('units') };
  };
  return { run, close: () => Promise.all(made.map((worker) => worker.terminate())) };
}

const loops = [await bareLoop(1, threads), await bareLoop(threads, 1)];
const rates = [];
for (const loop of loops) rates.push(Math.max((await loop.run(1)).rate, (await loop.run(1)).rate));
const best = rates[0] > rates[1] ? 0 : 1;
await loops[1 - best].close();
const peer = () => loops[best].run(2);
const shared = { unit: 'views/s', cores: threads, repeats, peer };
await sideBySide({ name: 'features of the clean image and 4 views vs bare ONNX Runtime', goal: 0.8, ours: () => ours(4), ...shared });
await sideBySide({ name: 'features of the clean image alone vs bare ONNX Runtime (for information)', goal: null, ours: () => ours(0), ...shared });
await loops[best].close();
await pool.close();
store.close();
rmSync(folder, { recursive: true });
