import type { Finding } from '../contract/health';
import type { StepEvent, TrainingEvent } from '../contract/runs';
import type { LibraryDatabase } from '../database/library-database';
import type { StoredRun } from '../database/runs';
import { HealthWatch, findingsOf } from './health/watch';

/** Steps of a past training that are looked at, at most: a check asks for steps that lie apart, not for each of them. */
const replayed = 2_000;

/** What every run is found to suffer from: watched while it trains, kept in the library, and read out of its events once where it is not known. */
export class RunHealth {
  readonly #db: LibraryDatabase;
  readonly #watches = new Map<number, HealthWatch>();
  readonly #stored = new Map<number, string>();

  constructor(db: LibraryDatabase) {
    this.#db = db;
  }

  /** Takes an event of a run that is being trained; gives the findings that it raised. */
  add(run: StoredRun, event: TrainingEvent): Finding[] {
    const watch = this.#watchOf(run);
    const raised = watch.add(event);
    this.#store(run.id, watch.findings);
    return raised;
  }

  /** A run goes back to a checkpoint, or is not trained any more: what is seen of it is read anew when it is needed. */
  letGo(run: number): void {
    this.#watches.delete(run);
    this.#stored.delete(run);
  }

  /** Every finding of a run in the order they were raised. Reads its events where nobody has looked yet. */
  of(run: StoredRun): readonly Finding[] {
    const known = this.#watches.get(run.id)?.findings ?? run.findings;
    if (known) return known;
    const found = findingsOf(run.config, this.#past(run.id));
    this.#store(run.id, found);
    return found;
  }

  /** Looks at runs of before there were findings, with a breath after each. */
  async lookAtOlder(): Promise<void> {
    for (const run of this.#db.read.runs.list()) {
      if (run.findings) continue;
      this.of(run);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #watchOf(run: StoredRun): HealthWatch {
    let watch = this.#watches.get(run.id);
    if (!watch) {
      this.#watches.set(run.id, (watch = new HealthWatch(run.config)));
      for (const event of this.#past(run.id)) watch.add(event);
    }
    return watch;
  }

  /** What a check asks of a run's past, in the order of its steps; steps thinned, evaluations and alarms whole. */
  #past(run: number): TrainingEvent[] {
    const { trainingEvents } = this.#db.read;
    const stride = Math.max(1, Math.ceil(trainingEvents.stepCount(run) / replayed));
    const failed = trainingEvents.ofType(run, 'state').filter((event) => event.type === 'state' && event.state === 'failed');
    const steps = trainingEvents.steps(run, stride) as StepEvent[];
    return [...trainingEvents.ofType(run, 'evaluation'), ...steps, ...trainingEvents.ofType(run, 'alarm'), ...failed].sort((a, b) => stepOf(a) - stepOf(b));
  }

  #store(run: number, found: readonly Finding[]): void {
    const text = JSON.stringify(found);
    if (this.#stored.get(run) === text) return;
    this.#db.write.runProgress.setFindings(run, found);
    this.#stored.set(run, text);
  }
}

const stepOf = (event: TrainingEvent): number => ('step' in event ? event.step : 0);
