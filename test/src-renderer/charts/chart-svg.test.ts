import { describe, expect, it } from 'vitest';
import { stepAxis, timeAxis } from '../../../src-renderer/charts/axes';
import { toCsv } from '../../../src-renderer/charts/chart-data';
import { chartSvg, type Drawing } from '../../../src-renderer/charts/chart-svg';
import { steppedZoom } from '../../../src-renderer/charts/zoom';

const drawing: Drawing = {
  title: 'Loss <by> prefix', unit: 'nats', axis: stepAxis, series: [{ label: '1', name: 'prefix 1' }, { label: 'teacher', reference: true }], colours: ['#123456', ''],
  x: [0, 10, 20, 30], rows: [[1, 2, null, 4], [3, 3, 3, 3]], zoom: null, log: false, marks: [{ x: 10, label: 'Alarm & more' }], note: 'run 1',
};
const paths = (svg: string) => [...svg.matchAll(/<path d="([^"]+)" fill="none" stroke="([^"]+)"/g)].map(([, d, stroke]) => ({ d, stroke }));

describe('a chart as SVG', () => {
  it('has a title, a legend with names, texts that are escaped, and nothing that runs or loads', () => {
    const svg = chartSvg(drawing);
    for (const text of ['Loss &lt;by&gt; prefix, nats', 'prefix 1', '>teacher<', 'Alarm &amp; more', '>step<', 'run 1']) expect(svg).toContain(text);
    expect(svg).not.toMatch(/<script|href|<image|foreignObject/);
  });
  it('draws a path of its own colour for each line, broken at gaps', () => {
    const [line, reference] = paths(chartSvg(drawing));
    expect(line.stroke).toBe('#123456');
    expect([line.d.match(/M/g)?.length, line.d.match(/L/g)?.length]).toEqual([2, 1]);
    expect(reference.d.match(/L/g)?.length).toBe(3);
  });
  it('puts the measured rows behind the smoothed ones', () => expect(paths(chartSvg({ ...drawing, rows: [...drawing.rows, ...drawing.rows] })).length).toBe(4));
  it('keeps what a logarithm cannot show out, and the axis on clock times', () => {
    const svg = chartSvg({ ...drawing, log: true, axis: timeAxis, rows: [[1, -2, 10, 100], [3, 3, 3, 3]] });
    expect(paths(svg)[0].d.match(/M/g)?.length).toBe(2);
    expect(svg).toContain('>0:10<');
  });
});

describe('toCsv', () => {
  it('has a head, every row with the numbers in full, nothing for a gap, and quotes where they are needed', () => {
    const text = toCsv('step', [{ label: 'a', name: 'loss, "total"' }, { label: 'teacher' }], { x: [1, 2], y: [[0.1234567890123, null], [1e-9, 5]] });
    expect(text).toBe('step,"loss, ""total""",teacher\r\n1,0.1234567890123,1e-9\r\n2,,5\r\n');
  });
});

describe('zooming by key', () => {
  const whole = [0, 100] as const;
  it('goes nearer round the crosshair, back, and to all', () => {
    expect(steppedZoom('+', { whole, zoom: null, at: 40 })).toEqual([20, 70]);
    expect(steppedZoom('-', { whole, zoom: [20, 70], at: 40 })).toBeNull();
    expect(steppedZoom('-', { whole, zoom: [80, 90], at: 85 })).toEqual([75, 95]);
    expect(steppedZoom('0', { whole, zoom: [20, 70], at: null })).toBeNull();
    expect(steppedZoom('+', { whole, zoom: null, at: null })).toEqual([50, 100]);
  });
  it('leaves other keys alone', () => expect(steppedZoom('ArrowLeft', { whole, zoom: null, at: 3 })).toBeUndefined());
});
