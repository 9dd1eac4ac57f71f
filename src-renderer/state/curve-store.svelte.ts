import { addRow, emptyColumns, mostPoints, placeColumns, valueColumns, type CurveColumns, type ListCurve, type PlaceName, type ScalarCurve } from '../../src-main/contract/curves';
import type { AlarmEvent, Curves, EvaluationEvent, SnapshotEvent, StepEvent, TrainingEvent } from '../../src-main/contract/runs';
import { evenBlocks, thinPlaces, thinValues } from '../../src-main/contract/thinning';
import type { ChartData } from '../charts/chart-data';
import { CoarseStretches } from './coarse-stretches';

/** Steps of a run as columns, and how many of them a pair of points stands for. */
export interface Stretch {
  stride: number;
  columns: CurveColumns;
}

/**
 * The history of one run as columns that grow in place. Whatever reads a curve in an effect or a `$derived` runs again
 * after each `append`. Long histories come thinned to the least and greatest values (contract/thinning.ts) and are refined
 * where one looks closer; steps that are seen as they happen are all kept, as far as there is room.
 */
export class CurveStore {
  #version = $state(0);
  #columns = emptyColumns(0);
  #revision = 0;
  readonly #coarse = new CoarseStretches();
  #last = $state.raw<StepEvent | null>(null);
  #evaluations: EvaluationEvent[] = [];
  #snapshot = $state.raw<SnapshotEvent | null>(null);
  #alarms = $state.raw<readonly AlarmEvent[]>([]);
  readonly #mostPoints: number;

  constructor(points = mostPoints) {
    this.#mostPoints = points;
  }

  /** Empties it, for another run. */
  clear(): void {
    this.load({ steps: [], evaluations: [], alarms: [] }, { stride: 1, columns: emptyColumns(0) });
  }

  /** Takes a stored history over, in place of what was there. */
  load(curves: Pick<Curves, 'steps' | 'evaluations' | 'alarms'>, { columns, stride }: Stretch): void {
    this.#columns = columns;
    this.#coarse.cut(-Infinity);
    this.#coarse.set(this.#steps[0] ?? 0, this.#steps.at(-1) ?? 0, stride);
    this.#evaluations = [];
    for (const event of curves.evaluations) this.#pushEvaluation(event);
    this.#alarms = curves.alarms;
    this.#last = curves.steps.at(-1) ?? null;
    this.#snapshot = null;
    this.#changed();
  }

  /** Appends live events. A step that was there already replaces it and all later ones: the run went back to a checkpoint. */
  append(events: readonly TrainingEvent[]): void {
    let changed = false;
    for (const event of events) {
      if (event.type === 'step') {
        if (event.step <= (this.#steps.at(-1) ?? -1)) this.#truncate(event.step);
        this.#last = event;
        addRow(this.#columns, event);
        changed = true;
      } else if (event.type === 'evaluation') {
        this.#pushEvaluation(event);
        changed = true;
      } else if (event.type === 'snapshot') this.#snapshot = event;
      else if (event.type === 'alarm') this.#alarms = [...this.#alarms.filter((alarm) => alarm.step < event.step || alarm.cause !== event.cause), event];
    }
    if (!changed) return;
    this.#makeRoom();
    this.#version += 1;
  }

  /** Puts a stretch that was loaded in more detail in the place of what is held of these steps. */
  refine({ columns, stride }: Stretch): void {
    const { step } = columns.places;
    if (step.length === 0 || columns.lists.lossByPrefix.length !== this.#columns.lists.lossByPrefix.length) return;
    const [first, last] = [this.#indexOf(step[0]), this.#indexOf(step[step.length - 1] + 1)];
    const finer: (number | null)[][] = [...placeColumns(columns), ...valueColumns(columns)];
    this.#all.forEach((column, i) => {
      const after = column.slice(last);
      column.length = first;
      for (const part of [finer[i], after]) for (const value of part) column.push(value);
    });
    this.#coarse.set(step[0], step[step.length - 1], stride);
    this.#makeRoom();
    this.#changed();
  }

  #changed(): void {
    this.#revision += 1;
    this.#version += 1;
  }

  get #steps(): number[] {
    return this.#columns.places.step;
  }
  get #all(): (number | null)[][] {
    return [...placeColumns(this.#columns), ...valueColumns(this.#columns)];
  }

  /** The first row at `step` or after it. */
  #indexOf(step: number): number {
    return firstAtOrAfter(this.#steps, step);
  }

  #pushEvaluation(event: EvaluationEvent): void {
    while (this.#evaluations.length > 0 && this.#evaluations[this.#evaluations.length - 1].step >= event.step) this.#evaluations.pop();
    this.#evaluations.push(event);
  }

  /** Drops everything at `step` and after it. */
  #truncate(step: number): void {
    const length = this.#indexOf(step);
    for (const column of this.#all) column.length = length;
    this.#coarse.cut(step);
    this.#evaluations = this.#evaluations.filter((event) => event.step < step);
    if (this.#alarms.some((event) => event.step >= step)) this.#alarms = this.#alarms.filter((event) => event.step < step);
    this.#revision += 1;
  }

  #makeRoom(): void {
    const rows = this.#steps.length;
    if (rows <= this.#mostPoints) return;
    const starts = evenBlocks(0, rows, 4);
    const put = (column: (number | null)[], values: readonly (number | null)[]) => {
      column.length = 0;
      for (const value of values) column.push(value);
    };
    this.#coarse.halve(this.#steps[0], this.#steps[rows - 1]);
    for (const column of valueColumns(this.#columns)) put(column, thinValues(column, starts, rows));
    for (const column of placeColumns(this.#columns)) put(column, thinPlaces(column, starts, rows));
    this.#revision += 1;
  }

  /** Grows with every change. */
  get version(): number {
    return this.#version;
  }
  /** Steps that a pair of drawn points stands for at most between two steps; 1: every point is a step. */
  strideIn(from = -Infinity, to = Infinity): number {
    void this.#version;
    return this.#coarse.worst(from, to);
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
  /** The newest snapshot that came as an event. */
  get snapshot(): SnapshotEvent | null {
    return this.#snapshot;
  }
  /** The step that `runs.watch` is to go on from. */
  get lastStep(): number {
    return Math.max(this.#last?.step ?? 0, this.#evaluations.at(-1)?.step ?? 0);
  }
  /** Symbols per description, as far as events have told; 0 before the first. */
  get length(): number {
    void this.#version;
    return this.#columns.lists.lossByPrefix.length;
  }
  /** Whether any step told a quantity. */
  has(name: ScalarCurve): boolean {
    void this.#version;
    const column = this.#columns.scalars[name];
    return column.length > 0 && column[column.length - 1] !== null;
  }

  /** One line for each named quantity. */
  scalars(names: readonly ScalarCurve[], along: PlaceName = 'step'): ChartData {
    void this.#version;
    return { x: this.#columns.places[along], y: names.map((name) => this.#columns.scalars[name]), revision: this.#revision };
  }
  /** One line for each prefix length or position. */
  list(name: ListCurve, along: PlaceName = 'step'): ChartData {
    void this.#version;
    return { x: this.#columns.places[along], y: this.#columns.lists[name].slice(), revision: this.#revision };
  }
  /** Top-1 on the held-out sample: a line for each prefix length measured, in order, then the teacher's own. */
  accuracy(kind: 'knn' | 'linear', along: PlaceName = 'step'): { prefixes: string[]; data: ChartData } {
    void this.#version;
    const measured = this.#evaluations.flatMap(({ step, knnTop1, teacher, linearTop1, teacherLinear }) =>
      kind === 'knn' ? [{ step, top1: knnTop1, teacher }] : linearTop1 ? [{ step, top1: linearTop1, teacher: teacherLinear ?? null }] : [],
    );
    const prefixes = [...new Set(measured.flatMap(({ top1 }) => Object.keys(top1)))].sort((a, b) => Number(a) - Number(b));
    const rows = prefixes.map((prefix) => measured.map(({ top1 }) => top1[prefix] ?? null));
    return { prefixes, data: { x: measured.map(({ step }) => this.place(step, along)), y: [...rows, measured.map(({ teacher }) => teacher)] } };
  }

  /** Where a step lies along another quantity: between the steps that are known, in proportion; after them, as they went. */
  place(step: number, along: PlaceName): number {
    return along === 'step' ? step : interpolate(this.#steps, this.#columns.places[along], step);
  }
  /** The step at a place: `place` turned round. */
  stepAt(place: number, along: PlaceName): number {
    return along === 'step' ? place : interpolate(this.#columns.places[along], this.#steps, place);
  }
}

function firstAtOrAfter(rising: readonly number[], value: number): number {
  let low = 0;
  let high = rising.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rising[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** `to` at a value of `from`, both rising from 0, 0 on. */
function interpolate(from: readonly number[], to: readonly number[], value: number): number {
  if (from.length === 0) return 0;
  const after = Math.min(from.length - 1, firstAtOrAfter(from, value));
  const [x0, y0] = after === 0 ? [0, 0] : [from[after - 1], to[after - 1]];
  const [x1, y1] = [from[after], to[after]];
  return x1 > x0 ? y0 + ((value - x0) / (x1 - x0)) * (y1 - y0) : y1;
}
