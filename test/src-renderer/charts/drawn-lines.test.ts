import { describe, expect, it } from 'vitest';
import { DrawnLines, rowsIn, type Sight } from '../../../src-renderer/charts/drawn-lines';
import { smooth } from '../../../src-renderer/charts/smoothing';

const noise = (i: number) => (Math.sin(i * 12.9898) * 43758.5453) % 1;
const sight = (more: Partial<Sight> = {}): Sight => ({ zoom: null, columns: 100, smoothing: 0, plain: [false], behind: false, ...more });
const grown = (rows: number) => ({ x: Array.from({ length: rows }, (_, i) => i), y: [Array.from({ length: rows }, (_, i) => noise(i))], revision: 1 });

describe('the lines that are drawn', () => {
  it('are all rows where there are fewer than columns', () => {
    const data = grown(50);
    expect(new DrawnLines().update(data, sight())).toEqual({ x: data.x, rows: data.y });
  });

  it('have at most two points a column, every extreme, and the newest value at their end', () => {
    const data = grown(100_000);
    data.y[0][54_321] = 99;
    data.y[0][77_777] = -99;
    const { x, rows } = new DrawnLines().update(data, sight());
    expect(x.length).toBeLessThanOrEqual(2 * 100 + 1);
    expect([Math.min(...(rows[0] as number[])), Math.max(...(rows[0] as number[]))]).toEqual([-99, 99]);
    expect([x[x.length - 1], rows[0][x.length - 1]]).toEqual([99_999, noise(99_999)]);
    for (let i = 1; i < x.length; i++) expect(x[i]).toBeGreaterThanOrEqual(x[i - 1]);
  });

  it('are the same whether rows came one by one or at once', () => {
    for (const more of [{}, { smoothing: 0.9 }, { smoothing: 0.9, behind: true }, { zoom: [100, 2_000_000] as const }]) {
      const [slow, data] = [new DrawnLines(), { x: [] as number[], y: [[] as number[]], revision: 1 }];
      for (let i = 0; i < 3000; i++) {
        data.x.push(i);
        data.y[0].push(noise(i));
        if (i % 7 === 0 || i === 2999) slow.update({ ...data }, sight(more));
      }
      expect(slow.update({ ...data }, sight(more))).toEqual(new DrawnLines().update(data, sight(more)));
    }
  });

  it('follow rows that were changed, once their revision says so', () => {
    const [lines, data] = [new DrawnLines(), grown(1000)];
    lines.update(data, sight());
    data.x.length = data.y[0].length = 400;
    for (let i = 400; i < 1000; i++) data.x.push(i), data.y[0].push(7);
    expect(Math.max(...(lines.update({ ...data, revision: 2 }, sight()).rows[0] as number[]))).toBe(7);
  });

  it('are smoothed from the first row on, also where only the end is shown', () => {
    const data = grown(1000);
    const { x, rows } = new DrawnLines().update(data, sight({ smoothing: 0.9, zoom: [990, 999] }));
    expect(x[0]).toBe(989);
    expect(rows[0]).toEqual(smooth(data.y[0], 0.9).slice(989));
  });

  it('show one row more at each side of a stretch', () => {
    expect(rowsIn([0, 10, 20, 30, 40], [15, 25])).toEqual([1, 4]);
    expect(rowsIn([0, 10, 20], [-5, 100])).toEqual([0, 3]);
    expect(rowsIn([0, 10, 20], null)).toEqual([0, 3]);
  });
});
