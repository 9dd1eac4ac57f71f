import * as z from 'zod';
import { rowId } from './names';
import type { StepEvent } from './runs';

/** What a step is placed by. */
export const placeNames = ['step', 'epoch', 'seconds'] as const;
export type PlaceName = (typeof placeNames)[number];
/** Quantities with one line, and those with a line for each prefix length or position. */
export const scalarCurves = ['loss', 'teacherEntropy', 'kl', 'quantizerTemperature', 'learningRate', 'gradientNorm', 'stepsPerSecond', 'memoryBytes', 'gpuBytes'] as const;
export type ScalarCurve = (typeof scalarCurves)[number];
export const listCurves = ['lossByPrefix', 'usage', 'perplexity'] as const;
export type ListCurve = (typeof listCurves)[number];

/** Points of a stretch at most, and what is given unless something else is asked for. */
export const mostPoints = 200_000;
const overviewPoints = 8_000;

export const stretchRequest = z.object({
  run: rowId,
  /** The steps that are wanted, both included. */
  from: z.int().min(0).default(0),
  to: z.int().min(0).optional(),
  points: z.int().min(2).max(mostPoints).default(overviewPoints),
});

/** The steps that a run told of, as columns. */
export const curveStretch = z.object({
  run: rowId,
  /** Steps that a pair of points stands for, their least and greatest value; 1: every point is a step. */
  stride: z.int().min(1),
  /** Symbols of a description: lines of each list. */
  length: z.int().min(0),
  rows: z.int().min(0),
  /** Columns one after the other: places, scalars, lists; Float64, little endian, NaN where a step told nothing. */
  values: z.instanceof(Blob),
});
export type CurveStretch = z.infer<typeof curveStretch>;

/** Columns by name; all have one length. */
export interface CurveColumns {
  places: Record<PlaceName, number[]>;
  scalars: Record<ScalarCurve, (number | null)[]>;
  lists: Record<ListCurve, (number | null)[][]>;
}

const record = <K extends string, V>(names: readonly K[], make: (name: K) => V): Record<K, V> => Object.fromEntries(names.map((name) => [name, make(name)])) as Record<K, V>;

export function emptyColumns(length: number): CurveColumns {
  return { places: record(placeNames, () => []), scalars: record(scalarCurves, () => []), lists: record(listCurves, () => Array.from({ length }, () => [])) };
}

/** Adds a step as a row. A description may be longer than the columns know yet. */
export function addRow({ places, scalars, lists }: CurveColumns, event: StepEvent): void {
  for (const name of placeNames) places[name].push(event[name]);
  for (const name of scalarCurves) scalars[name].push(event[name] ?? null);
  for (const name of listCurves) event[name].forEach((value, i) => (lists[name][i] ??= []).push(value));
}

/** All columns of values, in the order in which they are sent. */
export const valueColumns = ({ scalars, lists }: CurveColumns): (number | null)[][] => [...scalarCurves.map((name) => scalars[name]), ...listCurves.flatMap((name) => lists[name])];
/** All columns of places, in the order in which they are sent. */
export const placeColumns = ({ places }: CurveColumns): number[][] => placeNames.map((name) => places[name]);

export function packColumns(columns: CurveColumns): Blob {
  const all = [...placeColumns(columns), ...valueColumns(columns)];
  const rows = columns.places.step.length;
  const packed = new Float64Array(all.length * rows);
  all.forEach((column, i) => column.forEach((value, row) => (packed[i * rows + row] = value ?? NaN)));
  return new Blob([packed]);
}

/** @throws Error when there are not as many numbers as rows and length say */
export async function unpackColumns({ length, rows, values }: Pick<CurveStretch, 'length' | 'rows' | 'values'>): Promise<CurveColumns> {
  const packed = new Float64Array(await values.arrayBuffer());
  const columns = emptyColumns(length);
  const all: (number | null)[][] = [...placeColumns(columns), ...valueColumns(columns)];
  if (packed.length !== all.length * rows) throw new Error(`${packed.length} numbers are not ${rows} rows of ${all.length} columns.`);
  all.forEach((column, i) => {
    for (let row = 0; row < rows; row++) {
      const value = packed[i * rows + row];
      column.push(Number.isNaN(value) ? null : value);
    }
  });
  return columns;
}
