/**
 * Import against a bare sharp decode loop with the same concurrency, on the same images.
 *
 *     npx node bench/pipeline/import.mjs [--archive cifar10-images.tar.gz] [--images N] [--threads N] [--repeats N]
 *
 * Ours: open the archive or folder, list it, read, hash and decode every image through the image workers, and hand it to a sink
 * that stores its bytes in a pack (an archive's) and its row in SQLite, one transaction a batch.
 * Peer: `sharp(bytes).raw().toBuffer()` for the same bytes, already in memory, in the same number of threads (libuv's pool) and
 * with as many calls on their way.
 * Without --archive the sample collection is imported.
 */
import { createWriteStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createGzip } from 'node:zlib';
import Database from 'better-sqlite3';
import sharp from 'sharp';
import { pack } from 'tar-stream';
import { buildModules } from './built-modules.mjs';
import { options, sideBySide } from './side-by-side.mjs';

const { archive, images, threads, repeats } = options({ images: 2500 });
process.env.UV_THREADPOOL_SIZE ??= String(threads);
const modules = await buildModules();
const load = (name) => import(pathToFileURL(join(modules, `${name}.mjs`)));
const { openSource } = await load('source');
const { importImages } = await load('import');
const { ImageStore } = await load('image-store');
const { ImageWorkerPool } = await load('image-worker-pool');
const { embeddedTeacher } = await load('catalogue');
const { planEncoder } = await load('encoder-plan');

const folder = mkdtempSync(join(tmpdir(), 'glyphscope-import-'));
const path = archive ?? fileURLToPath(new URL('../../resources/sample/cifar10-sample.zip', import.meta.url));
const pool = new ImageWorkerPool({ worker: join(modules, 'images.mjs'), teacher: embeddedTeacher(), plan: { ...planEncoder(embeddedTeacher(), { bytes: 0, cores: threads, memory: totalmem() }), workers: threads, threads: 1 } });
sharp.cache(false);
sharp.concurrency(1);

/** The first images of the source: an own small source of exactly these, as an archive and as a folder. */
const chosen = [];
for await (const entry of (await openSource(path)).entries()) {
  chosen.push({ name: entry.name, bytes: await entry.read() });
  if (chosen.length === images) break;
}
const asFolder = join(folder, 'files');
for (const { name, bytes } of chosen) {
  mkdirSync(dirname(join(asFolder, name)), { recursive: true });
  writeFileSync(join(asFolder, name), bytes);
}
const asTar = join(folder, 'images.tar.gz');
const tar = pack();
for (const { name, bytes } of chosen) tar.entry({ name }, bytes);
tar.finalize();
await pipeline(tar, createGzip(), createWriteStream(asTar));

let number = 0;
async function ours(source) {
  const place = join(folder, `library-${number++}`);
  const packs = ImageStore.open(join(place, 'images'));
  const db = new Database(join(place, 'library.sqlite'));
  db.pragma('journal_mode = WAL');
  db.exec('CREATE TABLE images (id INTEGER PRIMARY KEY, sha256 BLOB NOT NULL UNIQUE, name TEXT, label TEXT, width INTEGER, height INTEGER, path TEXT, pack INTEGER, at INTEGER) STRICT');
  const known = db.prepare('SELECT id FROM images WHERE name = ?');
  const add = db.prepare('INSERT OR IGNORE INTO images (sha256, name, label, width, height, path, pack, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const addAll = db.transaction((batch) => {
    for (const image of batch) {
      const stored = image.bytes === null ? null : packs.append(image.bytes);
      add.run(Buffer.from(image.sha256, 'hex'), image.name, image.label, image.width, image.height, image.path, stored?.pack ?? null, stored?.offset ?? null);
    }
    packs.flush();
  });
  const start = performance.now();
  const outcome = await importImages({
    source: await openSource(source),
    sink: { known: (entry) => known.get(entry.name) !== undefined, add: addAll, failed: (failure) => console.error(failure) },
    inspector: pool,
    concurrency: threads,
    signal: new AbortController().signal,
    onProgress: () => {},
  });
  const seconds = (performance.now() - start) / 1000;
  if (outcome.added !== chosen.length) throw new Error(`${outcome.added} of ${chosen.length} images were imported`);
  packs.close();
  db.close();
  rmSync(place, { recursive: true });
  return { rate: outcome.added / seconds, units: outcome.added };
}

async function peer() {
  let next = 0;
  const start = performance.now();
  const work = async () => {
    while (next < chosen.length) await sharp(chosen[next++].bytes).raw().toBuffer();
  };
  await Promise.all(Array.from({ length: threads * 24 }, work));
  return { rate: chosen.length / ((performance.now() - start) / 1000), units: chosen.length };
}

const shared = { unit: 'images/s', goal: 0.7, cores: threads, repeats, peer };
await sideBySide({ name: 'import of a .tar.gz vs bare sharp', ours: () => ours(asTar), ...shared });
await sideBySide({ name: 'import of a folder vs bare sharp', ours: () => ours(asFolder), ...shared });
await pool.close();
rmSync(folder, { recursive: true });
