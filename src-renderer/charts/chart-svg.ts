import type { ChartAxis } from './axes';
import { placeLabels, type ChartMark, type ChartSeries } from './chart-data';
import { formatTicks } from './number-format';
import { linearSplits, logLimits, logSplits, logTicks, yLimits } from './scales';

/** A chart to be drawn into a file, as it is seen. */
export interface Drawing {
  title: string;
  unit?: string;
  axis: ChartAxis;
  series: readonly ChartSeries[];
  /** "#rrggbb" by series. */
  colours: readonly string[];
  x: readonly number[];
  /** Rows of the lines; before them, where there are twice as many as series, the measured ones behind. */
  rows: readonly (readonly (number | null)[])[];
  /** Stretch of x; null: all. */
  zoom: readonly [number, number] | null;
  log: boolean;
  include?: readonly number[];
  marks: readonly ChartMark[];
  ticks?: (splits: readonly number[]) => string[];
  /** Said under the title: smoothing, and what was left out. */
  note: string;
}

const size = { width: 720, height: 400 };
const edge = { left: 64, right: 72, top: 64, bottom: 76 };
/** Chart paper by day, whatever the page's scheme is: a file is mostly printed or pasted. */
const ink = { paper: '#ffffff', text: '#1b2230', quiet: '#596172', grid: '#dcd7ca', mark: '#a3231c' };

const escape = (text: string) => text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign]!);
const round = (value: number) => String(Math.round(value * 100) / 100);

/** The chart as an SVG document of its own: paths, axes, title and a legend, in light colours. */
export function chartSvg(drawing: Drawing): string {
  const { x, rows, axis, series, log } = drawing;
  const [from, to] = drawing.zoom ?? [x[0] ?? 0, x[x.length - 1] ?? 1];
  const right = to > from ? to : from + 1;
  const inView = (i: number) => x[i] >= from && x[i] <= right;
  const seen = rows.flatMap((row) => row.filter((value, i): value is number => value !== null && inView(i) && (!log || value > 0)));
  const least = seen.reduce((a, b) => Math.min(a, b), Infinity);
  const most = seen.reduce((a, b) => Math.max(a, b), -Infinity);
  const [low, high] = seen.length === 0 ? [null, null] : [least, most];
  const [bottom, top] = log ? logLimits(low, high) : yLimits(low, high, drawing.include);
  const scaled = (value: number) => (log ? Math.log(value / bottom) / Math.log(top / bottom) : (value - bottom) / (top - bottom));
  const across = (value: number) => edge.left + ((value - from) / (right - from)) * (size.width - edge.left - edge.right);
  const up = (value: number) => size.height - edge.bottom - scaled(value) * (size.height - edge.top - edge.bottom);
  const measured = rows.length > series.length ? rows.slice(0, rows.length - series.length) : [];
  const lines = rows.slice(measured.length);

  const path = (row: readonly (number | null)[]) => {
    let d = '';
    let pen = false;
    row.forEach((value, i) => {
      const drawn = value !== null && (!log || value > 0);
      if (drawn) d += `${pen ? 'L' : 'M'}${round(across(x[i]))} ${round(up(value))}`;
      pen = drawn;
    });
    return d;
  };
  const line = (row: readonly (number | null)[], i: number, extra: string) => `<path d="${path(row)}" fill="none" stroke="${series[i].reference ? ink.quiet : drawing.colours[i]}" ${series[i].reference ? 'stroke-dasharray="5 4" ' : ''}${extra}/>`;
  const dots = (row: readonly (number | null)[], i: number) => (series[i].dots ? row.map((value, at) => (value !== null && inView(at) && (!log || value > 0) ? `<circle cx="${round(across(x[at]))}" cy="${round(up(value))}" r="2.5" fill="${drawing.colours[i]}"/>` : '')).join('') : '');

  const xSplits = linearSplits(from, right, 8, axis.distances);
  const ySplits = log ? logSplits(bottom, top) : linearSplits(bottom, top, 6);
  const yTexts = log ? logTicks(ySplits) : (drawing.ticks ?? formatTicks)(ySplits);
  const text = (content: string, at: [number, number], more = '') => `<text x="${round(at[0])}" y="${round(at[1])}" ${more}>${escape(content)}</text>`;
  const ends = lines.flatMap((row, i) => {
    for (let at = row.length - 1; at >= 0; at--) {
      const value = row[at];
      if (value !== null && inView(at) && (!log || value > 0)) return [{ i, y: up(value) }];
    }
    return [];
  });
  const heights = placeLabels(ends.map(({ y }) => y), 13, edge.top, size.height - edge.bottom);
  const place = { x: edge.left, width: size.width - edge.left - edge.right, height: size.height - edge.top - edge.bottom };
  const legendWidth = Math.max(1, Math.floor((size.width - edge.left) / Math.max(1, series.length)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" viewBox="0 0 ${size.width} ${size.height}" font-family="system-ui, 'Segoe UI', 'Liberation Sans', sans-serif" font-size="11" fill="${ink.quiet}">`,
    `<title>${escape(drawing.title)}</title>`,
    `<rect width="100%" height="100%" fill="${ink.paper}"/>`,
    text(`${drawing.title}${drawing.unit ? `, ${drawing.unit}` : ''}`, [edge.left, 26], `font-size="15" font-weight="600" fill="${ink.text}"`),
    drawing.note && text(drawing.note, [edge.left, 44]),
    `<clipPath id="inside"><rect x="${place.x}" y="${edge.top}" width="${place.width}" height="${place.height}"/></clipPath>`,
    ...xSplits.map((value, i) => `<path d="M${round(across(value))} ${edge.top}V${size.height - edge.bottom}" stroke="${ink.grid}"/>${text(axis.ticks(xSplits)[i], [across(value), size.height - edge.bottom + 16], 'text-anchor="middle"')}`),
    ...ySplits.map((value, i) => `<path d="M${edge.left} ${round(up(value))}H${size.width - edge.right}" stroke="${ink.grid}"/>${text(yTexts[i], [edge.left - 8, up(value) + 4], 'text-anchor="end"')}`),
    text(axis.name, [place.x + place.width / 2, size.height - edge.bottom + 32], 'text-anchor="middle"'),
    '<g clip-path="url(#inside)">',
    ...measured.map((row, i) => line(row, i, 'stroke-width="1" stroke-opacity="0.3"')),
    ...lines.map((row, i) => line(row, i, 'stroke-width="1.75"') + dots(row, i)),
    '</g>',
    ...drawing.marks.filter((mark) => mark.x >= from && mark.x <= right).map((mark) => `<path d="M${round(across(mark.x))} ${edge.top}V${size.height - edge.bottom}" stroke="${ink.mark}" stroke-dasharray="3 3"><title>${escape(mark.label)}</title></path>`),
    ...ends.map(({ i }, at) => text(series[i].label, [size.width - edge.right + 6, heights[at] + 4], `font-weight="600" fill="${series[i].reference ? ink.quiet : drawing.colours[i]}"`)),
    ...series.map((item, i) => {
      const at: [number, number] = [edge.left + i * Math.min(legendWidth, 96), size.height - 14];
      return `<path d="M${at[0]} ${at[1] - 4}h14" stroke="${item.reference ? ink.quiet : drawing.colours[i]}" stroke-width="2"${item.reference ? ' stroke-dasharray="4 3"' : ''}/>${text(item.name ?? item.label, [at[0] + 18, at[1]], `fill="${ink.text}"`)}`;
    }),
    '</svg>',
  ].filter(Boolean).join('\n');
}

/** The picture of an SVG document, twice as large, so that it is sharp on paper. @throws Error when it cannot be drawn */
export async function svgToPng(svg: string): Promise<Blob> {
  const address = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const picture = new Image(size.width, size.height);
    picture.src = address;
    await picture.decode();
    const canvas = Object.assign(document.createElement('canvas'), { width: 2 * size.width, height: 2 * size.height });
    canvas.getContext('2d')!.drawImage(picture, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The picture could not be made.'))), 'image/png'));
  } finally {
    URL.revokeObjectURL(address);
  }
}
