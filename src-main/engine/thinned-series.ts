import type { CurveAxis, RunCurve, RunFigure, Series } from '../contract/run-comparison';
import type { StoredColumn, StoredSeries } from '../database/run-columns';

/** Values kept of a column at most: beyond it every second one goes. */
const mostKept = 512;

interface Place {
  step: number;
  epoch: number;
  seconds: number;
}
interface Column extends RunFigure {
  /** One for each kept place, NaN where there is none; may be shorter than the places. */
  points: number[];
}

/**
 * The events of one kind of a run as columns: exact extremes and newest values of all of them, and every `stride`-th event's
 * values, where `stride` is the smallest power of two that keeps at most `most`. It grows event by event and gives the
 * same whether it was stored in between or not.
 */
export class ThinnedSeries {
  readonly #series: Series;
  readonly #most: number;
  #event = 0;
  #count = 0;
  #stride = 1;
  #final: Place = { step: 0, epoch: 0, seconds: 0 };
  #places: Place[] = [];
  readonly #columns = new Map<string, Column>();

  constructor(series: Series, most = mostKept) {
    this.#series = series;
    this.#most = most;
  }

  /** Goes on with what was stored. */
  static restore(stored: StoredSeries, columns: readonly StoredColumn[], most = mostKept): ThinnedSeries {
    const restored = new ThinnedSeries(stored.series, most);
    restored.#event = stored.event;
    restored.#count = stored.count;
    restored.#stride = stored.stride;
    restored.#final = stored.final;
    restored.#places = placesOf(stored.places);
    for (const { name, series, points, ...figure } of columns) if (series === stored.series) restored.#columns.set(name, { ...figure, points: [...points] });
    return restored;
  }

  get event(): number {
    return this.#event;
  }
  get count(): number {
    return this.#count;
  }
  get final(): Place {
    return this.#final;
  }

  /** Takes an event in; values that are not finite are left out. */
  add(event: number, place: Place, values: Readonly<Record<string, number>>): void {
    const kept = this.#count % this.#stride === 0;
    if (kept) this.#places.push(place);
    this.#event = event;
    this.#count += 1;
    this.#final = place;
    for (const name in values) {
      const value = values[name];
      if (!Number.isFinite(value)) continue;
      const { step } = place;
      let column = this.#columns.get(name);
      if (!column) this.#columns.set(name, (column = { lowest: value, lowestStep: step, highest: value, highestStep: step, last: value, lastStep: step, points: [] }));
      if (value < column.lowest) [column.lowest, column.lowestStep] = [value, step];
      if (value > column.highest) [column.highest, column.highestStep] = [value, step];
      column.last = value;
      column.lastStep = step;
      if (!kept) continue;
      while (column.points.length < this.#places.length - 1) column.points.push(NaN);
      column.points.push(value);
    }
    while (this.#places.length > this.#most) this.#halve();
  }

  #halve(): void {
    const even = <T>(list: T[]): T[] => list.filter((_, i) => i % 2 === 0);
    this.#places = even(this.#places);
    for (const column of this.#columns.values()) column.points = even(column.points);
    this.#stride *= 2;
  }

  /** What is to be stored; nothing before the first event. */
  stored(): { series: StoredSeries[]; columns: StoredColumn[] } {
    if (this.#count === 0) return { series: [], columns: [] };
    const places = Float64Array.from([...this.#places.map(({ step }) => step), ...this.#places.map(({ epoch }) => epoch), ...this.#places.map(({ seconds }) => seconds)]);
    return {
      series: [{ series: this.#series, event: this.#event, count: this.#count, stride: this.#stride, final: this.#final, places }],
      columns: [...this.#columns].map(([name, { points, ...figure }]) => ({ ...figure, name, series: this.#series, points: Float64Array.from(this.#places, (_, i) => points[i] ?? NaN) })),
    };
  }
}

function placesOf(stored: Float64Array): Place[] {
  const n = stored.length / 3;
  return Array.from({ length: n }, (_, i) => ({ step: stored[i], epoch: stored[n + i], seconds: stored[2 * n + i] }));
}

/**
 * A stored column as a curve over `axis`: the kept values and the newest, with gaps at the ends left out. Where there are more
 * than `most`, every second one goes until there are not.
 */
export function curveOf({ places, stride: kept, final }: StoredSeries, points: Float64Array, { last, lastStep }: RunFigure, axis: CurveAxis, most = Infinity): RunCurve {
  const n = places.length / 3;
  const from = { step: 0, epoch: n, seconds: 2 * n }[axis];
  let every = 1;
  while (n / every > most) every *= 2;
  const stride = kept * every;
  const x: number[] = [];
  const y: (number | null)[] = [];
  let at = 0;
  for (; at < n; at += every) {
    x.push(places[from + at]);
    y.push(Number.isNaN(points[at]) ? null : points[at]);
  }
  if (lastStep === final.step && places[at - every] !== final.step) {
    x.push(final[axis]);
    y.push(last);
  }
  const first = y.findIndex((value) => value !== null);
  const end = y.findLastIndex((value) => value !== null) + 1;
  return first < 0 ? { stride, x: [], y: [] } : { stride, x: x.slice(first, end), y: y.slice(first, end) };
}
