/**
 * Features of ViT-S/16 and ViT-B/16 against a bare ONNX Runtime loop in Python on the same graphs, images and cores, decode
 * included on both sides.
 *
 *     npx node bench/pipeline/teachers.mjs [--images N] [--threads N] [--repeats N] [--graphs FOLDER] [--python PROGRAM] [--json FILE]
 *
 * The images are JPEGs of 500 × 375 pixels. Ours: read each from a pack, check its hash, decode it, make the clean view, encode
 * it and store the feature. Peer (teachers_peer.py): decode and resize with Pillow, 32 images a run of a session with all
 * threads. The graphs have random weights; test/teacher-graphs/make_vit.py writes them when they are not there yet
 * (Python with torch, onnx and onnxscript).
 */
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism, homedir, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { buildModules } from './built-modules.mjs';
import { report } from '../report.mjs';
import { sideBySide } from './side-by-side.mjs';

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '64' },
    threads: { type: 'string', default: String(availableParallelism()) },
    repeats: { type: 'string', default: '5' },
    graphs: { type: 'string', default: join(homedir(), '.cache', 'glyphscope-teachers') },
    python: { type: 'string', default: process.env.PYTHON ?? 'python3' },
    json: { type: 'string' },
  },
});
const [count, threads, repeats] = [values.images, values.threads, values.repeats].map(Number);
process.env.UV_THREADPOOL_SIZE ??= String(threads);

const modules = await buildModules();
const load = (name) => import(pathToFileURL(join(modules, `${name}.mjs`)));
const { ImageStore } = await load('image-store');
const { ImageWorkerPool } = await load('image-worker-pool');
const { FeatureStore } = await load('feature-store');
const { computeFeatures } = await load('features');
const { planEncoder } = await load('encoder-plan');
const { readHubLayout } = await load('hub-layout');

const graphNames = { 'vit-s16': 'ViT-S/16', 'vit-b16': 'ViT-B/16' };
if (Object.keys(graphNames).some((name) => !existsSync(join(values.graphs, name, 'onnx', 'model.onnx')))) {
  mkdirSync(values.graphs, { recursive: true });
  execFileSync(values.python, [fileURLToPath(new URL('../../test/teacher-graphs/make_vit.py', import.meta.url)), 'full', values.graphs], { stdio: ['ignore', 'ignore', 'inherit'] });
}

const folder = mkdtempSync(join(tmpdir(), 'glyphscope-teachers-'));
const files = join(folder, 'files');
mkdirSync(files);
const store = ImageStore.open(join(folder, 'images'));
const wanted = [];
for (let i = 0; i < count; i++) {
  const [width, height] = [500, 375];
  const pixels = Uint8Array.from({ length: width * height * 3 }, (_, at) => 128 + 90 * Math.sin(at / (17 + i)) + 30 * Math.sin((at * at) / 9973));
  const bytes = await sharp(pixels, { raw: { width, height, channels: 3 } }).jpeg({ quality: 90 }).toBuffer();
  const name = `${String(i).padStart(5, '0')}.jpg`;
  writeFileSync(join(files, name), bytes);
  wanted.push({ slot: i, name, sha256: createHash('sha256').update(bytes).digest('hex'), place: store.append(bytes) });
}
store.flush();

/** The teacher of a graph, as adding it to a library describes it. */
function teacherOf(name) {
  const directory = join(values.graphs, name);
  const { model, layout, ...how } = readHubLayout(directory);
  const width = { 'vit-s16': 384, 'vit-b16': 768 }[name];
  return { id: name, name, description: '', directory, model: join(directory, model), weights: null, featureWidth: width, tokens: { count: 196, width }, readout: { feature: 'class', pooled: 'pooler_output', hidden: 'last_hidden_state', leading: 1 }, sha256: '', ...how };
}

let number = 0;
async function ours(pool, teacher) {
  const directory = join(folder, `features-${number++}`);
  const clean = FeatureStore.open(directory, { width: teacher.featureWidth, records: 1, name: 'clean' });
  const start = performance.now();
  const { computed } = await computeFeatures({ images: wanted, count, store, pool, clean, signal: new AbortController().signal, onProgress: () => {}, onFailure: (failure) => console.error(failure) });
  const seconds = (performance.now() - start) / 1000;
  if (computed !== count) throw new Error(`${computed} of ${count} images were encoded`);
  clean.close();
  rmSync(directory, { recursive: true });
  return { rate: count / seconds, units: count };
}

/** The Python loop, loaded once. */
async function startPeer(teacher) {
  const child = spawn(values.python, [fileURLToPath(new URL('teachers_peer.py', import.meta.url)), teacher.model, files, String(threads)], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.on('exit', (code) => code && (console.error(`${values.python} ended with ${code}: it needs onnxruntime, numpy and pillow`), process.exit(1)));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  const run = async () => {
    child.stdin.write('\n');
    return { rate: Number((await lines.next()).value), units: count };
  };
  return { run, close: () => child.stdin.end() };
}

const rows = [];
for (const [name, title] of Object.entries(graphNames)) {
  const teacher = teacherOf(name);
  const plan = planEncoder(teacher, { bytes: statSync(teacher.model).size, cores: threads, memory: totalmem() });
  const pool = new ImageWorkerPool({ worker: join(modules, 'images.mjs'), teacher, plan });
  const peer = await startPeer(teacher);
  const row = await sideBySide({ name: `teacher encoding, ${title}, decode included, vs onnxruntime in Python`, unit: 'images/s', goal: 0.95, cores: threads, repeats, ours: () => ours(pool, teacher), peer: peer.run });
  delete row.cpuRatio; // the peer is another process
  rows.push({ ...row, sessions: plan.workers, threadsEach: plan.threads });
  peer.close();
  await pool.close();
}
store.close();
rmSync(folder, { recursive: true });

report(rows, values.json);
