import { quantitiesOfEvaluation, quantitiesOfStep, quantityOf, type ComparedRun, type CurveAxis, type Series } from '../contract/run-comparison';
import type { EvaluationEvent, StepEvent } from '../contract/runs';
import type { LibraryDatabase } from '../database/library-database';
import type { StoredSeries } from '../database/run-columns';
import { breathe } from '../evaluation/breathe';
import { curveOf, ThinnedSeries } from './thinned-series';

/** Events read between two breaths: some milliseconds. */
const atOnce = 500;

/** Points of a quantity in one answer, over all runs, and those that every run may have. */
const mostPoints = 16_000;
const fewest = 64;

/**
 * What was measured while runs trained, for comparing hundreds of them: kept as columns beside the events, which are read
 * once, as they come.
 */
export class RunComparison {
  readonly #db: LibraryDatabase;
  readonly #catching = new Map<number, Promise<void>>();
  readonly #closing = new AbortController();

  constructor(db: LibraryDatabase) {
    this.#db = db;
  }

  /** Takes in the events of a run that came since the last time. @throws what reading the library throws, AbortError after `close` */
  catchUp(run: number): Promise<void> {
    const before = this.#catching.get(run) ?? Promise.resolve();
    const work = before.catch(() => undefined).then(() => this.#catchUp(run)).finally(() => {
      if (this.#catching.get(run) === work) this.#catching.delete(run);
    });
    this.#catching.set(run, work);
    return work;
  }

  /** The same for every run of the library, one after the other: what an older Glyphscope or a crash left out. */
  beginCatchingUp(log: (line: string) => void): void {
    const all = async () => {
      for (const { id } of this.#db.read.runs.list()) await this.catchUp(id);
    };
    void all().catch((error: unknown) => this.#closing.signal.aborted || log(`What was measured of the runs was not taken in: ${(error as Error).message}`));
  }

  /** Ends what is being taken in; it is taken in the next time. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#catching.values());
  }

  /**
   * Figures of runs and their curves of some quantities, in the order asked for; runs that are not there are left out.
   * @param runs ids  @param quantities names of contract/run-comparison.ts
   */
  async of({ runs, quantities, x }: { runs: readonly number[]; quantities: readonly string[]; x: CurveAxis }): Promise<ComparedRun[]> {
    const { runColumns, runs: registry } = this.#db.read;
    const there = [...new Set(runs)].filter((id) => registry.byId(id) !== null);
    for (const id of there) await this.catchUp(id);
    const series = runColumns.series(there);
    const figures = runColumns.figures(there);
    const evaluated = runColumns.evaluated(there);
    const most = Math.max(fewest, Math.floor(mostPoints / there.length));
    const points = quantities.map((name) => [name, runColumns.points(there, name)] as const);
    return there.map((run) => {
      const of = (kind: Series): StoredSeries | undefined => series.get(run)?.find((one) => one.series === kind);
      const ofRun = figures.get(run) ?? {};
      const curves = points.flatMap(([name, byRun]) => {
        const places = of(quantityOf(name)!.series);
        const values = byRun.get(run);
        return places && values ? [[name, curveOf(places, values, ofRun[name], x, most)] as const] : [];
      });
      return { run, figures: ofRun, curves: Object.fromEntries(curves), evaluated: evaluated.get(run) ?? null };
    });
  }

  async #catchUp(run: number): Promise<void> {
    const { runColumns } = this.#db.read;
    let newest = runColumns.seen(run);
    let events = runColumns.eventsAfter(run, newest, atOnce);
    if (events.length === 0) return;
    let [steps, evaluations] = this.#stored(run);
    while (events.length > 0) {
      for (const { id, event } of events) {
        // What the engine itself wrote: only numbers are taken from it.
        const parsed = JSON.parse(event) as StepEvent | EvaluationEvent;
        const of = parsed.type === 'step' ? steps : evaluations;
        if (of.count > 0 && parsed.step <= of.final.step) {
          // It went back to a checkpoint while its events were read: what was read of the later steps is gone.
          [steps, evaluations, newest] = [new ThinnedSeries('step'), new ThinnedSeries('evaluation'), 0];
          break;
        }
        if (parsed.type === 'step') steps.add(id, parsed, quantitiesOfStep(parsed));
        else evaluations.add(id, { step: parsed.step, epoch: steps.final.epoch, seconds: steps.final.seconds }, quantitiesOfEvaluation(parsed));
        newest = id;
      }
      await breathe(this.#closing.signal);
      events = runColumns.eventsAfter(run, newest, atOnce);
    }
    const [a, b] = [steps.stored(), evaluations.stored()];
    this.#db.transaction(() => {
      // Forgotten meanwhile, because the run went back to a checkpoint, or deleted with it: the next time begins again.
      if (newest === 0 || !runColumns.hasEvent(newest)) return;
      this.#db.write.runColumns.put(run, [...a.series, ...b.series], [...a.columns, ...b.columns]);
    });
  }

  #stored(run: number): [steps: ThinnedSeries, evaluations: ThinnedSeries] {
    const { runColumns } = this.#db.read;
    const series = runColumns.series([run]).get(run) ?? [];
    const columns = series.length > 0 ? runColumns.columns(run) : [];
    const restored = (kind: Series) => {
      const stored = series.find((one) => one.series === kind);
      return stored ? ThinnedSeries.restore(stored, columns) : new ThinnedSeries(kind);
    };
    return [restored('step'), restored('evaluation')];
  }
}
