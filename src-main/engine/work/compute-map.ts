import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mapFile } from '../image-routes';
import type { Progress } from '../../contract/progress';
import type { JobHandle, JobOutcome } from '../jobs';
import type { Services } from '../services';
import type { NearestQuestion } from '../vectors';

/** Computes the map of a described collection and puts it in the place of the one before. */
export async function computeMap(
  s: Pick<Services, 'library' | 'vectors' | 'students'>,
  o: { run: number; collection: number; seed: number },
  job: Pick<JobHandle, 'signal' | 'progress'>,
): Promise<JobOutcome> {
  const { db, directory } = s.library;
  const { signal } = job;
  const onProgress: Progress = (at) => job.progress(at);
  // The run's student has a backend: native TensorFlow takes every core, the vector worker one.
  const nearest = (points: NearestQuestion) =>
    s.students.use(o.run, async (student) => (student.backend.name.startsWith('tensorflow') ? student.nearest(points, onProgress, signal) : null));
  const result = await s.vectors.map(o.run, o.collection, { seed: o.seed, nearest, signal, onProgress });
  const points = result.images.length;
  const bytes = Buffer.concat([result.coordinates, result.images, result.labels, result.symbols].map((array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength)));
  await mkdir(join(directory, 'maps'), { recursive: true });
  const part = join(directory, 'maps', `new-${o.run}-${o.collection}.part`);
  await writeFile(part, bytes);
  const before = db.read.maps.of(o.run, o.collection);
  const id = db.transaction(() => {
    db.write.maps.removeOf(o.run, o.collection);
    return db.write.maps.create({ run: o.run, collection: o.collection, seed: o.seed, points, length: result.length, labels: result.classes, createdAt: Date.now() });
  });
  await rename(part, mapFile(directory, id));
  if (before) await rm(mapFile(directory, before.id), { force: true });
  return { summary: `${points.toLocaleString('en')} images placed.`, counts: { points } };
}
