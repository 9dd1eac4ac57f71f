import { GlyphscopeError } from '../contract/errors';
import { StudentClient } from '../training/student-client';
import type { Compute } from './compute';
import type { Locations } from './locations';
import type { Runs } from './runs';

/** Runs whose student is kept running at the same time. */
const kept = 2;

interface Seat {
  step: number;
  client: Promise<StudentClient>;
  /** Calls under way: a seat in use is not ended under them. */
  users: number;
  /** Ends with its last user. */
  leaving: boolean;
}

/**
 * Trained students at work, each in a process of its own. The two used last are kept running; one that died, or whose run
 * has a newer checkpoint, is started anew when it is next needed.
 */
export class Students {
  readonly #runs: Runs;
  readonly #locations: Locations;
  readonly #compute: Compute;
  readonly #log: (line: string) => void;
  readonly #seats = new Map<number, Seat>();
  readonly #hues = new Map<string, number[]>();
  readonly #ending = new Set<Promise<void>>();
  #backend: StudentClient['backend'] | null = null;
  #closed = false;

  constructor(runs: Runs, locations: Locations, compute: Compute, log: (line: string) => void) {
    this.#runs = runs;
    this.#locations = locations;
    this.#compute = compute;
    this.#log = log;
  }

  /** What the last student that was started computes with; null before the first. */
  get backend(): StudentClient['backend'] | null {
    return this.#backend;
  }

  /**
   * Lets the student of a run's newest checkpoint work; it stays until the work is done.
   * @throws GlyphscopeError NOT_FOUND, RUN_NOT_TRAINED, CHECKPOINT_DAMAGED, BACKEND_UNAVAILABLE, PROCESS_DIED
   */
  async use<T>(run: number, work: (student: StudentClient) => Promise<T>): Promise<T> {
    const seat = await this.#seat(run);
    seat.users++;
    try {
      return await work(await seat.client);
    } finally {
      seat.users--;
      if (seat.leaving && seat.users === 0) this.#end(seat);
    }
  }

  /** Starts a run's student, so that it is ready when it is needed. */
  async warm(run: number): Promise<void> {
    await this.use(run, () => Promise.resolve());
  }

  async #seat(run: number): Promise<Seat> {
    const { checkpointStep, config } = this.#runs.usable(run);
    const seat = this.#seats.get(run);
    if (seat && seat.step === checkpointStep) {
      this.#seats.delete(run);
      this.#seats.set(run, seat);
      const alive = await seat.client.then((client) => client.alive, () => false);
      if (alive && !seat.leaving) return seat;
    }
    const other = this.#seats.get(run);
    if (other && other !== seat) return other; // started meanwhile
    this.#leave(run);
    if (this.#closed) throw new GlyphscopeError('CANCELLED', 'The engine is closing.');
    const client = this.#compute.plan(config.backend).then((backend) =>
      StudentClient.start({
        entry: this.#locations.entries.student,
        node: this.#locations.node,
        runDirectory: this.#runs.directory(run),
        backend,
        threads: config.threads || undefined,
      }),
    );
    const fresh: Seat = { step: checkpointStep, client, users: 0, leaving: false };
    this.#seats.set(run, fresh);
    client.then(
      (started) => this.#reconcile(run, fresh, started),
      () => this.#seats.get(run) === fresh && this.#seats.delete(run), // why is told to whoever waits for it
    );
    const [oldest] = this.#seats.keys();
    if (this.#seats.size > kept) this.#leave(oldest);
    return fresh;
  }

  /** The process reads the newest checkpoint that is whole: the registry follows what it found. */
  #reconcile(run: number, seat: Seat, client: StudentClient): void {
    this.#backend = client.backend;
    for (const warning of client.warnings) this.#log(warning);
    if (client.step === seat.step) return;
    seat.step = client.step;
    this.#runs.setCheckpoint(run, client.step);
  }

  /** z_s of a sequence of symbols, [Z]. */
  interpret(run: number, symbols: readonly number[]): Promise<Float32Array> {
    return this.use(run, (student) => student.interpret(Uint16Array.from(symbols), 1, symbols.length));
  }

  /** A hue in degrees for each of the K symbols. */
  async hues(run: number): Promise<number[]> {
    const { checkpointStep } = this.#runs.usable(run);
    const key = `${run} ${checkpointStep}`;
    let hues = this.#hues.get(key);
    if (!hues) this.#hues.set(key, (hues = Array.from(await this.use(run, (student) => student.hues()))));
    return hues;
  }

  /** Takes a run's student off its seat: it ends at once, or with its last user. */
  #leave(run: number): void {
    const seat = this.#seats.get(run);
    if (!seat) return;
    this.#seats.delete(run);
    seat.leaving = true;
    if (seat.users === 0) this.#end(seat);
  }

  #end(seat: Seat): void {
    const ending = seat.client
      .then((client) => client.close())
      .catch(() => undefined) // it never started, or is gone already
      .finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  /** Ends the student of a run, if it has one, and waits until it is gone. */
  async letGo(run: number): Promise<void> {
    this.#leave(run);
    await Promise.all(this.#ending);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const [run, seat] of [...this.#seats]) {
      this.#seats.delete(run);
      this.#end(seat);
    }
    await Promise.all(this.#ending);
  }
}
