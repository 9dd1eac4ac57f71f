import type { AlarmEvent, Curves, EvaluationEvent, StepEvent, TrainingEvent } from '../../src-main/contract/runs';
import type { ChartData } from '../charts/chart-data';

const scalars = ['loss', 'teacherEntropy', 'kl', 'quantizerTemperature', 'learningRate', 'gradientNorm', 'stepsPerSecond'] as const;
const lists = ['lossByPrefix', 'usage', 'perplexity'] as const;
export type ScalarCurve = (typeof scalars)[number];
export type ListCurve = (typeof lists)[number];

/** Points that a chart holds at most; beyond it every second one goes, which the page says. */
const mostPoints = 6000;

/**
 * The history of one run as columns that grow in place. Whatever reads a curve in an effect or a `$derived` runs again
 * after each `append`.
 */
export class CurveStore {
  #version = $state(0);
  #stride = $state(1);
  #last = $state.raw<StepEvent | null>(null);
  #x: number[] = [];
  #scalars = Object.fromEntries(scalars.map((name) => [name, [] as number[]])) as Record<ScalarCurve, number[]>;
  #lists = Object.fromEntries(lists.map((name) => [name, [] as number[][]])) as Record<ListCurve, number[][]>;
  #evaluations: EvaluationEvent[] = [];
  #alarms = $state.raw<readonly AlarmEvent[]>([]);
  readonly #mostPoints: number;
  #skipped = 0;

  constructor(points = mostPoints) {
    this.#mostPoints = points;
  }

  /** Takes a stored history over, in place of what was there. */
  load(curves: Curves): void {
    this.#truncate(-Infinity);
    this.#stride = Math.max(1, curves.stride);
    this.#evaluations = [];
    for (const event of curves.steps) this.#push(event);
    for (const event of curves.evaluations) this.#pushEvaluation(event);
    this.#alarms = curves.alarms;
    this.#last = curves.steps.at(-1) ?? null;
    this.#thin();
    this.#version += 1;
  }

  /** Appends live events. A step that was there already replaces it and all later ones: the run went back to a checkpoint. */
  append(events: readonly TrainingEvent[]): void {
    let changed = false;
    for (const event of events) {
      if (event.type === 'step') {
        if (this.#last && event.step <= this.#last.step) this.#truncate(event.step);
        this.#last = event;
        this.#skipped += 1;
        if (this.#skipped >= this.#stride || this.#x.length === 0) {
          this.#push(event);
          this.#skipped = 0;
        }
        changed = true;
      } else if (event.type === 'evaluation') {
        this.#pushEvaluation(event);
        changed = true;
      } else if (event.type === 'alarm') this.#alarms = [...this.#alarms.filter((alarm) => alarm.step < event.step || alarm.cause !== event.cause), event];
    }
    if (!changed) return;
    this.#thin();
    this.#version += 1;
  }

  #push(event: StepEvent): void {
    this.#x.push(event.step);
    for (const name of scalars) this.#scalars[name].push(event[name]);
    for (const name of lists) event[name].forEach((value, i) => (this.#lists[name][i] ??= []).push(value));
  }

  #pushEvaluation(event: EvaluationEvent): void {
    while (this.#evaluations.length > 0 && this.#evaluations[this.#evaluations.length - 1].step >= event.step) this.#evaluations.pop();
    this.#evaluations.push(event);
  }

  #columns(): number[][] {
    return [this.#x, ...scalars.map((name) => this.#scalars[name]), ...lists.flatMap((name) => this.#lists[name])];
  }

  /** Drops everything at `step` and after it. */
  #truncate(step: number): void {
    let length = this.#x.length;
    while (length > 0 && this.#x[length - 1] >= step) length -= 1;
    for (const column of this.#columns()) column.length = Math.min(column.length, length);
    this.#evaluations = this.#evaluations.filter((event) => event.step < step);
    if (this.#alarms.some((event) => event.step >= step)) this.#alarms = this.#alarms.filter((event) => event.step < step);
  }

  #thin(): void {
    while (this.#x.length > this.#mostPoints) {
      for (const column of this.#columns()) {
        const end = column.length;
        let kept = 0;
        for (let i = (end - 1) % 2; i < end; i += 2) column[kept++] = column[i];
        column.length = kept;
      }
      this.#stride *= 2;
    }
  }

  /** Grows with every change. */
  get version(): number {
    return this.#version;
  }
  /** Steps from one drawn point to the next. */
  get stride(): number {
    return this.#stride;
  }
  /** Every alarm of the run, raised or over, in order. */
  get alarms(): readonly AlarmEvent[] {
    return this.#alarms;
  }
  /** Alarms that are not over: the newest of each cause. */
  get standing(): AlarmEvent[] {
    return [...new Map(this.#alarms.map((alarm) => [alarm.cause, alarm])).values()].filter((alarm) => alarm.raised);
  }
  /** The newest step, drawn or not. */
  get last(): StepEvent | null {
    return this.#last;
  }
  /** The step that `runs.watch` is to go on from. */
  get lastStep(): number {
    return Math.max(this.#last?.step ?? 0, this.#evaluations.at(-1)?.step ?? 0);
  }
  /** Symbols per description, as far as events have told; 0 before the first. */
  get length(): number {
    void this.#version;
    return this.#lists.lossByPrefix.length;
  }

  /** One line for each named quantity. */
  scalars(...names: ScalarCurve[]): ChartData {
    void this.#version;
    return { x: this.#x, y: names.map((name) => this.#scalars[name]) };
  }
  /** One line for each prefix length or position. */
  list(name: ListCurve): ChartData {
    void this.#version;
    return { x: this.#x, y: this.#lists[name].slice() };
  }
  /** k-NN top-1 on the held-out sample: a line for each prefix length measured, in order, then the teacher's own. */
  knn(): { prefixes: string[]; data: ChartData } {
    void this.#version;
    const prefixes = [...new Set(this.#evaluations.flatMap((event) => Object.keys(event.knnTop1)))].sort((a, b) => Number(a) - Number(b));
    const rows = prefixes.map((prefix) => this.#evaluations.map((event) => event.knnTop1[prefix] ?? null));
    return { prefixes, data: { x: this.#evaluations.map((event) => event.step), y: [...rows, this.#evaluations.map((event) => event.teacher)] } };
  }
}
