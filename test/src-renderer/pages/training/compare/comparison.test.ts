import { describe, expect, it } from 'vitest';
import { quantityOf, type ComparedRun, type RunFigure } from '../../../../../src-main/contract/run-comparison';
import { presetConfig } from '../../../../../src-main/contract/presets';
import type { Run } from '../../../../../src-main/contract/runs';
import { rowsToCsv } from '../../../../../src-renderer/pages/training/compare/csv';
import { lineOf, lineSubjects } from '../../../../../src-renderer/pages/training/compare/curve-lines';
import { differencesOf, differenceText } from '../../../../../src-renderer/pages/training/compare/differences';
import { bestOf, byFigure, figureOf, figureRows } from '../../../../../src-renderer/pages/training/compare/figures';
import { axisOf, measuresOf } from '../../../../../src-renderer/pages/training/compare/scatter';
import { groupingsOf, groupRuns } from '../../../../../src-renderer/pages/training/run-groups';
import { findRuns, listRows, type ListWish } from '../../../../../src-renderer/pages/training/run-order';

const run = (id: number, changes: Partial<Run> = {}, config: Partial<Run['config']> = {}): Run => ({
  ...{ id, name: `run ${id}`, variant: 'GS 16', sweep: null, startedFrom: null, queuePlace: null, finding: null, state: 'finished', collection: 'cats', teacher: 't', backend: 'b', step: 10, usable: true, checkpointStep: 10 },
  ...{ embedded: false, knnTop1: null, error: null, createdAt: id, encoded: [], diskBytes: 0, starred: false, note: '', config: { ...presetConfig('tiny'), ...config }, ...changes },
});
const runs = [run(1, { knnTop1: 0.5 }, { vocabulary: 16 }), run(2, { knnTop1: 0.7, starred: true, note: 'the good one' }, { vocabulary: 128 }), run(10, { state: 'training' }, { vocabulary: 128, quantizer: 'vector' })];
const wish: ListWish = { search: '', order: 'newest', starsFirst: false, groupBy: null, folded: new Set() };
const idsOf = (wanted: Partial<ListWish>): (string | number)[] => listRows(runs, { ...wish, ...wanted }).map((row) => (row.kind === 'run' ? row.run.id : row.name));
const figure = (low: number, high: number, last: number): RunFigure => ({ lowest: low, lowestStep: 3, highest: high, highestStep: 1, last, lastStep: 9 });
const answer = (of: Record<string, RunFigure>, curves: ComparedRun['curves'] = {}): ComparedRun => ({ run: 0, figures: of, curves, evaluated: null });

describe('the list of runs', () => {
  it('is ordered by what was asked, stars first on request', () => {
    expect(idsOf({})).toEqual([10, 2, 1]);
    expect(idsOf({ order: 'name' })).toEqual([1, 2, 10]);
    expect(idsOf({ order: 'knn' })).toEqual([2, 1, 10]);
    expect(idsOf({ order: 'state' })).toEqual([10, 2, 1]);
    expect(idsOf({ starsFirst: true })).toEqual([2, 10, 1]);
  });
  it('finds words in names, notes and states, in any order', () => {
    expect(findRuns(runs, 'one GOOD').map(({ id }) => id)).toEqual([2]);
    expect(findRuns(runs, 'training').map(({ id }) => id)).toEqual([10]);
    expect(findRuns(runs, ' ')).toHaveLength(3);
  });
  it('is divided by any setting in which runs differ, in natural order, and folds', () => {
    expect(groupingsOf(runs).map(({ by }) => by)).toEqual(['state', 'quantizer', 'vocabulary']);
    expect(idsOf({ groupBy: 'vocabulary' })).toEqual(['16', 1, '128', 10, 2]);
    expect(idsOf({ groupBy: 'vocabulary', folded: new Set(['128']) })).toEqual(['16', 1, '128']);
  });
  it('groups hold every run once', () => {
    for (const { by } of groupingsOf(runs)) expect(groupRuns(runs, by).flatMap((group) => group.runs.map(({ id }) => id)).sort()).toEqual([1, 10, 2]);
  });
});

describe('figures', () => {
  const loss = quantityOf('loss')!;
  it('the best follows the quantity; entropy has none', () => {
    const found = figure(1, 5, 2);
    expect(figureOf(found, loss, 'best')).toEqual({ value: 1, step: 3 });
    expect(figureOf(found, quantityOf('knn')!, 'best')).toEqual({ value: 5, step: 1 });
    expect(figureOf(found, quantityOf('teacherEntropy')!, 'best')).toBeNull();
    expect(figureOf(found, loss, 'last')).toEqual({ value: 2, step: 9 });
    expect(figureOf(undefined, loss, 'last')).toBeNull();
  });
  it('runs without a value stand last, whichever way they are ordered', () => {
    const of = (one: Run) => one.knnTop1;
    expect(byFigure(runs, of, true).map(({ id }) => id)).toEqual([1, 2, 10]);
    expect(byFigure(runs, of, false).map(({ id }) => id)).toEqual([2, 1, 10]);
  });
  it('marks one best of several, none of one', () => {
    expect(bestOf([null, 3, 2], 'lower')).toBe(2);
    expect(bestOf([null, 3, 2], 'higher')).toBe(1);
    expect(bestOf([null, 3], 'lower')).toBe(-1);
    expect(bestOf([1, 3], null)).toBe(-1);
  });
  it('as CSV hold every statistic with its step, and no text that a spreadsheet computes', () => {
    const rows = figureRows([run(1, { name: '=1+1, "x"' })], () => answer({ loss: figure(1, 5, 2) }));
    expect(rows[0]).toEqual(['run', 'variant', 'sweep', 'collection', 'state', 'steps', 'loss last', 'loss last step', 'loss best', 'loss best step', 'loss lowest', 'loss lowest step', 'loss highest', 'loss highest step', 'evaluated knn', 'evaluated linear']);
    expect(rows[1].slice(6, 14)).toEqual([2, 9, 1, 3, 1, 3, 5, 1]);
    expect(rowsToCsv(rows).split('\r\n')[1]).toMatch(/^"'=1\+1, ""x""",GS 16,,cats,finished,10,2,9,/);
  });
});

describe('settings', () => {
  it('are those that differ, with what most runs have', () => {
    const table = differencesOf(runs, { all: false });
    expect(table.fields.map(({ name }) => name)).toEqual(['quantizer', 'vocabulary']);
    expect(table.values).toEqual([['gumbel', 'gumbel', 'vector'], ['16', '128', '128']]);
    expect(table.usual).toEqual(['gumbel', '128']);
    expect(differenceText(runs, table)).toBe('run\tquantizer\tvocabulary\nrun 1\tgumbel\t16\nrun 2\tgumbel\t128\nrun 10\tvector\t128');
  });
  it('all of them are every field of the config and what is beside it', () => {
    expect(differencesOf(runs, { all: true }).fields.length).toBe(Object.keys(presetConfig('tiny')).length + 2);
  });
});

describe('lines', () => {
  const curves = { loss: { stride: 1, x: [1, 2], y: [4, 2] } };
  const answers = new Map([[1, answer({}, curves)], [2, answer({}, { loss: { stride: 1, x: [1, 2], y: [6, 8] } })]]);
  const style = { colour: '#000000', dash: [] };
  it('are runs without what the names of one sweep begin with', () => {
    expect(lineSubjects([run(1, { name: 'nine: GS 16', sweep: 'nine' }), run(2, { name: 'nine: VQ 16', sweep: 'nine' })], null).map(({ label }) => label)).toEqual(['GS 16', 'VQ 16']);
    expect(lineSubjects([run(1, { name: 'nine: GS 16', sweep: 'nine' }), run(2)], null).map(({ label }) => label)).toEqual(['nine: GS 16', 'run 2']);
  });
  it('of a group are the mean between the least and the greatest; of one run the run itself', () => {
    const [both] = lineSubjects(runs.slice(0, 2), 'quantizer');
    expect(lineOf(both, 'loss', style, (id) => answers.get(id) ?? null)).toMatchObject({ key: 'gumbel', x: [1, 2], y: [5, 5], low: [4, 2], high: [6, 8] });
    const [one] = lineSubjects(runs, null);
    expect(lineOf(one, 'loss', style, (id) => answers.get(id) ?? null)).toEqual({ key: '1', label: 'run 1', style, x: [1, 2], y: [4, 2] });
    expect(lineOf(one, 'kl', style, (id) => answers.get(id) ?? null)).toBeNull();
  });
});

it('scatter places numbers as they are and words in natural order', () => {
  const measures = measuresOf(runs, () => answer({ knn: figure(0.1, 0.6, 0.5) }));
  expect(measures.map(({ key }) => key)).toEqual(['quantizer', 'vocabulary', 'steps', 'knn:last', 'knn:best', 'knn:lowest', 'knn:highest']);
  const [quantizer, vocabulary, , , best] = measures.map((measure) => axisOf(measure, runs));
  expect(quantizer.words).toEqual(['gumbel', 'vector']);
  expect(runs.map((one) => quantizer.place(one))).toEqual([0, 0, 1]);
  expect(runs.map((one) => vocabulary.place(one))).toEqual([16, 128, 128]);
  expect(best.place(runs[0])).toBe(0.6);
});
