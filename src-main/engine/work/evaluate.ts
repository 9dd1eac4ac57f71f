import { createHash } from 'node:crypto';
import type { FewShotOptions } from '../../contract/evaluation';
import { evaluationSplit } from '../../evaluation/split';
import type { FeatureStore } from '../../teacher/feature-store';
import type { SplitImages } from '../../training/messages';
import { inContentOrder, labelledImages, slotsOf } from '../collection-labels';
import type { JobHandle, JobOutcome } from '../jobs';
import type { Services } from '../services';

type MeasuringServices = Pick<Services, 'library' | 'runs' | 'teachers' | 'students'>;
type Job = Pick<JobHandle, 'signal' | 'progress' | 'fail'>;

/**
 * Measures a run on the labelled images of a collection by DINO's protocol and stores the document; the teacher's and
 * residual k-means' figures are kept for other runs. Teacher features that are missing are computed first; images that have
 * none in the end take no part.
 * @throws GlyphscopeError RUN_NOT_TRAINED, LABELS_MISSING, COLLECTION_TOO_SMALL, CANCELLED, PROCESS_DIED
 */
export async function evaluateRun(s: MeasuringServices, run: number, collection: number, job: Job): Promise<JobOutcome> {
  const { db } = s.library;
  const images = await splitImages(s, run, collection, job);
  const trained = s.runs.get(run);
  const { vocabulary, length } = trained.config;
  const key = { collection, teacher: s.teachers.of(trained).info.id, vocabulary, length, images: hashOf(images) };
  const references = db.read.referenceFigures.of(key);
  const parts = await s.students.use(run, (student) => student.evaluate({ ...images, references }, (progress) => job.progress(progress), job.signal));
  const { teacher, residualKMeans } = parts;
  if (!references) db.write.referenceFigures.put(key, { teacher, residualKMeans });
  const document = { ...parts, ...namesOf(s, run, collection) };
  db.write.runDocuments.put('evaluation', run, collection, document, Date.now());
  return { summary: `k-NN top-1 ${percent(document.student.knn.top1)}, the teacher's ${percent(teacher.knn.top1)}, residual k-means ${percent(residualKMeans.knn.top1)}.` };
}

/**
 * Classifies a collection's test images from a few labelled ones and stores the document.
 * @throws as evaluateRun
 */
export async function measureFewShot(s: MeasuringServices, { run, collection, options }: { run: number; collection: number; options: FewShotOptions }, job: Job): Promise<JobOutcome> {
  const images = await splitImages(s, run, collection, job);
  const parts = await s.students.use(run, (student) => student.fewShot({ ...images, ...options }, (progress) => job.progress(progress), job.signal));
  s.library.db.write.runDocuments.put('few-shot', run, collection, { ...parts, ...namesOf(s, run, collection) }, Date.now());
  const most = parts.shots[parts.shots.length - 1];
  return { summary: `From ${most.images} images of each class: symbols ${percent(most.naiveBayes.mean)}, teacher ${percent(most.teacherProbe.mean)}.` };
}

/**
 * Measures a run's descriptions of all images of a collection that have features, and stores the document.
 * @throws GlyphscopeError RUN_NOT_TRAINED, COLLECTION_TOO_SMALL, CANCELLED, PROCESS_DIED
 */
export async function measureStatistics(s: MeasuringServices, run: number, collection: number, job: Job): Promise<JobOutcome> {
  const { db } = s.library;
  const stores = await ensureFeatures(s, run, collection, job);
  const { images, labels } = await inContentOrder(db, await labelledImages(db, collection));
  const usable = Array.from(images.keys()).filter((row) => (row === 0 || images[row] !== images[row - 1]) && stores.every((store) => store.has(images[row] - 1)));
  await Promise.all(stores.map((store) => store.flush()));
  const request = { ...filesOf(stores), slots: Int32Array.from(usable, (row) => images[row] - 1), labels: Int32Array.from(usable, (row) => labels[row]) };
  const { step, ...parts } = await s.students.use(run, async (student) => ({ step: student.step, ...(await student.statistics(request, (progress) => job.progress(progress), job.signal)) }));
  db.write.runDocuments.put('statistics', run, collection, { ...parts, step, ...namesOf(s, run, collection) }, Date.now());
  return { summary: `${parts.images.toLocaleString('en')} descriptions, ${parts.prefixes[parts.prefixes.length - 1].distinct.toLocaleString('en')} different.` };
}

/** A collection's labelled images with features, split, in an order that does not depend on the import. */
async function splitImages(s: MeasuringServices, run: number, collection: number, job: Job): Promise<SplitImages> {
  const { images, labels, splits, classes } = await inContentOrder(s.library.db, await labelledImages(s.library.db, collection));
  evaluationSplit({ labels, splits, classes }); // what is wrong with the collection is told before anything is computed
  const stores = await ensureFeatures(s, run, collection, job);
  const slots = slotsOf(images);
  const usable = labels.map((label, i) => (stores.every((store) => store.has(slots[i])) ? label : -1));
  const split = evaluationSplit({ labels: usable, splits, classes });
  await Promise.all(stores.map((store) => store.flush()));
  const at = (rows: Int32Array, of: ArrayLike<number>) => Int32Array.from(rows, (row) => of[row]);
  return {
    ...filesOf(stores),
    trainSlots: at(split.train, slots),
    trainLabels: at(split.train, labels),
    testSlots: at(split.test, slots),
    testLabels: at(split.test, labels),
    classes,
    split: split.description,
  };
}

/** Features of the clean images as far as they can be had, and tokens for a run that looks at some: their stores. */
async function ensureFeatures(s: MeasuringServices, run: number, collection: number, job: Job): Promise<FeatureStore[]> {
  const trained = s.runs.get(run);
  const teacher = s.teachers.of(trained);
  const tokens = trained.config.featureTokens;
  await teacher.ensure({ collection, views: 'none', tokens, signal: job.signal, onProgress: (at) => job.progress(at), onFailure: (failure) => job.fail(failure) });
  return teacher.described(tokens);
}

function filesOf([clean, tokens]: (FeatureStore | undefined)[]): Pick<SplitImages, 'clean' | 'tokens'> {
  if (!clean) throw new Error('a run reads features at least');
  return { clean: clean.file, ...(tokens && { tokens: tokens.file }) };
}

function namesOf(s: MeasuringServices, run: number, collection: number): { run: string; collection: string } {
  return { run: s.runs.get(run).name, collection: s.library.db.read.collections.byId(collection)?.name ?? '' };
}

/** What figures that do not depend on a run were measured on. */
function hashOf({ trainSlots, trainLabels, testSlots, testLabels, classes }: SplitImages): string {
  const hash = createHash('sha256').update(JSON.stringify(classes));
  for (const part of [trainSlots, trainLabels, testSlots, testLabels]) hash.update(`${part.length} `).update(part);
  return hash.digest('hex');
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
