import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { resolveConfig } from '../../../src-main/contract/presets';
import { openLibraryDatabase, type LibraryDatabase } from '../../../src-main/database/library-database';

const undo: (() => void)[] = [];
afterEach(() => undo.splice(0).reverse().forEach((step) => step()));

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'glyphscope-test-'));
  undo.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function temporaryDatabase(file = join(temporaryFolder(), 'library.sqlite')): LibraryDatabase {
  const db = openLibraryDatabase(file, { check: false });
  undo.push(() => db.close());
  return db;
}

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A collection of `n` images, label by `i % labels`, the first two thirds train and the rest test; gives its id. */
export function fillCollection(db: LibraryDatabase, name: string, n: number, labels = ['cat', 'dog', 'ship']): number {
  const collection = db.write.collections.create(name, { sample: false, at: 1 });
  const source = db.write.importSources.begin(collection, `/somewhere/${name}`);
  db.transaction(() => {
    for (let i = 0; i < n; i++) {
      const image = db.write.images.add({ sha256: hashOf(`${name} ${i}`), width: 32, height: 32, format: 'jpeg', bytes: 900, place: { pack: 1, offset: i * 900, length: 900 } });
      const file = `${labels[i % labels.length]}/${String(i).padStart(5, '0')}.jpg`;
      db.write.collectionImages.add({ collection, image, name: file, label: labels[i % labels.length], split: i < (2 * n) / 3 ? 'train' : 'test', source, origin: file, modifiedAt: 5 });
    }
  });
  db.read.collectionImages.changed();
  return collection;
}

/** A run that exists only in the registry; gives its id. */
export function addRun(db: LibraryDatabase, name: string, collection: number | null = null): number {
  return db.write.runs.create({
    name,
    variant: 'GS 16',
    sweep: null,
    state: 'finished',
    config: resolveConfig({ preset: 'tiny' }),
    collection,
    collectionName: 'somewhere',
    teacher: 'teacher',
    backend: null,
    step: 10,
    checkpointStep: 10,
    embedded: false,
    createdAt: 1,
  });
}
