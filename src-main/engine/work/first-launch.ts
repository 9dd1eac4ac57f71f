import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { JobHandle, JobOutcome } from '../jobs';
import type { Services } from '../services';
import { computeMap } from './compute-map';
import { encodeCollection } from './encode';
import { prepareImport } from './import-images';

export const sampleName = 'CIFAR-10 sample';
const setting = 'first-launch';

/** Where the images are that come with the app. */
const sampleFile = (s: Services) => join(s.locations.resources, 'sample', 'cifar10-sample.zip');

/**
 * Fills an empty library, so that a newcomer sees described images at once: the sample collection, its teacher features
 * and its description by the embedded run, and after that its map. A first launch that was interrupted goes on; a
 * library that the user began otherwise is left alone. Cancelling it ends it for good.
 */
export function beginFirstLaunch(s: Services, embeddedRun: number | null): void {
  const { db } = s.library;
  const state = db.read.settings.get(setting);
  if (state === 'done') return;
  if (state === null && db.read.collections.list().length > 0) return db.write.settings.set(setting, 'done');
  if (!existsSync(sampleFile(s))) return s.log(`The sample images are not there (${sampleFile(s)}): the library starts empty.`);
  db.write.settings.set(setting, 'begun');
  const id = s.jobs.start({ kind: 'first-launch', title: 'Prepare the sample collection', lane: 'first-launch' }, (job) => fill(s, embeddedRun, job));
  void s.jobs.settled(id).then(({ state: ended }) => {
    if (ended === 'interrupted' || ended === 'failed') return; // the next start goes on
    db.write.settings.set(setting, 'done');
    const collection = db.read.collections.byName(sampleName);
    if (ended !== 'done' || embeddedRun === null || !collection) return;
    s.jobs.start({ kind: 'map', title: `Map of "${sampleName}"`, lane: 'map', uses: [`run ${embeddedRun}`, `collection ${collection.id}`] }, (job) => computeMap(s, { run: embeddedRun, collection: collection.id, seed: 0 }, job));
  });
}

async function fill(s: Services, embeddedRun: number | null, job: JobHandle): Promise<JobOutcome> {
  if (embeddedRun !== null) void s.students.warm(embeddedRun).catch(() => undefined); // starts meanwhile; its failure is told when it is needed
  const { work } = await prepareImport(s, { path: sampleFile(s), collection: sampleName, copy: false, sample: true, place: 'sample' });
  if (embeddedRun !== null) job.uses(`run ${embeddedRun}`);
  const imported = await work(job);
  if (embeddedRun === null) return imported;
  const collection = s.library.db.read.collections.byName(sampleName);
  return encodeCollection(s, embeddedRun, collection!.id, job);
}
