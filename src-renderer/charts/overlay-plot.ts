import uPlot from 'uplot';
import type { ChartAxis } from './axes';
import { placeLabels } from './chart-data';
import { logLimits, logTicks, yLimits } from './scales';
import type { LineStyle } from './line-styles';

export interface OverlayTheme {
  text: string;
  grid: string;
  font: string;
}

export interface OverlayOptions {
  element: HTMLElement;
  width: number;
  height: number;
  /** A line each; with `band`, between two rows more. */
  lines: readonly { label: string; band: boolean; style: () => LineStyle; dots: boolean }[];
  log: boolean;
  syncKey: string;
  ticks: (splits: readonly number[]) => string[];
  axis: ChartAxis;
  /** Names at the ends of the lines. */
  labelled: boolean;
  theme: () => OverlayTheme;
  /** Line that stands out while others step back; null when all are equal. */
  emphasis: () => number | null;
  onCursor: (at: { x: number; left: number; top: number } | null) => void;
  /** A stretch of x was marked; null: all of it is wanted again. */
  onZoom: (range: readonly [number, number] | null) => void;
}

/** Alpha as two hexadecimal digits behind a colour. */
const faded = (colour: string, share: number) => colour + Math.round(share * 255).toString(16).padStart(2, '0');
const shortened = (label: string) => (label.length > 16 ? `${label.slice(0, 15)}…` : label);

/** Room right of the lines for their names, in CSS pixels. */
const labelRoom = (o: OverlayOptions) => (o.labelled ? 12 + 6.5 * Math.max(1, ...o.lines.map(({ label }) => shortened(label).length)) : 16);

/** Where the row of each line stands among the data; its band's rows, low and high, follow it. */
function rowsOf(lines: OverlayOptions['lines']): number[] {
  let next = 1;
  return lines.map(({ band }) => {
    const row = next;
    next += band ? 3 : 1;
    return row;
  });
}

function drawLabels(plot: uPlot, o: OverlayOptions): void {
  const ratio = uPlot.pxRatio;
  const wanted: number[] = [];
  const named: number[] = [];
  rowsOf(o.lines).forEach((row, i) => {
    const values = plot.data[row];
    const [from, to] = plot.series[row].idxs ?? [0, values.length - 1];
    for (let at = to; at >= from; at--) {
      const value = values[at];
      if (value === null || value === undefined || (o.log && value <= 0)) continue;
      wanted.push(plot.valToPos(value, 'y', true));
      named.push(i);
      break;
    }
  });
  const { left, top, width, height } = plot.bbox;
  const heights = placeLabels(wanted, 12 * ratio, top + 4 * ratio, top + height - 4 * ratio);
  const { ctx } = plot;
  ctx.save();
  ctx.font = `600 ${11 * ratio}px ${o.theme().font}`;
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'left';
  named.forEach((line, i) => {
    const out = o.emphasis() !== null && o.emphasis() !== line;
    const { colour } = o.lines[line].style();
    ctx.fillStyle = out ? faded(colour, 0.35) : colour;
    ctx.fillText(shortened(o.lines[line].label), left + width + 6 * ratio, heights[i]);
  });
  ctx.restore();
}

/** The lines, each followed by the limits of its band where it has one. */
function seriesOf(o: OverlayOptions): { series: uPlot.Series[]; bands: uPlot.Band[] } {
  const series: uPlot.Series[] = [{}];
  const bands: uPlot.Band[] = [];
  o.lines.forEach(({ style, dots, band }, i) => {
    const out = () => o.emphasis() !== null && o.emphasis() !== i;
    const colour = () => (out() ? faded(style().colour, 0.15) : style().colour);
    series.push({ stroke: colour, width: 1.5, dash: [...style().dash], spanGaps: true, points: { show: dots, size: 5, space: 0, width: 0, fill: colour } });
    if (!band) return;
    const row = series.length - 1;
    for (let limit = 0; limit < 2; limit++) series.push({ stroke: 'transparent', width: 0, spanGaps: true, points: { show: false } });
    bands.push({ series: [row + 2, row + 1], fill: () => faded(style().colour, out() ? 0.04 : 0.16) });
  });
  return { series, bands };
}

/** Makes the plot of many lines. Its data are x, then for each line its values and, with a band, its limits, low and high. */
export function createOverlayPlot(o: OverlayOptions, data: uPlot.AlignedData): uPlot {
  const axis = (): uPlot.Axis => ({ stroke: () => o.theme().text, font: `11px ${o.theme().font}`, grid: { stroke: () => o.theme().grid, width: 1 }, ticks: { show: false }, gap: 6 });
  const plot = new uPlot(
    {
      width: o.width,
      height: o.height,
      pxAlign: 1,
      padding: [8, labelRoom(o), 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        points: { show: false },
        drag: { x: true, y: false, dist: 6, setScale: false },
        sync: { key: o.syncKey, scales: ['x', null], filters: { pub: (type) => type === 'mousemove' || type === 'mouseleave' } },
      },
      scales: {
        x: { time: false, range: (_, low, high) => (low === null || high === null ? [0, 1] : low === high ? [low, low + 1] : [low, high]) },
        y: o.log ? { distr: 3, range: (_, low, high) => logLimits(low, high) } : { range: (_, low, high) => yLimits(low, high) },
      },
      ...seriesOf(o),
      axes: [
        { ...axis(), size: 24, space: 64, values: (_, splits) => o.axis.ticks(splits), ...(o.axis.distances ? { incrs: o.axis.distances } : {}) },
        { ...axis(), size: 52, space: 28, values: (_, splits) => (o.log ? logTicks(splits) : o.ticks(splits)) },
      ],
      hooks: {
        setCursor: [
          (u) => {
            const { left = -1, top = -1, idx } = u.cursor;
            o.onCursor(left < 0 || idx === null || idx === undefined ? null : { x: u.posToVal(left, 'x'), left, top });
          },
        ],
        setSelect: [
          (u) => {
            if (u.select.width <= 0) return;
            const [from, to] = [u.posToVal(u.select.left, 'x'), u.posToVal(u.select.left + u.select.width, 'x')];
            u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            o.onZoom([from, to]);
          },
        ],
        draw: [(u) => void (o.labelled && drawLabels(u, o))],
      },
    },
    data,
    o.element,
  );
  plot.over.addEventListener('dblclick', () => o.onZoom(null));
  return plot;
}

