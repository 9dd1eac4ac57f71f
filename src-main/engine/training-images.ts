import { readFileSync } from 'node:fs';
import * as z from 'zod';
import type { TrainingConfig } from '../contract/config';
import { GlyphscopeError } from '../contract/errors';
import type { LibraryDatabase } from '../database/library-database';
import { mulberry32 } from '../evaluation/split';
import { replaceDurably } from '../training/durable-file';
import { hashOfIds } from './chosen-images';
import { labelledImages, slotsOf, type LabelledImages } from './collection-labels';

/** Images that vote for each one that is classified. */
const voters = 4;

export interface TrainingImages {
  /** Images that are trained on. */
  trainSlots: Int32Array;
  /** Labelled images for k-NN while training; queries are not trained on. Null where there are too few labels. */
  heldOut: { bankSlots: Int32Array; bankLabels: Int32Array; querySlots: Int32Array; queryLabels: Int32Array } | null;
}

/**
 * Chooses what a run trains on: every image once, but none that stands in the test split. Of its labelled images
 * `heldOut`, but at most a tenth, are kept out for k-NN against four times as many of the others; the draw depends on
 * `seed` alone. Nothing is held out when fewer than `least` images would be left to train on, or when fewer than two
 * classes have labels.
 */
export function chooseTrainingImages(all: LabelledImages, o: { usable: (slot: number) => boolean; heldOut: number; seed: number; least: number }): TrainingImages {
  const slots = slotsOf(all.images);
  const rows = trainableRows(all).filter((i) => o.usable(slots[i]));
  const labelled = rows.filter((i) => all.labels[i] >= 0);
  const classes = new Set(labelled.map((i) => all.labels[i]));
  const random = mulberry32(o.seed);
  for (let i = labelled.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [labelled[i], labelled[j]] = [labelled[j], labelled[i]];
  }
  const queries = labelled.slice(0, Math.min(o.heldOut, Math.floor(labelled.length / 10)));
  const bank = labelled.slice(queries.length, queries.length * (1 + voters));
  const at = (chosen: number[]) => Int32Array.from(chosen, (i) => slots[i]);
  if (queries.length === 0 || classes.size < 2 || rows.length - queries.length < o.least) return { trainSlots: at(rows), heldOut: null };
  const held = new Set(queries);
  const labelsAt = (chosen: number[]) => Int32Array.from(chosen, (i) => all.labels[i]);
  return {
    trainSlots: at(rows.filter((i) => !held.has(i))),
    heldOut: { bankSlots: at(bank), bankLabels: labelsAt(bank), querySlots: at(queries), queryLabels: labelsAt(queries) },
  };
}

/**
 * What a run of this config trains on, of the images that are usable.
 * @throws GlyphscopeError COLLECTION_TOO_SMALL when they do not make one batch
 */
export async function imagesToTrainOn(db: LibraryDatabase, { id, name }: { id: number; name: string }, { heldOut, seed, batch }: TrainingConfig, usable: (slot: number) => boolean): Promise<TrainingImages> {
  const chosen = chooseTrainingImages(await labelledImages(db, id), { usable, heldOut, seed, least: batch });
  const found = chosen.trainSlots.length;
  if (found < batch)
    throw new GlyphscopeError('COLLECTION_TOO_SMALL', `"${name}" has ${found.toLocaleString('en')} images to train on, the batch needs ${batch}.`, {
      subject: name,
      remedy: found < 2 ? 'Add images to the collection.' : `Add images, or lower the batch to ${found} or less.`,
    });
  return chosen;
}

/** One row for each image of which no entry is in the test split. */
export function trainableRows({ images, splits }: LabelledImages): number[] {
  const tested = new Set(Array.from(images).filter((_, i) => splits[i] === 'test'));
  return Array.from(images.keys()).filter((i) => (i === 0 || images[i - 1] !== images[i]) && !tested.has(images[i]));
}

const hashOfSlots = (slots: Iterable<number>) => hashOfIds(Array.from(slots, (slot) => slot + 1));
const numbers = z.array(z.int().min(0));
const stored = z.object({
  /** Of the images that are trained on; runs of before have none. */
  sha256: z.string().optional(),
  trainSlots: numbers,
  heldOut: z.object({ bankSlots: numbers, bankLabels: numbers, querySlots: numbers, queryLabels: numbers }).nullable(),
});

/** Keeps the choice in a run's folder: without it a run cannot go on exactly. */
export async function writeTrainingImages(file: string, { trainSlots, heldOut }: TrainingImages): Promise<void> {
  const plain = { sha256: hashOfSlots(trainSlots), trainSlots: [...trainSlots], heldOut: heldOut && Object.fromEntries(Object.entries(heldOut).map(([name, slots]) => [name, [...slots]])) };
  await replaceDurably(file, Buffer.from(JSON.stringify(plain)));
}

/** @throws GlyphscopeError LIBRARY_DAMAGED when the file is not what was written */
export function readTrainingImages(file: string): TrainingImages {
  try {
    const { sha256, trainSlots, heldOut } = stored.parse(JSON.parse(readFileSync(file, 'utf8')));
    if (sha256 !== undefined && sha256 !== hashOfSlots(trainSlots)) throw new Error('Its images have another SHA-256.');
    return {
      trainSlots: Int32Array.from(trainSlots),
      heldOut: heldOut && {
        bankSlots: Int32Array.from(heldOut.bankSlots),
        bankLabels: Int32Array.from(heldOut.bankLabels),
        querySlots: Int32Array.from(heldOut.querySlots),
        queryLabels: Int32Array.from(heldOut.queryLabels),
      },
    };
  } catch (error) {
    throw new GlyphscopeError('LIBRARY_DAMAGED', `${file} is damaged: the images that the run trains on are not known.`, { subject: file, remedy: 'Start a new run.', cause: error });
  }
}
