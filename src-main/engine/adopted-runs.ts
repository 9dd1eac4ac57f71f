import { existsSync } from 'node:fs';
import { cp, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { GlyphscopeError } from '../contract/errors';
import type { Evaluation } from '../contract/evaluation';
import { newestCheckpoint } from '../training/checkpoint';
import { readRunCard, recoverRun, writeRunCard } from './run-card';
import type { Services } from './services';

export interface Adoption {
  /** Folder of a finished run that was trained elsewhere on features of this library, whose slots it knows. It stays. */
  folder: string;
  collection: number;
  /** What was measured of it there, if anything. */
  evaluation: Evaluation | null;
}

/**
 * Takes a copy of a run into the library: its checkpoints, the list of its images and its curves. Its folder is in place
 * before it is registered, so that whatever ends the engine in between, the next one finds the whole run.
 * @returns its id
 * @throws GlyphscopeError NOT_FOUND, NAME_TAKEN, INVALID_INPUT when it is not finished or has another teacher, RUN_NOT_TRAINED,
 * CHECKPOINT_DAMAGED
 */
export async function adoptRun(s: Pick<Services, 'library' | 'runs' | 'collections' | 'teachers'>, { folder, collection: of, evaluation }: Adoption): Promise<number> {
  const { db } = s.library;
  if (!existsSync(join(folder, 'run.json'))) throw new GlyphscopeError('NOT_FOUND', `${folder} is not the folder of a run: it has no run.json.`, { subject: folder });
  const collection = s.collections.get(of);
  const card = readRunCard(folder);
  const { name } = card;
  if (card.state !== 'finished') throw new GlyphscopeError('INVALID_INPUT', `The run "${name}" in ${folder} is ${card.state}, not finished.`, { subject: name });
  if (db.read.runs.byName(name)) throw new GlyphscopeError('NAME_TAKEN', `There is a run "${name}" already.`, { subject: name, remedy: 'Rename or delete it first.' });
  const id = db.write.runs.reserve();
  const copy = join(s.library.directory, 'runs', `${id}.part`);
  try {
    // Embeddings are large and are written anew when the run describes its collection here.
    await cp(folder, copy, { recursive: true, filter: (source) => !basename(source).startsWith('embeddings-') });
    const checkpoint = await newestCheckpoint(copy);
    if (!checkpoint) throw new GlyphscopeError('RUN_NOT_TRAINED', `The run in ${folder} has no checkpoint.`, { subject: folder });
    const teacher = s.teachers.of(card).info;
    if (checkpoint.manifest.teacher !== teacher.id)
      throw new GlyphscopeError('INVALID_INPUT', `The run "${name}" was trained with the teacher ${checkpoint.manifest.teacher}, the one here is ${teacher.id}.`, { subject: name });
    writeRunCard(copy, { ...card, id, collectionName: collection.name });
    await rename(copy, s.runs.directory(id));
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
  await recoverRun(db, s.runs.directory(id), id);
  db.write.runs.setDiskBytes(id, await s.runs.diskBytes(id));
  if (evaluation) db.write.runDocuments.put('evaluation', id, collection.id, { ...evaluation, run: name, collection: collection.name }, Date.now());
  return id;
}
