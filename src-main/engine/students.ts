import { StudentClient } from '../training/student-client';
import type { Locations } from './locations';
import type { Runs } from './runs';

/** Runs whose student is kept running at the same time. */
const kept = 2;

interface Seat {
  step: number;
  client: Promise<StudentClient>;
}

/**
 * Trained students at work, each in a process of its own. The two used last are kept running; one that died, or whose run
 * has a newer checkpoint, is started anew when it is next needed.
 */
export class Students {
  readonly #runs: Runs;
  readonly #locations: Locations;
  readonly #log: (line: string) => void;
  readonly #seats = new Map<number, Seat>();
  readonly #hues = new Map<string, number[]>();
  #backend: StudentClient['backend'] | null = null;
  #closed = false;

  constructor(runs: Runs, locations: Locations, log: (line: string) => void) {
    this.#runs = runs;
    this.#locations = locations;
    this.#log = log;
  }

  /** What the last student that was started computes with; null before the first. */
  get backend(): StudentClient['backend'] | null {
    return this.#backend;
  }

  /** The student of a run's newest checkpoint. @throws GlyphscopeError NOT_FOUND, RUN_NOT_TRAINED, CHECKPOINT_DAMAGED, BACKEND_UNAVAILABLE */
  async of(run: number): Promise<StudentClient> {
    const { checkpointStep, config } = this.#runs.usable(run);
    const seat = this.#seats.get(run);
    if (seat && seat.step === checkpointStep) {
      this.#seats.delete(run);
      this.#seats.set(run, seat);
      const client = await seat.client;
      if (client.alive) return client;
    }
    await this.letGo(run);
    if (this.#closed) throw new Error('The engine is closing.');
    const client = StudentClient.start({
      entry: this.#locations.entries.student,
      node: this.#locations.node,
      runDirectory: this.#runs.directory(run),
      backend: config.backend,
      threads: config.threads || undefined,
    });
    const fresh: Seat = { step: checkpointStep, client };
    this.#seats.set(run, fresh);
    void client.then((started) => this.#reconcile(run, fresh, started)).catch(() => undefined); // told to whoever waits for it
    const [oldest] = this.#seats.keys();
    if (this.#seats.size > kept) void this.letGo(oldest);
    try {
      this.#backend = (await client).backend;
      return await client;
    } catch (error) {
      if (this.#seats.get(run) === fresh) this.#seats.delete(run);
      throw error;
    }
  }

  /** The process reads the newest checkpoint that is whole: the registry follows what it found. */
  #reconcile(run: number, seat: Seat, client: StudentClient): void {
    for (const warning of client.warnings) this.#log(warning);
    if (client.step === seat.step) return;
    seat.step = client.step;
    this.#runs.setCheckpoint(run, client.step);
  }

  /** z_s of a sequence of symbols, [Z]. */
  async interpret(run: number, symbols: readonly number[]): Promise<Float32Array> {
    return (await this.of(run)).interpret(Uint16Array.from(symbols), 1, symbols.length);
  }

  /** A hue in degrees for each of the K symbols. */
  async hues(run: number): Promise<number[]> {
    const { checkpointStep } = this.#runs.usable(run);
    const key = `${run} ${checkpointStep}`;
    let hues = this.#hues.get(key);
    if (!hues) this.#hues.set(key, (hues = Array.from(await (await this.of(run)).hues())));
    return hues;
  }

  /** Ends the student of a run, if it has one. */
  async letGo(run: number): Promise<void> {
    const seat = this.#seats.get(run);
    if (!seat) return;
    this.#seats.delete(run);
    await seat.client.then((client) => client.close()).catch(() => undefined); // it never started, or is gone already
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#seats.keys()].map((run) => this.letGo(run)));
  }
}
