import { breathe } from '../../evaluation/breathe';
import { openEmbeddings, removeOtherEmbeddings } from '../embeddings';
import type { JobHandle, JobOutcome } from '../jobs';
import type { Services } from '../services';

/** Images that the student describes at a time. */
const batch = 256;
/** Milliseconds between two times that the window is told of new descriptions. */
const announceEvery = 500;

type EncodeServices = Pick<Services, 'library' | 'runs' | 'teachers' | 'students' | 'jobs'>;

/**
 * Describes every image of a collection that the run's newest checkpoint has not described yet; first computes the
 * teacher features that are missing. Descriptions of an older checkpoint are replaced as a whole.
 * @throws GlyphscopeError RUN_NOT_TRAINED, CANCELLED, DISK_FULL, PROCESS_DIED
 */
export async function encodeCollection(s: EncodeServices, runId: number, collection: number, job: Pick<JobHandle, 'signal' | 'progress' | 'fail'>): Promise<JobOutcome> {
  const { db } = s.library;
  const warming = s.students.warm(runId); // loads its weights meanwhile
  warming.catch(() => undefined); // it is awaited below
  const run = s.runs.usable(runId);
  const teacher = s.teachers.of(run);
  const { featureTokens } = run.config;
  const { failed } = await teacher.ensure({
    collection,
    views: 'none',
    tokens: featureTokens,
    signal: job.signal,
    onProgress: (at) => job.progress(at),
    onFailure: (failure) => job.fail(failure),
  });
  await warming;
  const { checkpointStep, config, describedStep } = s.runs.usable(runId);
  const directory = s.runs.directory(runId);
  if (describedStep !== checkpointStep) {
    await forgetDescriptions(s, runId);
    db.write.runs.setDescribedStep(runId, checkpointStep);
  }
  await removeOtherEmbeddings(directory, checkpointStep);
  const embeddings = openEmbeddings(directory, checkpointStep, teacher.info.featureWidth);
  try {
    const wanted = missing(s, runId, collection, embeddings, featureTokens);
    const tokens = teacher.tokens(featureTokens)?.clean;
    const all = db.read.images.ofCollection(collection).length;
    let announced = performance.now();
    const report = (done: number) => job.progress({ phase: 'describing', done: all - wanted.length + done, total: all, unit: 'images' });
    report(0);
    // Held from the first image to the last: other runs that are described meanwhile must not take its place.
    await s.students.use(runId, async (student) => {
      for (let at = 0; at < wanted.length; at += batch) {
        job.signal.throwIfAborted();
        const images = wanted.slice(at, at + batch);
        const slots = images.map((image) => image - 1);
        const { symbols, embeddings: vectors } = await student.describe(teacher.clean.gather(slots), tokens ? { tokens: tokens.gather(slots) } : {});
        embeddings.write(slots, vectors);
        db.transaction(() =>
          images.forEach((image, i) => db.write.descriptions.put(runId, image, symbols.subarray(i * config.length, (i + 1) * config.length))),
        );
        report(at + images.length);
        if (performance.now() - announced > announceEvery || at + batch >= wanted.length) {
          announced = performance.now();
          db.read.collectionImages.changed('descriptions');
        }
      }
    });
    await embeddings.flush();
    const described = db.read.descriptions.described(runId, collection);
    db.write.runs.setEncoded(runId, collection, checkpointStep, described, Date.now());
    const without = failed ? `, ${failed.toLocaleString('en')} could not be read` : '';
    return { summary: `${described.toLocaleString('en')} images described${without}.`, counts: { described, computed: wanted.length, failed } };
  } finally {
    embeddings.close();
    db.read.collectionImages.changed('descriptions');
  }
}

/** Images with features but without a description or an embedding, ascending. */
function missing(s: EncodeServices, run: number, collection: number, embeddings: { missing(slots: ArrayLike<number>): Int32Array }, tokens: number): number[] {
  const { read } = s.library.db;
  const without = new Set(read.descriptions.missing(run, collection));
  for (const slot of embeddings.missing(read.images.ofCollection(collection).map((image) => image - 1))) without.add(slot + 1);
  const stores = s.teachers.of(s.runs.get(run)).described(tokens);
  return [...without].filter((image) => stores.every((store) => store.has(image - 1))).sort((a, b) => a - b);
}

/** Takes every description of a run away, in small steps. */
async function forgetDescriptions(s: EncodeServices, run: number): Promise<void> {
  const { db } = s.library;
  db.write.runs.forgetEncodings(run);
  while (db.transaction(() => db.write.descriptions.removeSome(run, 1_000)) > 0) await breathe();
  db.read.collectionImages.changed('descriptions');
}
