import type { RunFigure, Series } from '../contract/run-comparison';
import { allRows, change, oneRow, type ReadHandle, type WriteHandle } from './handles';

/** Which events of one kind have been taken in, and where the kept ones stand. */
export interface StoredSeries {
  series: Series;
  /** Number of the newest event taken in. */
  event: number;
  /** Events taken in. */
  count: number;
  /** Every `stride`-th of them is kept. */
  stride: number;
  /** Where the newest stands. */
  final: { step: number; epoch: number; seconds: number };
  /** [3, n]: steps, epochs and seconds of the kept ones. */
  places: Float64Array;
}

export interface StoredColumn extends RunFigure {
  name: string;
  series: Series;
  /** [n], NaN where there is no value. */
  points: Float64Array;
}

interface SeriesRow {
  run: number;
  series: Series;
  event: number;
  count: number;
  stride: number;
  final_step: number;
  final_epoch: number;
  final_seconds: number;
  places: Buffer;
}
interface FigureRow {
  run: number;
  name: string;
  series: Series;
  lowest: number;
  lowest_step: number;
  highest: number;
  highest_step: number;
  last: number;
  last_step: number;
}

const numbers = (blob: Buffer) => new Float64Array(blob.buffer.slice(blob.byteOffset, blob.byteOffset + blob.byteLength));
const bytes = (array: Float64Array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength);

const toSeries = (row: SeriesRow): StoredSeries => ({
  series: row.series,
  event: row.event,
  count: row.count,
  stride: row.stride,
  final: { step: row.final_step, epoch: row.final_epoch, seconds: row.final_seconds },
  places: numbers(row.places),
});
const toFigure = (row: FigureRow): RunFigure => ({ lowest: row.lowest, lowestStep: row.lowest_step, highest: row.highest, highestStep: row.highest_step, last: row.last, lastStep: row.last_step });

const figureColumns = 'run, name, series, lowest, lowest_step, highest, highest_step, last, last_step';
const chosen = 'run IN (SELECT value FROM json_each(?))';

/** What was measured while runs trained, as columns. */
export function readRunColumns(db: ReadHandle) {
  const series = allRows<SeriesRow>(db, `SELECT * FROM run_series WHERE ${chosen}`);
  const seen = oneRow<{ event: number | null }>(db, 'SELECT max(event) AS event FROM run_series WHERE run = ?');
  const columns = allRows<FigureRow & { points: Buffer }>(db, `SELECT ${figureColumns}, points FROM run_columns WHERE run = ?`);
  const figures = allRows<FigureRow>(db, `SELECT ${figureColumns} FROM run_columns WHERE ${chosen}`);
  const points = allRows<{ run: number; points: Buffer }>(db, `SELECT run, points FROM run_columns WHERE ${chosen} AND name = ?`);
  const present = oneRow<{ id: number }>(db, 'SELECT id FROM training_events WHERE id = ?');
  const events = allRows<{ id: number; type: Series; event: string }>(db, `SELECT id, type, event FROM training_events WHERE run = ? AND id > ? AND type IN ('step', 'evaluation') ORDER BY id LIMIT ?`);
  const evaluated = allRows<{ run: number; knn: number | null; linear: number | null }>(
    db,
    `SELECT r.id AS run, json_extract(d.document, '$.student.knn.top1') AS knn, json_extract(d.document, '$.student.linear.top1') AS linear
     FROM runs r JOIN run_documents d ON d.run = r.id AND d.collection = r.collection AND d.kind = 'evaluation' WHERE r.id IN (SELECT value FROM json_each(?))`,
  );
  const byRun = <Row extends { run: number }>(rows: readonly Row[]): Map<number, Row[]> => {
    const map = new Map<number, Row[]>();
    for (const row of rows) {
      const list = map.get(row.run);
      if (list) list.push(row);
      else map.set(row.run, [row]);
    }
    return map;
  };
  return {
    /** By run: where its events stand. */
    series: (runs: readonly number[]): Map<number, StoredSeries[]> => new Map([...byRun(series(JSON.stringify(runs)))].map(([run, rows]) => [run, rows.map(toSeries)])),
    /** Number of the newest event of a run that was taken in; 0 before the first. */
    seen: (run: number): number => seen(run)?.event ?? 0,
    /** All of one run. */
    columns: (run: number): StoredColumn[] => columns(run).map((row) => ({ ...toFigure(row), name: row.name, series: row.series, points: numbers(row.points) })),
    /** By run: the figures of every quantity. */
    figures: (runs: readonly number[]): Map<number, Record<string, RunFigure>> => new Map([...byRun(figures(JSON.stringify(runs)))].map(([run, rows]) => [run, Object.fromEntries(rows.map((row) => [row.name, toFigure(row)]))])),
    /** By run: one quantity's kept values, NaN where there is none. */
    points: (runs: readonly number[], name: string): Map<number, Float64Array> => new Map(points(JSON.stringify(runs), name).map((row) => [row.run, numbers(row.points)])),
    /** Whether an event is still there: a run that goes on from a checkpoint does the steps after it again. */
    hasEvent: (event: number): boolean => present(event) !== undefined,
    /** A run's steps and evaluations from the event after `event` on, as they were stored. */
    eventsAfter: (run: number, event: number, limit: number) => events(run, event, limit),
    /** By run: k-NN and linear top-1 of its evaluation on its own collection. */
    evaluated: (runs: readonly number[]) => new Map(evaluated(JSON.stringify(runs)).flatMap(({ run, knn, linear }) => (knn === null || linear === null ? [] : [[run, { knn, linear }] as const]))),
  };
}

export function writeRunColumns(db: WriteHandle) {
  const forgetSeries = change(db, 'DELETE FROM run_series WHERE run = ?');
  const forgetColumns = change(db, 'DELETE FROM run_columns WHERE run = ?');
  const putSeries = change(db, 'INSERT INTO run_series (run, series, event, count, stride, final_step, final_epoch, final_seconds, places) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const putColumn = change(db, `INSERT INTO run_columns (${figureColumns}, points) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const forget = (run: number): void => {
    forgetSeries(run);
    forgetColumns(run);
  };
  return {
    forget,
    /** In place of what there was. Call it within a transaction. */
    put: (run: number, series: readonly StoredSeries[], columns: readonly StoredColumn[]): void => {
      forget(run);
      for (const { series: kind, event, count, stride, final, places } of series) putSeries(run, kind, event, count, stride, final.step, final.epoch, final.seconds, bytes(places));
      for (const c of columns) putColumn(run, c.name, c.series, c.lowest, c.lowestStep, c.highest, c.highestStep, c.last, c.lastStep, bytes(c.points));
    },
  };
}
