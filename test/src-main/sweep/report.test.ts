import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Evaluation, SymbolFigures } from '../../../src-main/contract/evaluation';
import { resolveConfig } from '../../../src-main/contract/presets';
import { lineFigureSvg, lineStyles, ticks } from '../../../src-main/sweep/line-figure';
import type { SweepDocument, VariantResult } from '../../../src-main/sweep/sweep-document';
import { readSweepFolder, writeSweepFolder } from '../../../src-main/sweep/sweep-folder';
import { sweepTable } from '../../../src-main/sweep/table';
import { csv, tableCsv, tableMarkdown } from '../../../src-main/sweep/table-text';
import { temporaryFolder } from '../database/library.fixture';

const accuracy = (top1: number, top5: number) => ({ top1, top5 });
const symbols = (top1: number): SymbolFigures => {
  const figures = { knn: { ...accuracy(top1, 0.9), k: {} }, linear: accuracy(top1 / 2, 0.8) };
  return { ...figures, prefix: { 1: { ...figures, knn: { ...accuracy(top1 - 0.2, 0.9), k: {} } }, 3: { ...figures, linear: null }, 8: figures } };
};
const evaluation = (top1: number): Evaluation => ({
  student: symbols(top1), teacher: { knn: { ...accuracy(0.8, 0.99), k: {} }, linear: accuracy(0.5, 0.9) }, residualKMeans: symbols(0.55), retention: top1 / 0.8,
  run: 'r', collection: 'c', trainImages: 5, testImages: 2, protocol: '',
});
const result = (label: string, o: Partial<VariantResult>): VariantResult => ({
  label, group: label.split(' ')[0], variant: label, run: `s: ${label}`, change: { vocabulary: 256 }, config: resolveConfig({ vocabulary: 256 }), state: 'done', error: null, step: 100, seconds: 90,
  backend: null, alarms: [], usage: [1, 0.5], perplexity: [200, 100], evaluation: null, ...o,
});
const document = (variants: VariantResult[], kind: SweepDocument['kind'] = 'sweep'): SweepDocument => ({ format: 1, name: 's', kind, collection: 'c', settings: {}, parallel: 2, cores: 4, seconds: 5, variants });
const failure = { code: 'LOSS_NOT_FINITE' as const, message: 'The loss | "was" not finite' };

describe('the table of a sweep', () => {
  const table = sweepTable(document([result('GS 256', { evaluation: evaluation(0.6) }), result('SS 256', { state: 'failed', error: failure, usage: null, perplexity: null })]));

  it("has the paper's figure beside ours, then residual k-means of the size and the teacher", () => {
    expect(table.rows.map(({ row, label }) => [row, label])).toEqual([['variant', 'GS 256'], ['variant', 'SS 256'], ['residual k-means', 'residual k-means 256'], ['teacher', 'teacher']]);
    const [first, , baseline, teacher] = table.rows;
    expect(first).toMatchObject({ knnTop1: 0.6, paperKnnTop1: 0.5002, prefix1: expect.closeTo(0.4, 9), prefix3: 0.6, retention: expect.closeTo(0.75, 9), linearRetention: 0.6, usage: 0.75, lowestUsage: 0.5, perplexity: 150, state: 'done' });
    expect(baseline).toMatchObject({ knnTop1: 0.55, retention: expect.closeTo(0.6875, 9), state: null });
    expect(teacher).toMatchObject({ knnTop1: 0.8, retention: 1 });
  });

  it('says of a variant that failed why, in every form, with nothing in place of its figures', () => {
    expect(table.rows[1]).toMatchObject({ knnTop1: null, paperKnnTop1: 0.1015, state: 'failed: The loss | "was" not finite [LOSS_NOT_FINITE]' });
    expect(tableMarkdown(table)).toContain('failed: The loss \\| "was" not finite [LOSS_NOT_FINITE] |');
    expect(tableCsv(table)).toContain('"failed: The loss | ""was"" not finite [LOSS_NOT_FINITE]"');
  });

  it('leaves details to CSV and JSON', () => {
    expect(tableCsv(table).split('\r\n')[0]).toContain('prefix3');
    expect(tableMarkdown(table)).not.toContain('3 symbols');
    for (const line of tableMarkdown(table).trimEnd().split('\n')) expect(line.replaceAll('\\|', '').split('|').length).toBe(tableMarkdown(table).split('\n')[0].split('|').length);
  });

  it('of ablations says the difference to the settings as they are', () => {
    const { rows } = sweepTable(document([result('as it is', { change: {}, evaluation: evaluation(0.6) }), result('without channels', { evaluation: evaluation(0.57) })], 'ablations'));
    expect(rows[0].knnTop1Gain).toBeNull();
    expect(rows[1].knnTop1Gain).toBeCloseTo(-0.03, 9);
    expect(Object.keys(rows[0])).not.toContain('paperKnnTop1');
  });

  it('quotes fields of CSV only where it must', () => expect(csv([['a', 1.5, null, 'b,c', 'd"e']])).toBe('a,1.5,,"b,c","d""e"\r\n'));
});

describe('a figure', () => {
  const line = (group: string, values: number[]) => ({ label: `${group} ${values.length}`, group, points: values.map((value, step) => ({ step, value })) });

  it('draws every line with a pattern and mark of its own, up to 36', () => {
    for (const lines of [Array.from({ length: 36 }, () => ({ group: 'one' })), Array.from({ length: 18 }, (_, i) => ({ group: `g${Math.floor(i / 6)}` }))]) {
      const styles = lineStyles(lines);
      expect(new Set(styles.map(({ dash, marker }) => `${dash} ${marker}`)).size).toBe(lines.length);
    }
  });

  it('is an SVG of its own: no script, no outside font, both schemes, its text escaped', () => {
    const svg = lineFigureSvg({ title: 'A < B', quantity: 'q', unit: 'nats', lines: [line('a & b', [1, 2, 3]), line('none', []), line('one', [2])], reference: { label: 'teacher', value: 4 } });
    expect(svg).toContain('<title id="title">A &lt; B');
    expect(svg).toContain('a &amp; b 3');
    expect(svg).toContain('prefers-color-scheme:dark');
    expect(svg).toContain('none 0: no value yet');
    expect(svg).not.toMatch(/<script|@import|url\(|NaN|undefined|Infinity/);
    const open = [...svg.matchAll(/<(svg|g|text|style|title|desc)[ >]/g)].length;
    expect([...svg.matchAll(/<\/(svg|g|text|style|title|desc)>/g)].length).toBe(open);
  });

  it('has no numbers to be afraid of when nothing was seen yet', () => {
    expect(lineFigureSvg({ title: 't', quantity: 'q', unit: '%', lines: [line('a', [])], reference: null })).not.toMatch(/NaN|Infinity/);
  });

  it.each([[0, 1000], [0.1, 0.13], [-3, 7], [5, 5]])('has round ticks that enclose %d to %d', (low, high) => {
    const found = ticks(low, high, 6);
    expect(found[0]).toBeLessThanOrEqual(low);
    expect(found[found.length - 1]).toBeGreaterThanOrEqual(high);
    expect(found.length).toBeLessThanOrEqual(9);
    for (const tick of found) expect(String(tick).length).toBeLessThan(7);
  });
});

describe('the folder of a sweep', () => {
  it('holds table and figures in three forms each, and is read back', () => {
    const folder = join(temporaryFolder(), 'a', 'b');
    const written = document([result('GS 256', { evaluation: evaluation(0.6) })]);
    const step = { step: 5, teacherEntropy: 2, kl: 1 } as never;
    writeSweepFolder(folder, written, [{ label: 'GS 256', group: 'GS', curves: { steps: [step], evaluations: [{ type: 'evaluation', step: 5, knnTop1: { 1: 0.2, 8: 0.5 }, teacher: 0.7 }] } }]);
    expect(readdirSync(folder).sort()).toEqual(['kl.csv', 'kl.json', 'kl.svg', 'knn.csv', 'knn.json', 'knn.svg', 'sweep.json', 'table.csv', 'table.json', 'table.md', 'teacher-entropy.csv', 'teacher-entropy.json', 'teacher-entropy.svg']);
    expect(readSweepFolder(folder, 's')).toEqual(written);
    expect(readFileSync(join(folder, 'knn.csv'), 'utf8')).toBe('variant,step,value (%)\r\nGS 256,5,50\r\n');
    expect(() => readSweepFolder(folder, 'other')).toThrow('holds the sweep "s", not "other"');
    writeFileSync(join(folder, 'sweep.json'), '{}');
    expect(() => readSweepFolder(folder, 's')).toThrow('is not what a sweep writes');
    expect(readSweepFolder(temporaryFolder(), 's')).toBeNull();
  });
});
