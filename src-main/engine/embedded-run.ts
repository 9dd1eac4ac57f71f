import { existsSync, readFileSync } from 'node:fs';
import { cp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { givenName } from '../contract/names';
import { variantName } from '../contract/presets';
import { newestCheckpoint } from '../training/checkpoint';
import { restoreEvents } from './run-card';
import type { Services } from './services';

/** `resources/run/card.json`: what the registry says of the run that comes with the app, beside its checkpoint. */
const card = z.object({ name: givenName, collection: z.string(), backend: z.string().nullable(), knnTop1: z.number().nullable() });
const setting = 'embedded-run';
/** Settings of a library that the run is never put into. */
export const keepsNoEmbeddedRun: Readonly<Record<string, string>> = { [setting]: 'left out' };

/**
 * Puts the run that comes with the app into the library, once: a user who removes it does not get it back.
 * @returns its id; null when there is none
 */
export async function installEmbeddedRun(s: Pick<Services, 'library' | 'locations' | 'runs' | 'teachers' | 'log'>): Promise<number | null> {
  const { db } = s.library;
  const source = join(s.locations.resources, 'run');
  const installed = db.read.runs.list().find((run) => run.embedded);
  if (installed && existsSync(join(s.runs.directory(installed.id), 'checkpoints'))) return installed.id;
  if (!installed && db.read.settings.get(setting) !== null) return null;
  if (!existsSync(join(source, 'card.json'))) return null;
  try {
    const { name, collection, backend, knnTop1 } = card.parse(JSON.parse(readFileSync(join(source, 'card.json'), 'utf8')));
    const checkpoint = await newestCheckpoint(source);
    if (!checkpoint) throw new Error('it has no checkpoint');
    const { config, step, teacher } = checkpoint.manifest;
    if (teacher !== s.teachers.embedded.info.id) throw new Error(`it was trained with the teacher ${teacher}, the one here is ${s.teachers.embedded.info.id}`);
    const copy = join(s.library.directory, 'runs', 'embedded.part');
    await rm(copy, { recursive: true, force: true });
    await cp(source, copy, { recursive: true });
    const id =
      installed?.id ??
      s.runs.create({
        name: db.read.runs.byName(name) ? `${name} (embedded)` : name,
        variant: variantName(config),
        sweep: null,
        state: 'finished',
        config,
        collection: null,
        collectionName: collection,
        teacher: s.teachers.embedded.info.name,
        backend,
        step,
        checkpointStep: step,
        embedded: true,
        createdAt: Date.now(),
      });
    await rm(s.runs.directory(id), { recursive: true, force: true });
    await rename(copy, s.runs.directory(id));
    if (!installed) await restoreEvents(db, id, join(s.runs.directory(id), 'log.jsonl'));
    db.write.runs.setDiskBytes(id, await s.runs.diskBytes(id));
    if (knnTop1 !== null) db.write.runProgress.setKnnTop1(id, knnTop1);
    db.write.settings.set(setting, 'installed');
    return id;
  } catch (error) {
    s.log(`The run that comes with Glyphscope could not be put into the library: ${(error as Error).message}`);
    return null;
  }
}
