import { createReadStream, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import { startedFrom } from '../contract/fine-tuning';
import { givenName, rowId, runNote } from '../contract/names';
import { storedConfig } from '../contract/presets';
import { runState, trainingEvent, type TrainingEvent } from '../contract/runs';
import type { LibraryDatabase } from '../database/library-database';
import { checkpointSteps } from '../training/checkpoint';
import { breathe } from '../evaluation/breathe';

/** `runs/<id>/run.json`: what the registry says of a run, kept beside its checkpoints in case the database is lost. */
const runCard = z.object({
  id: rowId,
  name: givenName,
  variant: z.string(),
  sweep: z.string().nullable().default(null),
  startedFrom: startedFrom.nullable().default(null),
  state: runState,
  config: storedConfig,
  collectionName: z.string(),
  teacher: z.string(),
  backend: z.string().nullable(),
  step: z.int(),
  embedded: z.boolean(),
  knnTop1: z.number().nullable(),
  createdAt: z.int(),
  starred: z.boolean().default(false),
  note: runNote.default(''),
  removedAt: z.int().nullable().default(null),
});

/** Events put back between two breaths. */
const eventsAtOnce = 500;

/** Renews a run's card. */
export function writeRunCard(directory: string, run: z.input<typeof runCard>): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'run.json.part'), JSON.stringify(runCard.parse(run), null, 1));
  renameSync(join(directory, 'run.json.part'), join(directory, 'run.json'));
}

/** What a run's folder says of it. @throws when there is no card, or when it is none */
export function readRunCard(directory: string): z.output<typeof runCard> {
  return runCard.parse(JSON.parse(readFileSync(join(directory, 'run.json'), 'utf8')));
}

/**
 * Puts the runs whose folders are there into a database that does not know them, with the history in their logs.
 * @returns their names; folders that cannot be read are left as they are and told to `log`
 */
export async function recoverRuns(db: LibraryDatabase, folder: string, log: (line: string) => void): Promise<string[]> {
  const names: string[] = [];
  for (const entry of readdirSync(folder)) {
    const directory = join(folder, entry);
    if (!/^\d+$/.test(entry)) continue;
    db.write.runs.neverReuseUpTo(Number(entry));
    if (db.read.runs.any(Number(entry)) || !existsSync(join(directory, 'run.json'))) continue;
    try {
      const name = await recoverRun(db, directory, Number(entry));
      if (db.read.runs.byId(Number(entry))) names.push(name); // what was deleted still is
    } catch (error) {
      log(`The run in ${directory} could not be put back: ${(error as Error).message}`);
    }
  }
  return names;
}

/** Puts a run whose folder is in its place into a database that does not know it; gives its name, which says so when another has it. */
export async function recoverRun(db: LibraryDatabase, directory: string, id: number): Promise<string> {
  const card = readRunCard(directory);
  const steps = await checkpointSteps(directory);
  const checkpointStep = steps.length ? Math.max(...steps) : null;
  const name = db.read.runs.byName(card.name) ? `${card.name} (${id})` : card.name;
  const known = db.read.collections.byName(card.collectionName);
  // A card is as old as the last change of the run's state; its newest checkpoint may be of a later step.
  db.write.runs.restore({ ...card, id, name, collection: known?.id ?? null, checkpointStep, step: Math.max(card.step, checkpointStep ?? 0) });
  db.write.runWords.setStarred(id, card.starred);
  db.write.runWords.setNote(id, card.note);
  if (card.knnTop1 !== null) db.write.runProgress.setKnnTop1(id, card.knnTop1);
  await restoreEvents(db, id, join(directory, 'log.jsonl'));
  if (card.removedAt !== null) db.write.runRemovals.remove(id, card.removedAt);
  return name;
}

/** Puts the events of a run's log.jsonl into the database, so that its curves are there; does nothing without the file. */
export async function restoreEvents(db: LibraryDatabase, run: number, file: string): Promise<void> {
  if (!existsSync(file)) return;
  let batch: TrainingEvent[] = [];
  let begun = false;
  const store = () => {
    const events = batch;
    batch = [];
    db.transaction(() => {
      for (const event of events) {
        // Where the log goes on from a checkpoint, the steps after it were done again.
        if (event.type === 'state' && event.state === 'training' && begun) db.write.trainingEvents.forgetAfter(run, event.step > 0 ? event.step : -1);
        if (event.type === 'state' && event.state === 'preparing') begun = true;
        db.write.trainingEvents.add(run, event);
      }
    });
  };
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    const event = trainingEvent.safeParse(parseLine(line));
    if (!event.success) continue; // the last line of a log may be cut
    batch.push(event.data);
    if (batch.length < eventsAtOnce) continue;
    store();
    await breathe();
  }
  store();
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
