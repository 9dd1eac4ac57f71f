import type { ErrorDetail } from '../../../../src-main/contract/errors';
import { curveAxes, mostCurves, quantities, quantityOf, type ComparedRun, type CurveAxis, type Quantity } from '../../../../src-main/contract/run-comparison';
import type { Run } from '../../../../src-main/contract/runs';
import { explain, wasAborted } from '../../../client';
import type { App } from '../../../state/app.svelte';
import type { Training } from '../../../state/training.svelte';
import type { ChosenRuns } from '../chosen-runs.svelte';

export const compareViews = ['curves', 'figures', 'differences', 'scatter', 'report'] as const;
export type CompareView = (typeof compareViews)[number];

/** What is drawn before the user says anything. */
const firstQuantities = ['knn', 'loss', 'kl', 'teacherEntropy'];

type Needs = Pick<App, 'client' | 'connection' | 'route'>;

/**
 * The comparison on screen. What is looked at, and how, is in the address; what the engine said of each run is kept, so that
 * only runs that are new or went on are asked about.
 */
export class Comparing {
  readonly #app: Needs;
  readonly #training: Training;
  readonly #chosen: ChosenRuns;
  #answers = $state.raw<ReadonlyMap<number, ComparedRun>>(new Map());
  #question = $state('');
  #error = $state.raw<ErrorDetail | null>(null);
  #loading = $state(false);
  /** Steps that the runs had when they were asked about. */
  readonly #asked = new Map<number, number>();
  #asking: { question: string; runs: ReadonlySet<number>; stop: AbortController } | null = null;
  /** Key of the run or group that stands out. */
  emphasis = $state<string | null>(null);
  zoom = $state.raw<readonly [number, number] | null>(null);

  readonly #runs = $derived.by(() => this.#chosen.ids.flatMap((id) => this.#training.run(id) ?? []));

  constructor(app: Needs, training: Training, chosen: ChosenRuns) {
    this.#app = app;
    this.#training = training;
    this.#chosen = chosen;
  }

  /** The chosen runs that are there, in the order they were chosen. */
  get runs(): readonly Run[] {
    return this.#runs;
  }
  /** Chosen runs that are not there any more. */
  get missing(): number {
    return this.#chosen.count - this.#runs.length;
  }
  answer(run: number): ComparedRun | null {
    return this.#answers.get(run) ?? null;
  }
  get error(): ErrorDetail | null {
    return this.#error;
  }
  /** True until there is something to show of what was asked. */
  get loading(): boolean {
    return this.#loading;
  }

  #parameter(name: string): string | null {
    return this.#app.route.parameters.get(name);
  }
  /** Changes what is looked at; null takes a parameter away. */
  set(name: string, value: string | null): void {
    const parameters = new URLSearchParams(this.#app.route.parameters);
    if (value === null) parameters.delete(name);
    else parameters.set(name, value);
    this.#app.route.setParameters(parameters);
  }

  get view(): CompareView {
    return compareViews.find((view) => view === this.#parameter('view')) ?? 'curves';
  }
  /** Property that lines and points are grouped by; null: each run is its own. */
  get groupBy(): string | null {
    return this.#parameter('by');
  }
  get x(): CurveAxis {
    return curveAxes.find((axis) => axis === this.#parameter('x')) ?? 'step';
  }
  get smoothing(): number {
    const value = Number(this.#parameter('smooth'));
    return value > 0 && value < 1 ? value : 0;
  }
  get log(): boolean {
    return this.#parameter('log') === '1';
  }
  /** Keys of lines that are not drawn. */
  get off(): ReadonlySet<string> {
    return new Set(this.#app.route.parameters.getAll('off'));
  }
  setOff(keys: Iterable<string>): void {
    const parameters = new URLSearchParams(this.#app.route.parameters);
    parameters.delete('off');
    for (const key of keys) parameters.append('off', key);
    this.#app.route.setParameters(parameters);
  }
  /** Groups anew: lines that were not drawn are others now. */
  setGroup(by: string | null): void {
    const parameters = new URLSearchParams(this.#app.route.parameters);
    parameters.delete('off');
    parameters.delete('by');
    if (by) parameters.set('by', by);
    this.#app.route.setParameters(parameters);
  }
  /** Quantities that are drawn. */
  get drawn(): readonly Quantity[] {
    const names = this.#parameter('show')?.split(',') ?? firstQuantities;
    return names.flatMap((name) => quantityOf(name) ?? []).slice(0, mostCurves);
  }
  setDrawn(names: readonly string[]): void {
    this.set('show', names.join(','));
  }
  /** Quantities that some of the runs have. */
  get available(): Quantity[] {
    return quantities.filter(({ name }) => this.#runs.some(({ id }) => this.#answers.get(id)?.figures[name] !== undefined));
  }

  /** Asks about runs that are new or went on, unless that is being asked already. */
  ask(): void {
    const names = this.drawn.map(({ name }) => name);
    const { x } = this;
    const question = JSON.stringify([names, x, this.#app.connection.epoch]);
    const all = question !== this.#question;
    const wanted = this.#runs.filter((run) => all || this.#asked.get(run.id) !== run.step);
    const asking = this.#asking;
    if (wanted.length === 0 || (asking?.question === question && wanted.every(({ id }) => asking.runs.has(id)))) return;
    asking?.stop.abort();
    const stop = new AbortController();
    this.#asking = { question, runs: new Set(wanted.map(({ id }) => id)), stop };
    this.#loading = this.#runs.some(({ id }) => !this.#answers.has(id));
    this.#app.client.runs.compare({ runs: wanted.map(({ id }) => id), quantities: names, x }, { signal: stop.signal }).then(
      (answers) => {
        if (stop.signal.aborted) return;
        const kept = new Map(all ? [] : this.#answers);
        for (const answer of answers) kept.set(answer.run, answer);
        for (const run of wanted) this.#asked.set(run.id, run.step);
        this.#answers = kept;
        this.#question = question;
        this.#error = null;
        this.#loading = false;
        this.#asking = null;
        this.ask(); // what went on meanwhile
      },
      (error: unknown) => {
        if (stop.signal.aborted || wasAborted(error)) return;
        this.#error = explain(error);
        this.#loading = false;
        this.#asking = null;
      },
    );
  }

  /** Lets go of what is being asked. */
  end(): void {
    this.#asking?.stop.abort();
    this.#asking = null;
  }
}
