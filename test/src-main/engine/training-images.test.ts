import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LabelledImages } from '../../../src-main/engine/collection-labels';
import { chooseTrainingImages, readTrainingImages, writeTrainingImages } from '../../../src-main/engine/training-images';
import { temporaryFolder } from '../database/library.fixture';

const everything = { usable: () => true, heldOut: 1000, seed: 0, least: 2 };
const images = (n: number, o: Partial<LabelledImages> = {}): LabelledImages => ({
  images: Int32Array.from({ length: n }, (_, i) => i + 1),
  labels: Int16Array.from({ length: n }, (_, i) => i % 3),
  splits: Array.from({ length: n }, (_, i) => (i % 5 === 0 ? 'test' : 'train')),
  classes: ['a', 'b', 'c'],
  ...o,
});

describe('what a run trains on', () => {
  it('is everything but the test split and what is held out; nothing is in two places', () => {
    const { trainSlots, heldOut } = chooseTrainingImages(images(500), everything);
    const held = new Set(heldOut!.querySlots);
    expect(held.size).toBe(40); // a tenth of 400
    expect(trainSlots).toHaveLength(360);
    for (const slot of trainSlots) expect(slot % 5 !== 0 && !held.has(slot)).toBe(true);
    expect(heldOut!.bankSlots).toHaveLength(160);
    for (const slot of heldOut!.bankSlots) expect(held.has(slot)).toBe(false);
    heldOut!.querySlots.forEach((slot, i) => expect(heldOut!.queryLabels[i]).toBe(slot % 3));
  });

  it('depends on the seed alone', () => {
    const choose = (seed: number) => chooseTrainingImages(images(500), { ...everything, seed });
    expect(choose(3)).toEqual(choose(3));
    expect(choose(3).heldOut!.querySlots).not.toEqual(choose(4).heldOut!.querySlots);
  });

  it('leaves out an image that stands in both splits, and takes one that stands there twice once', () => {
    const twice = images(6, { images: Int32Array.of(1, 1, 2, 3, 3, 4), splits: ['train', 'test', 'train', 'train', 'train', null], labels: Int16Array.of(-1, -1, -1, -1, -1, -1) });
    expect(chooseTrainingImages(twice, everything)).toEqual({ trainSlots: Int32Array.of(1, 2, 3), heldOut: null });
  });

  it('holds nothing out when labels or images are too few', () => {
    expect(chooseTrainingImages(images(500, { labels: new Int16Array(500).fill(-1) }), everything).heldOut).toBeNull();
    expect(chooseTrainingImages(images(500, { labels: new Int16Array(500) }), everything).heldOut).toBeNull();
    expect(chooseTrainingImages(images(500), { ...everything, least: 380 }).heldOut).toBeNull();
    expect(chooseTrainingImages(images(500), { ...everything, heldOut: 0 }).heldOut).toBeNull();
    expect(chooseTrainingImages(images(500), { ...everything, least: 380 }).trainSlots).toHaveLength(400);
  });

  it('leaves out what has no features', () => {
    expect(chooseTrainingImages(images(10), { ...everything, usable: (slot) => slot > 6 }).trainSlots).toEqual(Int32Array.of(7, 8, 9));
  });

  it('is kept with the run as it was chosen', async () => {
    const file = join(temporaryFolder(), 'images.json');
    const chosen = chooseTrainingImages(images(500), everything);
    await writeTrainingImages(file, chosen);
    expect(readTrainingImages(file)).toEqual(chosen);
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace(/"trainSlots":\[\d+,/, '"trainSlots":[999999,'));
    expect(() => readTrainingImages(file)).toThrow(expect.objectContaining({ code: 'LIBRARY_DAMAGED' }));
    writeFileSync(file, text);
    writeFileSync(file, '{"trainSlots": [1, 2');
    expect(() => readTrainingImages(file)).toThrow(expect.objectContaining({ code: 'LIBRARY_DAMAGED', subject: file, remedy: 'Start a new run.' }));
  });
});
