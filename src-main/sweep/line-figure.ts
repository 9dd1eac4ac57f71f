/** Values of one variant by training step. */
export interface Line {
  label: string;
  /** Lines of one group share hue and dash pattern where there is room. */
  group: string;
  points: readonly { step: number; value: number }[];
}

export interface LineFigure {
  title: string;
  quantity: string;
  unit: string;
  lines: readonly Line[];
  reference: { label: string; value: number } | null;
}

/** Which colours a figure has; `viewer`: those that its viewer prefers. */
export type FigureScheme = 'light' | 'dark' | 'viewer';

const width = 880;
const plot = { left: 66, top: 58, right: width - 236 };
const row = 21;
/** Points drawn of a line; more are thinned to means over even stretches of steps. */
const drawn = 48;
const dashes = ['', '7 4', '2 3', '11 3 2 3', '5 2 1 2 1 2', '14 5'];
const hues = [215, 25, 145, 320, 55, 265];
/** Marks of about equal weight around 0, 0. */
const markers = ['M-3.6 0a3.6 3.6 0 1 0 7.2 0a3.6 3.6 0 1 0 -7.2 0', 'M-3.2 -3.2h6.4v6.4h-6.4z', 'M0 -4.2L4 3H-4z', 'M0 -4.6L4.6 0L0 4.6L-4.6 0z', 'M0 4.2L-4 -3H4z', 'M-4 -4L4 4M-4 4L4 -4'];

/**
 * A line figure as an SVG of its own: light, dark, or either by the viewer's preference, the viewer's own fonts, and lines that
 * differ in dash pattern and mark as well as in colour (36 of them; then patterns repeat). Needs no script.
 */
export function lineFigureSvg(figure: LineFigure, scheme: FigureScheme = 'viewer'): string {
  const height = Math.max(440, plot.top + 74 + row * (figure.lines.length + (figure.reference ? 1 : 0)));
  const bottom = height - 52;
  const styles = lineStyles(figure.lines);
  const lines = figure.lines.map((line) => thinned(line.points));
  const finals = lines.map((points) => (points.length > 0 ? points[points.length - 1].value : null));
  const values = [...lines.flat().map(({ value }) => value), ...(figure.reference ? [figure.reference.value] : [])];
  const yTicks = ticks(Math.min(...values), Math.max(...values), 6);
  const last = Math.max(0, ...figure.lines.flatMap(({ points }) => points.slice(-1).map(({ step }) => step)));
  const xTicks = ticks(0, last, 6);
  const [low, high] = [Math.min(...yTicks, ...values), Math.max(...yTicks, ...values)];
  const x = (step: number) => round(plot.left + ((plot.right - plot.left) * step) / Math.max(1, last));
  const y = (value: number) => round(bottom - ((bottom - plot.top) * (value - low)) / Math.max(1e-12, high - low));
  const body = [
    `<rect class="page" width="${width}" height="${height}"/>`,
    `<text class="title" x="${plot.left}" y="26">${escaped(figure.title)}</text>`,
    `<text class="soft" x="${plot.left}" y="44">${escaped(`${figure.quantity}, ${figure.unit}${thinning(figure.lines)}`)}</text>`,
    ...yTicks.map((tick) => `<path class="grid" d="M${plot.left} ${y(tick)}H${plot.right}"/><text class="tick" x="${plot.left - 9}" y="${y(tick) + 4}" text-anchor="end">${shown(tick)}</text>`),
    ...xTicks.filter((tick) => tick <= last).map((tick) => `<path class="axis" d="M${x(tick)} ${bottom}v5"/><text class="tick" x="${x(tick)}" y="${bottom + 19}" text-anchor="middle">${shown(tick)}</text>`),
    `<path class="axis" d="M${plot.left} ${plot.top}V${bottom}H${plot.right}"/>`,
    `<text class="soft" x="${(plot.left + plot.right) / 2}" y="${height - 12}" text-anchor="middle">training step</text>`,
    ...(figure.reference ? [`<path class="reference" d="M${plot.left} ${y(figure.reference.value)}H${plot.right}"/>`] : []),
    ...lines.map((points, i) => drawLine(points.map(({ step, value }) => [x(step), y(value)]), i, lines.length, styles[i])),
    ...legend(figure, styles, finals),
  ];
  const description = figure.lines.map(({ label }, i) => `${label}: ${finals[i] === null ? 'no value yet' : shown(finals[i])}`).join('; ');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title description">`,
    `<title id="title">${escaped(`${figure.title}, ${figure.quantity} in ${figure.unit}, by training step`)}</title>`,
    `<desc id="description">${escaped(`Last values. ${description}.`)}</desc>`,
    `<style>${style(styles, scheme)}</style>`,
    ...body,
    '</svg>\n',
  ].join('\n');
}

interface LineStyle {
  dash: string;
  marker: string;
  hue: number;
  /** Place in its group, 0 to 1. */
  shade: number;
}

/** Dash pattern and hue by group, mark and shade by place in the group; a pair that is taken moves on to the next pattern. */
export function lineStyles(lines: readonly Pick<Line, 'group'>[]): LineStyle[] {
  const groups = [...new Set(lines.map(({ group }) => group))];
  const taken = new Set<number>();
  return lines.map(({ group }, i) => {
    const members = lines.filter((other) => other.group === group).length;
    const place = lines.slice(0, i).filter((other) => other.group === group).length;
    const wanted = (groups.indexOf(group) % dashes.length) * markers.length + (place % markers.length);
    const pairs = dashes.length * markers.length;
    // The same mark with another pattern first, then the next mark.
    const tries = Array.from({ length: pairs }, (_, k) => (wanted + k * markers.length + Math.floor(k / dashes.length)) % pairs);
    const pair = tries.find((one) => !taken.has(one)) ?? wanted;
    taken.add(pair);
    return { dash: dashes[Math.floor(pair / markers.length)], marker: markers[pair % markers.length], hue: hues[groups.indexOf(group) % hues.length], shade: members > 1 ? place / (members - 1) : 0.4 };
  });
}

function drawLine(points: [number, number][], index: number, count: number, { dash, marker }: LineStyle): string {
  if (points.length === 0) return '';
  const marked = points.length <= 12 ? points : Array.from({ length: 6 }, (_, k) => points[Math.min(points.length - 1, Math.floor((points.length * (k + (index + 0.5) / count)) / 6))]);
  return [
    `<g class="l${index}">`,
    `<path class="line" d="M${points.map((point) => point.join(' ')).join('L')}"${dash ? ` stroke-dasharray="${dash}"` : ''}/>`,
    ...marked.map(([x, y]) => `<path class="mark" d="${marker}" transform="translate(${x} ${y})"/>`),
    '</g>',
  ].join('');
}

/** Names with a piece of the line and its last value, right of the plot. */
function legend({ lines, reference, unit }: LineFigure, styles: readonly LineStyle[], finals: readonly (number | null)[]): string[] {
  const left = plot.right + 22;
  const at = (i: number) => plot.top + 12 + i * row;
  const entry = (i: number, sample: string, label: string, value: number | null) =>
    `<g transform="translate(${left} ${at(i)})">${sample}<text class="name" x="40" y="4">${escaped(label.length > 22 ? `${label.slice(0, 21)}…` : label)}${label.length > 22 ? `<title>${escaped(label)}</title>` : ''}</text><text class="name" x="${width - 12 - left}" y="4" text-anchor="end">${value === null ? '–' : shown(value)}</text></g>`;
  return [
    `<text class="soft" x="${width - 12}" y="${plot.top - 8}" text-anchor="end">last, ${escaped(unit)}</text>`,
    ...lines.map(({ label }, i) =>
      entry(i, `<g class="l${i}"><path class="line" d="M0 0H32"${styles[i].dash ? ` stroke-dasharray="${styles[i].dash}"` : ''}/><path class="mark" d="${styles[i].marker}" transform="translate(16 0)"/></g>`, label, finals[i]),
    ),
    ...(reference ? [entry(lines.length, '<path class="reference" d="M0 0H32"/>', reference.label, reference.value)] : []),
  ];
}

function style(styles: readonly LineStyle[], scheme: FigureScheme): string {
  const colours = (lightness: (shade: number) => number, saturation: number) => styles.map(({ hue, shade }, i) => `.l${i}{stroke:hsl(${hue},${saturation}%,${Math.round(lightness(shade))}%)}`).join('');
  const dark = `text{fill:#e6edf3}.soft,.tick{fill:#9aa4b0}.page,.mark{fill:#14171c}.grid{stroke:#262b33}.axis{stroke:#6e7681}.reference{stroke:#9aa4b0}${colours((shade) => 80 - 22 * shade, 82)}`;
  return [
    'text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;font-size:12px;fill:#1c2128;stroke:none}',
    '.title{font-size:16px;font-weight:600}.soft,.tick{fill:#57606a}.tick,.name{font-variant-numeric:tabular-nums}',
    '.page{fill:#fff}.grid{stroke:#e4e8ec}.axis{stroke:#8b949e;fill:none}',
    '.line{fill:none;stroke-width:1.8;stroke-linejoin:round}.mark{fill:#fff;stroke-width:1.5}.reference{fill:none;stroke:#57606a;stroke-width:1.2;stroke-dasharray:1 4;stroke-linecap:round}',
    colours((shade) => 24 + 24 * shade, 78),
    ...(scheme === 'light' ? [] : [scheme === 'dark' ? dark : `@media (prefers-color-scheme:dark){${dark}}`]),
  ].join('\n');
}

/** Round numbers that enclose a range, about `count` of them. */
export function ticks(low: number, high: number, count: number): number[] {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [0, 1];
  const span = high > low ? high - low : Math.max(1e-9, Math.abs(high) * 0.1);
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const size = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.floor(low / size + 1e-9);
  const last = Math.max(first + 1, Math.ceil(high / size - 1e-9));
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * size).toPrecision(12)));
}

function thinned(points: Line['points']): { step: number; value: number }[] {
  if (points.length <= drawn) return [...points];
  const mean = (part: Line['points'], key: 'step' | 'value') => part.reduce((sum, point) => sum + point[key], 0) / part.length;
  return Array.from({ length: drawn }, (_, i) => {
    const part = points.slice(Math.floor((i * points.length) / drawn), Math.floor(((i + 1) * points.length) / drawn));
    return { step: mean(part, 'step'), value: mean(part, 'value') };
  });
}

function thinning(lines: readonly Line[]): string {
  const most = Math.max(0, ...lines.map(({ points }) => points.length));
  return most > drawn ? `; drawn as means over about ${Math.round(most / drawn)} reported steps` : '';
}

const round = (value: number): number => Math.round(value * 10) / 10;
const shown = (value: number): string => value.toLocaleString('en', { maximumSignificantDigits: Math.abs(value) >= 1000 ? 21 : 4 });
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
