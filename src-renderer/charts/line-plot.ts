import uPlot from 'uplot';
import type { ChartAxis } from './axes';
import { type ChartMark, type ChartSeries, placeLabels } from './chart-data';
import { formatTicks } from './number-format';
import { logLimits, logTicks, yLimits } from './scales';

/** What the canvas cannot read from style sheets itself; LineChart reads these from its element. */
export interface PlotTheme {
  text: string;
  faint: string;
  /** Of the marks. */
  mark: string;
  grid: string;
  font: string;
  colours: string[];
}

export interface PlotOptions {
  element: HTMLElement;
  width: number;
  height: number;
  series: readonly ChartSeries[];
  log: boolean;
  /** Limits that the y scale includes even where no value reaches them. */
  include?: readonly number[];
  /** Raw values drawn faintly behind the smoothed ones. */
  behind: boolean;
  syncKey: string;
  axis: ChartAxis;
  /** Writes the values of the y axis. */
  ticks?: (splits: readonly number[]) => string[];
  theme: () => PlotTheme;
  /** Series that stands out while others step back; null when all are equal. */
  emphasis: () => number | null;
  /** Places on x with an upright line and a warning sign. */
  marks: () => readonly ChartMark[];
  /** Where on x the crosshair stands; null: nowhere. */
  onCursor: (x: number | null) => void;
  /** A stretch of x was marked; null: all of it is wanted again. */
  onZoom: (range: readonly [number, number] | null) => void;
}

const faded = (colour: string, share: number) => colour + Math.round(share * 255).toString(16).padStart(2, '0');

function drawEndLabels(plot: uPlot, o: PlotOptions, first: number): void {
  const theme = o.theme();
  const ratio = uPlot.pxRatio;
  const wanted: number[] = [];
  const lines: number[] = [];
  o.series.forEach((_, i) => {
    const values = plot.data[first + i];
    const [from, to] = plot.series[first + i].idxs ?? [0, values.length - 1];
    for (let at = to; at >= from; at--) {
      const value = values[at];
      if (value === null || value === undefined || (o.log && value <= 0)) continue;
      wanted.push(plot.valToPos(value, 'y', true));
      lines.push(i);
      break;
    }
  });
  const { left, top, width, height } = plot.bbox;
  const heights = placeLabels(wanted, 11 * ratio, top + 4 * ratio, top + height - 4 * ratio);
  const { ctx } = plot;
  ctx.save();
  ctx.font = `600 ${11 * ratio}px ${theme.font}`;
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'left';
  lines.forEach((line, i) => {
    const series = o.series[line];
    const out = o.emphasis() !== null && o.emphasis() !== line;
    const colour = series.reference ? theme.text : theme.colours[line];
    ctx.fillStyle = out ? faded(colour, 0.35) : colour;
    ctx.fillText(series.label, left + width + 6 * ratio, heights[i]);
  });
  ctx.restore();
}

/** A dashed upright line at each mark, under a triangle with an exclamation mark, so that its form says what it is. */
function drawMarks(plot: uPlot, o: PlotOptions): void {
  const { ctx } = plot;
  const { left, top, width, height } = plot.bbox;
  const ratio = uPlot.pxRatio;
  const half = 5 * ratio;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = o.theme().mark;
  ctx.lineWidth = ratio;
  for (const mark of o.marks()) {
    const x = Math.round(plot.valToPos(mark.x, 'x', true));
    if (x < left || x > left + width) continue;
    ctx.setLineDash([3 * ratio, 3 * ratio]);
    ctx.beginPath();
    ctx.moveTo(x, top + 2 * half);
    ctx.lineTo(x, top + height);
    ctx.stroke();
    ctx.setLineDash([]);
    ctx.beginPath();
    ctx.moveTo(x, top);
    ctx.lineTo(x + half, top + 2 * half);
    ctx.lineTo(x - half, top + 2 * half);
    ctx.closePath();
    ctx.stroke();
    ctx.fillRect(x - ratio / 2, top + 0.8 * half, ratio, 0.6 * half);
    ctx.fillRect(x - ratio / 2, top + 1.6 * half, ratio, ratio);
  }
  ctx.restore();
}

/** Room right of the lines for their labels, in CSS pixels. */
export const labelRoom = (series: readonly ChartSeries[]): number => 12 + 7 * Math.max(1, ...series.map((s) => s.label.length));

/**
 * Makes the plot. Its data are x, then (with `behind`) the raw rows, then the rows that are drawn in full; see
 * `plotRows`.
 */
export function createPlot(o: PlotOptions, data: uPlot.AlignedData): uPlot {
  const count = o.series.length;
  const first = o.behind ? 1 + count : 1;
  const isOut = (line: number) => o.emphasis() !== null && o.emphasis() !== line;
  const colourOf = (line: number) => (o.series[line].reference ? o.theme().faint : o.theme().colours[line]);
  const raw: uPlot.Series[] = o.behind
    ? o.series.map((_, i) => ({ stroke: () => faded(colourOf(i), isOut(i) ? 0.08 : 0.28), width: 1, points: { show: false }, spanGaps: true }))
    : [];
  const drawn: uPlot.Series[] = o.series.map((s, i) => ({
    stroke: () => (isOut(i) ? faded(colourOf(i), 0.2) : colourOf(i)),
    width: s.reference ? 1.25 : 1.5,
    dash: s.reference ? [6, 4] : undefined,
    spanGaps: true,
    points: s.dots ? { show: true, size: 5, space: 0, fill: () => (isOut(i) ? faded(colourOf(i), 0.2) : colourOf(i)), width: 0 } : { show: s.reference ? (u: uPlot) => u.data[0].length === 1 : false },
  }));
  const axis = (): uPlot.Axis => ({
    stroke: () => o.theme().text,
    font: `11px ${o.theme().font}`,
    grid: { stroke: () => o.theme().grid, width: 1 },
    ticks: { show: false },
    gap: 6,
  });
  const plot = new uPlot(
    {
      width: o.width,
      height: o.height,
      pxAlign: 1,
      padding: [8, labelRoom(o.series), 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        points: { size: 7, width: 0, show: true, fill: (_, index) => colourOf((index - 1) % count) },
        drag: { x: true, y: false, dist: 6, setScale: false },
        // Marking a stretch stays in one chart: the others get its limits as values, not as pixels.
        sync: { key: o.syncKey, scales: ['x', null], filters: { pub: (type) => type === 'mousemove' || type === 'mouseleave' } },
      },
      scales: {
        x: { time: false, range: (_, low, high) => (low === null || high === null ? [0, 1] : low === high ? [low, low + 1] : [low, high]) },
        y: o.log
          ? { distr: 3, range: (_, low, high) => logLimits(low, high) }
          : { range: (_, low, high) => yLimits(low, high, o.include) },
      },
      series: [{}, ...raw, ...drawn],
      axes: [
        { ...axis(), size: 24, space: 64, values: (_, splits) => o.axis.ticks(splits), ...(o.axis.distances && { incrs: o.axis.distances }) },
        { ...axis(), size: 48, space: 28, values: (_, splits) => (o.log ? logTicks : (o.ticks ?? formatTicks))(splits) },
      ],
      hooks: {
        setCursor: [(u) => o.onCursor(u.cursor.idx === null || u.cursor.idx === undefined ? null : u.posToVal(u.cursor.left ?? 0, 'x'))],
        setSelect: [
          (u) => {
            if (u.select.width <= 0) return;
            const [from, to] = [u.posToVal(u.select.left, 'x'), u.posToVal(u.select.left + u.select.width, 'x')];
            u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            o.onZoom([from, to]);
          },
        ],
        draw: [(u) => drawMarks(u, o), (u) => drawEndLabels(u, o, first)],
      },
    },
    data,
    o.element,
  );
  plot.over.addEventListener('dblclick', () => o.onZoom(null));
  return plot;
}

/** The rows that `createPlot` wants, without what a logarithm cannot show. */
export function plotRows({ x, rows }: { x: number[]; rows: (number | null)[][] }, log: boolean): uPlot.AlignedData {
  return [x, ...(log ? rows.map((row) => row.map((value) => (value !== null && value > 0 ? value : null))) : rows)];
}
