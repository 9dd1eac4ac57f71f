import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Evaluation } from '../../../src-main/contract/evaluation';
import { openWriteHandle } from '../../../src-main/database/handles';
import { migrate, migrations } from '../../../src-main/database/migrations';
import { fillCollection, temporaryDatabase, temporaryFolder } from './library.fixture';

const knn = { top1: 0.5, top5: 0.9, k: {} };
const figures = { knn, linear: { top1: 0.5, top5: 0.9 }, prefix: {} };

it('keeps the evaluations of a library of format 60, which knew no residual k-means', () => {
  const file = join(temporaryFolder(), 'library.sqlite');
  const old = openWriteHandle(file, { durable: false });
  migrate(old.handle, () => undefined, migrations.filter(({ version }) => version <= 60));
  const before = { student: figures, teacher: { knn, linear: figures.linear }, retention: 1, run: 'r', collection: 'c', trainImages: 4, testImages: 2, protocol: 'old' };
  old.handle.exec(`
    INSERT INTO collections (id, name, created_at) VALUES (1, 'c', 0);
    INSERT INTO runs (id, name, variant, state, config, collection_name, teacher, created_at) VALUES (1, 'r', 'GS 4', 'finished', '{}', 'c', 't', 0);
    INSERT INTO evaluations (run, collection, document, created_at) VALUES (1, 1, '${JSON.stringify(before)}', 7);
  `);
  old.close();
  const db = temporaryDatabase(file);
  expect(db.read.runDocuments.of('evaluation', 1, 1)).toEqual({ ...before, residualKMeans: null });
  expect(db.read.runDocuments.of('statistics', 1, 1)).toBeNull();
  db.write.runDocuments.put('evaluation', 1, 1, { ...before, residualKMeans: figures } as Evaluation, 8);
  expect(db.read.runDocuments.of('evaluation', 1, 1)?.residualKMeans).toEqual(figures);
});

it('reference figures are for exactly the images, teacher, K and L that they were measured for', () => {
  const db = temporaryDatabase(join(temporaryFolder(), 'library.sqlite'));
  const collection = fillCollection(db, 'mine', 3);
  const key = { collection, teacher: 't', vocabulary: 16, length: 4, images: 'first' };
  const document = { teacher: { knn, linear: figures.linear }, residualKMeans: figures };
  db.write.referenceFigures.put(key, document);
  expect(db.read.referenceFigures.of(key)).toEqual(document);
  for (const other of [{ teacher: 'u' }, { vocabulary: 32 }, { length: 8 }, { images: 'second' }]) expect(db.read.referenceFigures.of({ ...key, ...other })).toBeNull();
  db.write.referenceFigures.put({ ...key, images: 'second' }, document); // the collection has changed: the old are let go
  expect(db.read.referenceFigures.of(key)).toBeNull();
});
