import { readdir, rm, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { GlyphscopeError, type ErrorDetail } from '../contract/errors';
import { worstFinding } from '../contract/health';
import type { AlarmEvent, Curves, EvaluationEvent, Run, RunState, StepEvent } from '../contract/runs';
import type { RunDiskUse } from '../contract/run-folder';
import type { LibraryDatabase } from '../database/library-database';
import type { StoredRun } from '../database/runs';
import { mapFile, removeMapFile } from './map-files';
import { writeRunCard } from './run-card';

/** Milliseconds before a state that could not be stored is tried again. */
const storeAgainAfter = 2_000;
/** States in which a trainer is at work for a run. */
export const workingStates: readonly RunState[] = ['preparing', 'training', 'paused'];
/** States in which a run is, or is to be, trained without being asked once more. */
export const activeStates: readonly RunState[] = ['queued', ...workingStates];

/** Lane of jobs that a run's student works in: one job at a time over all runs, but runs of a sweep stand side by side. */
export const studentLane = (run: { id: number; sweep: string | null }): string => (run.sweep === null ? 'student' : `student ${run.id}`);

/** The registry of runs as the contract shows it. */
export class Runs {
  readonly #db: LibraryDatabase;
  readonly #library: string;
  readonly #log: (line: string) => void;
  readonly #unstored = new Map<number, { state: RunState; error: ErrorDetail | null }>();
  #retry: NodeJS.Timeout | null = null;

  constructor(db: LibraryDatabase, library: string, log: (line: string) => void) {
    this.#db = db;
    this.#library = library;
    this.#log = log;
  }

  /**
   * Changes a run's state. When it cannot be stored (a full disk), it holds here until it can be.
   */
  setState(id: number, state: RunState, error: ErrorDetail | null): void {
    this.#unstored.set(id, { state, error });
    this.#store();
    this.keepCard(id);
  }

  #store(): void {
    for (const [id, { state, error }] of this.#unstored) {
      try {
        this.#db.write.runs.setState(id, state, error);
        this.#unstored.delete(id);
      } catch (failure) {
        this.#log(`The state of run ${id} could not be stored yet: ${(failure as Error).message}`);
      }
    }
    if (this.#retry) clearTimeout(this.#retry);
    this.#retry = this.#unstored.size ? setTimeout(() => this.#store(), storeAgainAfter) : null;
    this.#retry?.unref();
  }

  /** Renews the copy of what the registry says of a run, in the run's own folder. What keeps it from that goes to the log. */
  keepCard(id: number): void {
    try {
      const run = this.#db.read.runs.any(id);
      if (run) writeRunCard(this.directory(id), this.#current(run));
    } catch (error) {
      this.#log(`The card of run ${id} could not be written: ${(error as Error).message}`);
    }
  }

  /** Registers a run and makes its folder; gives its id. */
  create(run: Parameters<LibraryDatabase['write']['runs']['create']>[0]): number {
    const id = this.#db.write.runs.create(run);
    this.keepCard(id);
    return id;
  }

  /** Notes a run's newest checkpoint and what its folder takes by now. */
  setCheckpoint(id: number, step: number): void {
    this.#db.write.runs.setCheckpoint(id, step);
    void this.diskBytes(id).then((bytes) => this.#db.write.runs.setDiskBytes(id, bytes)).catch((error: Error) => this.#log(`The size of run ${id} could not be stored: ${error.message}`));
  }

  /** Tries once more to store what could not be stored, and lets go. */
  close(): void {
    this.#store();
    if (this.#retry) clearTimeout(this.#retry);
  }

  #current(stored: StoredRun): StoredRun {
    const unstored = this.#unstored.get(stored.id);
    return unstored ? { ...stored, ...unstored } : stored;
  }

  /** The folder that a run's trainer and student work in. */
  directory(run: number): string {
    return join(this.#library, 'runs', String(run));
  }

  /** The newest first. */
  list(): Run[] {
    const encodings = this.#db.read.runs.encodings();
    const queue = this.#db.read.trainingQueue.all();
    return this.#db.read.runs.list().map((stored) => toRun(this.#current(stored), encodings, queue));
  }

  /** @throws GlyphscopeError NOT_FOUND */
  get(id: number): StoredRun {
    const stored = this.#db.read.runs.byId(id);
    if (!stored) throw new GlyphscopeError('NOT_FOUND', `There is no run ${id}.`, { subject: `run ${id}` });
    return this.#current(stored);
  }

  show(id: number): Run {
    return toRun(this.get(id), this.#db.read.runs.encodings(), this.#db.read.trainingQueue.all());
  }

  /** @throws GlyphscopeError NOT_FOUND, RUN_NOT_TRAINED before the first checkpoint */
  usable(id: number): StoredRun & { checkpointStep: number } {
    const run = this.get(id);
    if (run.checkpointStep === null)
      throw new GlyphscopeError('RUN_NOT_TRAINED', `The run "${run.name}" has no checkpoint yet.`, {
        subject: run.name,
        remedy: 'Wait for its first checkpoint, or choose another run.',
      });
    return run as StoredRun & { checkpointStep: number };
  }

  /**
   * The run that the window shows first: the user's newest that has described something and is not training, else the
   * embedded one, else the newest that can describe.
   */
  default(): StoredRun | null {
    const described = new Set(this.#db.read.runs.encodings().map(({ run }) => run));
    const usable = this.#db.read.runs.list().filter((run) => run.checkpointStep !== null);
    const settled = (run: StoredRun) => !run.embedded && described.has(run.id) && !activeStates.includes(this.#current(run).state);
    return usable.find(settled) ?? usable.find((run) => run.embedded) ?? usable[0] ?? null;
  }

  /** What was seen while it trained, thinned to about `points` steps; 0: with the newest step alone. */
  curves(id: number, points: number): Curves {
    this.get(id);
    const events = this.#db.read.trainingEvents;
    const stride = points === 0 ? 1 : Math.max(1, Math.ceil(events.stepCount(id) / points));
    return {
      run: id,
      stride,
      steps: (points === 0 ? events.newestStep(id) : events.steps(id, stride)) as StepEvent[],
      evaluations: events.ofType(id, 'evaluation') as EvaluationEvent[],
      alarms: events.ofType(id, 'alarm') as AlarmEvent[],
      messages: events.ofType(id, 'message').flatMap((event) => (event.type === 'message' ? [{ step: event.step, level: event.level, text: event.text }] : [])),
    };
  }

  /**
   * Takes a run away for good: its folder, descriptions, maps and everything made with it. An engine that ends meanwhile
   * leaves it marked, and the next one goes on.
   */
  async remove(id: number): Promise<void> {
    const run = this.#db.read.runs.any(id);
    if (!run) return;
    if (activeStates.includes(run.state))
      throw new GlyphscopeError('RUN_BUSY', `The run "${run.name}" is ${run.state}.`, { subject: run.name, remedy: 'Stop it first.' });
    this.#db.write.runRemovals.remove(id, Date.now());
    this.#db.write.runs.beginEmptying(id);
    await rm(join(this.directory(id), 'run.json'), { force: true }); // a folder without a card is never put back
    while (this.#db.transaction(() => this.#db.write.descriptions.removeSome(id, 1_000)) > 0) await new Promise((resolve) => setImmediate(resolve));
    for (const map of this.#db.read.maps.ofRun(id)) await removeMapFile(this.#library, map);
    await rm(this.directory(id), { recursive: true, force: true });
    this.#db.write.runs.remove(id);
    this.#db.read.collectionImages.changed('descriptions');
  }

  /** Bytes that a run's folder takes. */
  async diskBytes(id: number): Promise<number> {
    return (await filesOf(this.directory(id))).reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /**
   * What a run takes on the disk, by what it is for. What it takes in the database is reckoned: about as much for its
   * events as its log has, and 16 bytes and its symbols for each described image.
   */
  async diskUse(id: number): Promise<RunDiskUse> {
    const use = { checkpoints: 0, curves: 0, descriptions: 0, maps: 0, other: 0 };
    for (const { name, bytes } of await filesOf(this.directory(id))) {
      if (name.startsWith('checkpoints')) use.checkpoints += bytes;
      else if (name === 'log.jsonl') use.curves += 2 * bytes;
      else if (name.startsWith('embeddings')) use.descriptions += bytes;
      else use.other += bytes;
    }
    const run = this.#db.read.runs.any(id);
    if (run) use.descriptions += this.#db.read.descriptions.count(id) * (16 + 2 * run.config.length);
    for (const map of this.#db.read.maps.ofRun(id)) use.maps += await stat(mapFile(this.#library, map)).then(({ size }) => size, () => 0);
    return { run: id, ...use, total: Object.values(use).reduce((sum, bytes) => sum + bytes, 0) };
  }
}

/** Every file below a folder, by its name within it; none when the folder is not there. */
async function filesOf(directory: string): Promise<{ name: string; bytes: number }[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  return Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => {
        const path = join(entry.parentPath, entry.name);
        return { name: relative(directory, path), bytes: await stat(path).then(({ size }) => size, () => 0) };
      }),
  );
}

/** A run as the contract shows it. @param encodings which collections the runs have described @param queue ids of the runs that wait, in order */
export function toRun(stored: StoredRun, encodings: readonly { run: number; name: string }[], queue: readonly number[] = []): Run {
  const { id, name, variant, sweep, startedFrom, state, config, teacher, backend, step, embedded, knnTop1, error, createdAt, diskBytes, starred, note } = stored;
  return {
    id,
    name,
    variant,
    sweep,
    startedFrom,
    state,
    queuePlace: state === 'queued' ? Math.max(0, queue.indexOf(id)) + 1 : null,
    finding: worstFinding(stored.findings ?? []),
    config,
    collection: stored.collectionName,
    teacher,
    backend,
    step,
    usable: stored.checkpointStep !== null,
    checkpointStep: stored.checkpointStep,
    embedded,
    knnTop1,
    error,
    createdAt,
    encoded: encodings.filter((encoding) => encoding.run === id).map((encoding) => encoding.name),
    diskBytes,
    starred,
    note,
  };
}
