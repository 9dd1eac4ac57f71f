import { evaluationSplit } from '../../evaluation/split';
import { labelledImages, slotsOf } from '../collection-labels';
import type { JobHandle, JobOutcome } from '../jobs';
import type { Services } from '../services';

/**
 * Measures a run on the labelled images of a collection by DINO's protocol and stores the document. Teacher features that
 * are missing are computed first; images that have none in the end take no part.
 * @throws GlyphscopeError RUN_NOT_TRAINED, LABELS_MISSING, COLLECTION_TOO_SMALL, CANCELLED, PROCESS_DIED
 */
export async function evaluateRun(
  s: Pick<Services, 'library' | 'runs' | 'teachers' | 'students'>,
  run: number,
  collection: number,
  job: Pick<JobHandle, 'signal' | 'progress' | 'fail'>,
): Promise<JobOutcome> {
  const { db } = s.library;
  const { images, labels, splits, classes } = await labelledImages(db, collection);
  evaluationSplit({ labels, splits, classes }); // what is wrong with the collection is told before anything is computed
  await s.teachers.ensure({ collection, views: 'none', signal: job.signal, onProgress: (at) => job.progress(at), onFailure: (failure) => job.fail(failure) });
  const slots = slotsOf(images);
  const usable = labels.map((label, i) => (s.teachers.clean.has(slots[i]) ? label : -1));
  const split = evaluationSplit({ labels: usable, splits, classes });
  await s.teachers.clean.flush();
  const at = (rows: Int32Array, of: ArrayLike<number>) => Int32Array.from(rows, (row) => of[row]);
  const request = {
    clean: { directory: s.teachers.clean.directory, spec: s.teachers.clean.spec },
    trainSlots: at(split.train, slots),
    trainLabels: at(split.train, labels),
    testSlots: at(split.test, slots),
    testLabels: at(split.test, labels),
    classes,
    split: split.description,
  };
  const parts = await s.students.use(run, (student) => student.evaluate(request, (progress) => job.progress(progress), job.signal));
  const document = { ...parts, run: s.runs.get(run).name, collection: db.read.collections.byId(collection)?.name ?? '' };
  db.write.evaluations.put(run, collection, document, Date.now());
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  return { summary: `k-NN top-1 ${percent(document.student.knn.top1)}, the teacher's ${percent(document.teacher.knn.top1)}.` };
}
