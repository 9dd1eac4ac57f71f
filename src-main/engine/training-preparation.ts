import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { GlyphscopeError } from '../contract/errors';
import type { StoredRun } from '../database/runs';
import { room, roomOf } from '../teacher/tokens';
import type { TrainerOptions } from '../training/trainer-client';
import { readChosenImages } from './chosen-images';
import { slotsOf } from './collection-labels';
import type { Services } from './services';
import { startingWeightsOf } from './starting-weights';
import { imagesToTrainOn, readTrainingImages, writeTrainingImages, type TrainingImages } from './training-images';

type PreparingServices = Pick<Services, 'locations' | 'library' | 'jobs' | 'collections' | 'runs' | 'teachers'>;

/** A run that is about to be trained. */
interface Preparation {
  run: StoredRun;
  collection: { id: number; name: string };
  /** Goes on with what it trained on before. */
  resume: boolean;
  signal: AbortSignal;
  /** Tells of a part of the preparation. */
  say: (text: string) => void;
}

/**
 * Makes all that a trainer needs: the features that are missing, the images that it trains on.
 * @throws GlyphscopeError COLLECTION_TOO_SMALL, CANCELLED, and what computing features throws
 */
export async function prepareTraining(s: PreparingServices, p: Preparation): Promise<Omit<TrainerOptions, 'resume' | 'backend'>> {
  const { config } = p.run;
  await prepareFeatures(s, p);
  const { trainSlots, heldOut } = await imagesOf(s, p);
  const teacher = s.teachers.of(p.run);
  await Promise.all(teacher.trained(config.featureTokens).map((store) => store.flush()));
  p.signal.throwIfAborted();
  if (!heldOut && config.evaluateEvery > 0) p.say('There are too few labelled images to hold some out, so k-NN is not measured while this run trains.');
  const { clean, views, info } = teacher;
  const tokens = teacher.tokens(config.featureTokens);
  const runDirectory = s.runs.directory(p.run.id);
  return {
    entry: s.locations.entries.trainer,
    node: s.locations.node,
    runDirectory,
    preparedDirectory: s.library.prepared,
    config,
    teacher: info.id,
    views: views.file,
    clean: clean.file,
    ...(tokens && { tokens: { views: tokens.views.file, clean: tokens.clean.file, shape: { count: config.featureTokens, width: tokens.clean.spec.width / config.featureTokens } } }),
    trainSlots,
    heldOut,
    from: startingWeightsOf(runDirectory, p.run),
  };
}

/** Computes the features that are missing as a job of its own, so that it is seen and can be cancelled. */
async function prepareFeatures({ jobs, teachers, runs }: PreparingServices, { run, collection, signal, say }: Preparation): Promise<void> {
  const tokens = run.config.featureTokens;
  const teacher = teachers.of(run);
  const only = readChosenImages(runs.directory(run.id)) ?? undefined;
  const slots = slotsOf(await teacher.trainable(collection.id, only));
  const missing = Math.max(...teacher.trained(tokens).map((store) => store.missing(slots).length));
  if (missing === 0) return;
  const stores = teacher.tokens(tokens);
  say(`Computing the teacher's features of ${missing.toLocaleString('en')} images and their views first${stores ? `, with the teacher's tokens: ${tokens} of each, ${room(roomOf(stores, { clean: slots.length, views: slots.length }))} on the disk` : ''}.`);
  const job = jobs.start({ kind: 'features', title: `Features of "${collection.name}" by ${teacher.info.name}`, lane: 'features', uses: [`run ${run.id}`, `collection ${collection.id}`] }, async (handle) => {
    const { computed, failed } = await teacher.ensure({
      collection: collection.id,
      views: 'training',
      only,
      tokens,
      signal: AbortSignal.any([handle.signal, signal]),
      onProgress: (at) => handle.progress(at),
      onFailure: (failure) => handle.fail(failure),
    });
    return { summary: `${computed.toLocaleString('en')} images computed.`, counts: { computed, failed } };
  });
  const ended = await jobs.settled(job);
  if (ended.state === 'done') return;
  if (ended.error) throw new GlyphscopeError(ended.error.code, ended.error.message, ended.error);
  throw new GlyphscopeError('CANCELLED', 'Computing the features was cancelled.');
}

/**
 * What a run trains on: chosen once and kept in its folder, so that a run that goes on sees the same images in the same
 * order, whatever was imported meanwhile.
 */
async function imagesOf({ library, teachers, runs }: PreparingServices, { run, collection, resume }: Preparation): Promise<TrainingImages> {
  const file = join(runs.directory(run.id), 'images.json');
  if (resume && existsSync(file)) return readTrainingImages(file);
  const stores = teachers.of(run).trained(run.config.featureTokens);
  const wanted = readChosenImages(runs.directory(run.id));
  const chosen = await imagesToTrainOn(library.db, collection, run.config, (slot) => (wanted === null || wanted.has(slot + 1)) && stores.every((store) => store.has(slot)));
  await writeTrainingImages(file, chosen);
  return chosen;
}
