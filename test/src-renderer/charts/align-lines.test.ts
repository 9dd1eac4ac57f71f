import { describe, expect, it } from 'vitest';
import { alignLines, bandOf, valueAt, type Points } from '../../../src-renderer/charts/align-lines';
import { lineStyles } from '../../../src-renderer/charts/line-styles';
import { mulberry32 } from '../../../src-main/evaluation/split';

/** Lines with x of their own, some of which they share, and some gaps. */
function someLines(seed: number, count: number, length: number): Points[] {
  const random = mulberry32(seed);
  return Array.from({ length: count }, (_, line) => ({
    x: Array.from({ length }, (_, i) => (i + 1) * (line % 3 === 0 ? 4 : 3)),
    y: Array.from({ length }, () => (random() < 0.05 ? null : random())),
  }));
}

describe('alignLines', () => {
  it('puts every value at its own place and nothing elsewhere, while there is room for all', () => {
    const lines = someLines(1, 7, 50);
    const { x, y, interpolated } = alignLines(lines);
    expect(interpolated).toBe(false);
    expect([...x].sort((a, b) => a - b)).toEqual(x);
    lines.forEach((line, i) => {
      const at = new Map(line.x.map((value, k) => [value, line.y[k]]));
      x.forEach((value, k) => expect(y[i][k]).toBe(at.get(value) ?? null));
    });
  });
  it('draws even places on the straight between reports where there are too many, and says so', () => {
    const lines = someLines(2, 5, 60);
    const { x, y, interpolated } = alignLines(lines, 40);
    expect(interpolated).toBe(true);
    expect(x).toHaveLength(40);
    expect([x[0], x[39]]).toEqual([3, 240]);
    lines.forEach((line, i) => x.forEach((at, k) => expect(y[i][k]).toBe(valueAt(line, at))));
  });
});

describe('bandOf', () => {
  it('of one line is the line itself', () => {
    const [line] = someLines(3, 1, 30);
    const { x, mean, low, high } = bandOf([line]);
    expect({ x, y: mean }).toEqual(line);
    expect([low, high]).toEqual([mean, mean]);
  });
  it('holds every value of every line, and its mean is that of the lines that reach so far', () => {
    const lines = someLines(4, 6, 40);
    const { x, mean, low, high } = bandOf(lines);
    x.forEach((at, i) => {
      const values = lines.map((line) => valueAt(line, at)).filter((value) => value !== null);
      if (values.length === 0) return expect(mean[i]).toBeNull();
      expect(low[i]).toBe(Math.min(...values));
      expect(high[i]).toBe(Math.max(...values));
      expect(mean[i]).toBeCloseTo(values.reduce((sum, value) => sum + value, 0) / values.length, 12);
    });
    for (const line of lines) line.x.forEach((at, k) => line.y[k] !== null && expect(low[x.indexOf(at)]!).toBeLessThanOrEqual(line.y[k]));
  });
  it('does not depend on the order of the lines', () => {
    const lines = someLines(5, 4, 25);
    expect(bandOf([...lines].reverse()).low).toEqual(bandOf(lines).low);
  });
});

it('lines up to thirty differ in colour or dash pattern, neighbours in both', () => {
  const styles = lineStyles(30, 'light');
  expect(new Set(styles.map(({ colour, dash }) => `${colour} ${dash.join()}`)).size).toBe(30);
  for (let i = 1; i < 10; i++) {
    expect(styles[i].colour).not.toBe(styles[i - 1].colour);
    expect(styles[i].dash.join()).not.toBe(styles[i - 1].dash.join());
  }
});
