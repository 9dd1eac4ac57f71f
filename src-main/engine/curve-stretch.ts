import { addRow, emptyColumns, packColumns, placeColumns, valueColumns, type CurveColumns, type CurveStretch } from '../contract/curves';
import type { StepEvent } from '../contract/runs';
import { evenBlocks, thinPlaces, thinValues } from '../contract/thinning';
import type { LibraryDatabase } from '../database/library-database';
import { breathe } from '../evaluation/breathe';

/** Steps read between two breaths: about 12 ms. */
const rowsAtOnce = 2_000;

/**
 * The steps of a run from `from` to `to`, both included, in about `points` points: where there are more steps, each block of
 * `stride` of them is its least and greatest value. Reads in parts, so that nothing else waits.
 * @throws the signal's reason when cancelled
 */
export async function readStretch(db: LibraryDatabase, o: { run: number; from: number; to?: number; points: number }, signal?: AbortSignal): Promise<CurveStretch> {
  const { trainingEvents } = db.read;
  const to = o.to ?? Number.MAX_SAFE_INTEGER;
  const count = trainingEvents.stepCount(o.run, o.from, to);
  const stride = count <= o.points ? 1 : Math.ceil((2 * count) / o.points);
  const inPart = stride * Math.ceil(rowsAtOnce / stride); // no block is cut in two
  const all = emptyColumns(0);
  for (let from = o.from; ; await breathe(signal)) {
    const part = emptyColumns(0);
    const events = trainingEvents.stretch(o.run, from, to, inPart);
    for (const event of events) addRow(part, event as StepEvent);
    append(all, stride === 1 ? part : thinned(part, stride));
    if (events.length < inPart) break;
    from = part.places.step[events.length - 1] + 1;
  }
  return { run: o.run, stride, length: all.lists.lossByPrefix.length, rows: all.places.step.length, values: packColumns(all) };
}

function thinned(columns: CurveColumns, stride: number): CurveColumns {
  const end = columns.places.step.length;
  const starts = evenBlocks(0, end, stride);
  const length = columns.lists.lossByPrefix.length;
  const result = emptyColumns(length);
  const [places, values] = [placeColumns(columns), valueColumns(columns)];
  placeColumns(result).forEach((column, i) => column.push(...thinPlaces(places[i], starts, end)));
  valueColumns(result).forEach((column, i) => column.push(...thinValues(values[i], starts, end)));
  return result;
}

function append(to: CurveColumns, part: CurveColumns): void {
  for (const name of Object.keys(part.lists) as (keyof CurveColumns['lists'])[]) part.lists[name].forEach((_, i) => (to.lists[name][i] ??= []));
  const columns: (number | null)[][] = [...placeColumns(to), ...valueColumns(to)];
  [...placeColumns(part), ...valueColumns(part)].forEach((column, i) => columns[i].push(...column));
}
