import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hashOfIds, readChosenImages, writeChosenImages } from '../../../src-main/engine/chosen-images';
import { labelledImages } from '../../../src-main/engine/collection-labels';
import { Journal } from '../../../src-main/engine/changes/journal';
import { toRanges } from '../../../src-main/engine/changes/image-ranges';
import { chooseTrainingImages } from '../../../src-main/engine/training-images';
import { fillCollection, temporaryDatabase, temporaryFolder } from '../database/library.fixture';

describe('what a run is told to train on', () => {
  it('is kept with its hash and comes back as it was', async () => {
    const folder = join(temporaryFolder(), '7');
    expect(readChosenImages(folder)).toBeNull();
    await writeChosenImages(folder, { ids: [5, 6, 7, 100, 2], query: 'tag:kept' });
    expect(readChosenImages(folder)).toEqual(new Set([2, 5, 6, 7, 100]));
    expect(JSON.parse(readFileSync(join(folder, 'selection.json'), 'utf8'))).toEqual({ sha256: hashOfIds([100, 2, 5, 6, 7]), query: 'tag:kept', count: 5, images: [[2, 2], [5, 7], [100, 100]] });
  });

  it('is refused when it no longer has its hash', async () => {
    const folder = temporaryFolder();
    await writeChosenImages(folder, { ids: [1, 2, 3], query: null });
    const file = join(folder, 'selection.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('[1,3]', '[1,4]'));
    expect(() => readChosenImages(folder)).toThrow(expect.objectContaining({ code: 'LIBRARY_DAMAGED', subject: file }));
  });

  it('never holds an excluded image, nor one that was not chosen', async () => {
    const db = temporaryDatabase();
    const collection = fillCollection(db, 'a', 60);
    const images = db.read.images.ofCollection(collection);
    const chosen = new Set(images.slice(0, 30));
    new Journal(db).do({ kind: 'exclude', images: toRanges(images.slice(10, 20)) });
    const { trainSlots } = chooseTrainingImages(await labelledImages(db, collection), { usable: (slot) => chosen.has(slot + 1), heldOut: 0, seed: 0, least: 2 });
    expect([...trainSlots].map((slot) => slot + 1)).toEqual([...images.slice(0, 10), ...images.slice(20, 30)]);
  });
});
