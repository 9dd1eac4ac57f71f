import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseQuery } from '../../src-main/contract/query-parser';
import { resolveConfig } from '../../src-main/contract/presets';
import { openReadHandle } from '../../src-main/database/handles';
import { openLibraryDatabase, type LibraryDatabase } from '../../src-main/database/library-database';
import { bytesToSymbols } from '../../src-main/database/symbol-bytes';
import { mulberry32 } from '../../src-main/evaluation/split';
import { passes, type PlainEntry } from '../../test/support/plain-query';

export const labels = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];
export const vocabulary = 128;
const length = 8;
const atOnce = 20_000;

const addRun = (db: LibraryDatabase, collection: number, collectionName: string): number =>
  db.write.runs.create({
    name: 'Random symbols', variant: `GS ${vocabulary}`, sweep: null, state: 'finished', config: resolveConfig({ preset: 'tiny', vocabulary }),
    collection, collectionName, teacher: 'none', backend: null, step: 1, checkpointStep: 1, embedded: false, createdAt: 1,
  });

/**
 * A library with `count` entries that have everything a query asks about; their files and features are not there. Symbols
 * are as unevenly frequent as words, and lean on the label.
 */
export function makeLibrary(folder: string, count: number): void {
  mkdirSync(folder, { recursive: true });
  const db = openLibraryDatabase(join(folder, 'library.sqlite'), { check: false });
  const random = mulberry32(1);
  const collection = db.write.collections.create('Synthetic', { sample: false, at: 1 });
  const source = db.write.importSources.begin(collection, '/synthetic');
  const run = addRun(db, collection, 'Synthetic');
  for (let from = 0; from < count; from += atOnce)
    db.transaction(() => {
      for (let i = from; i < Math.min(count, from + atOnce); i++) {
        const label = Math.floor(random() * labels.length);
        const split = i % 6 === 5 ? 'test' : 'train';
        const name = `${split}/${labels[label]}/${String(i).padStart(8, '0')}.png`;
        const sha256 = createHash('sha256').update(String(i)).digest('hex');
        const bytes = 800 + Math.floor(random() * 60_000);
        const image = db.write.images.add({ sha256, width: 32 + Math.floor(random() * 500), height: 32 + Math.floor(random() * 500), format: i % 4 ? 'png' : 'jpeg', bytes, place: { pack: 1, offset: i, length: bytes } });
        db.write.collectionImages.add({ collection, image, name, label: labels[label], split, source, origin: name, modifiedAt: null });
        db.write.descriptions.put(run, image, Array.from({ length }, () => (Math.floor(vocabulary * random() ** 3) + label * 7) % vocabulary));
        if (i % 97 === 0) db.write.imageTags.add('to check', [image]);
        if (i % 331 === 0) db.write.excludedImages.add([image]);
      }
    });
  db.close();
}

/** Describes every image of a collection with random symbols by a run of that name; the run itself cannot describe. */
export function describeRandomly(folder: string, name: string): void {
  const db = openLibraryDatabase(join(folder, 'library.sqlite'), { check: false });
  const random = mulberry32(2);
  const collection = db.read.collections.byName(name)!.id;
  const run = addRun(db, collection, name);
  const images = db.read.images.ofCollection(collection);
  db.transaction(() => images.forEach((image) => db.write.descriptions.put(run, image, Array.from({ length }, () => Math.floor(vocabulary * random() ** 3)))));
  db.write.runs.setEncoded(run, collection, 1, images.length, 1);
  db.close();
}

interface Row {
  image: number;
  name: string;
  label: string | null;
  split: string | null;
  format: string;
  width: number;
  height: number;
  bytes: number;
  symbols: Buffer | null;
}

/** How many entries pass each query, counted by asking every row of the database by itself. */
export function countByScan(folder: string, collection: string, run: string, queries: readonly string[]): number[] {
  const { handle, close } = openReadHandle(join(folder, 'library.sqlite'));
  const tags = new Map<number, string[]>();
  for (const { image, tag } of handle.prepare('SELECT image, tag FROM image_tags').all() as { image: number; tag: string }[]) tags.set(image, [...(tags.get(image) ?? []), tag]);
  const excluded = new Set(handle.prepare('SELECT image FROM excluded_images').pluck().all() as number[]);
  const runId = handle.prepare('SELECT id FROM runs WHERE name = ?').pluck().get(run) as number;
  const names = handle.prepare('SELECT symbol, position, name FROM symbol_names WHERE run = ?').all(runId) as { symbol: number; position: number | null; name: string }[];
  const parsed = queries.map(parseQuery);
  const counts = queries.map(() => 0);
  const rows = handle.prepare(
    `SELECT c.image, c.name, c.label, c.split, i.format, i.width, i.height, i.bytes, d.symbols FROM collections k
     JOIN collection_images c ON c.collection = k.id JOIN images i ON i.id = c.image LEFT JOIN descriptions d ON d.run = ? AND d.image = c.image WHERE k.name = ?`,
  );
  for (const row of rows.iterate(runId, collection) as Iterable<Row>) {
    const entry: PlainEntry = { ...row, symbols: row.symbols && bytesToSymbols(row.symbols), tags: tags.get(row.image) ?? [], excluded: excluded.has(row.image) };
    parsed.forEach((query, i) => passes(query, entry, names) && counts[i]++);
  }
  close();
  return counts;
}
