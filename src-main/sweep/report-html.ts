import type { Figure } from './figures';
import { lineFigureSvg } from './line-figure';
import type { Table } from './table';
import { shownCell, shownColumns } from './table-text';

/** What a report says besides its table and figures. */
export interface ReportWords {
  title: string;
  /** A paragraph each. */
  words: readonly string[];
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const style = `:root{color-scheme:light dark}body{max-width:1080px;margin:32px auto;padding:0 24px;background:#fff;color:#1c2128;font:14px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;font-variant-numeric:tabular-nums}
h1{font-size:22px;margin:0 0 8px}p{margin:4px 0;color:#57606a}.table{overflow-x:auto;margin:20px 0}table{border-collapse:collapse;white-space:nowrap}th,td{padding:4px 12px;border-bottom:1px solid #e4e8ec;text-align:right}th{color:#57606a;font-weight:400}thead th{vertical-align:bottom}.text{text-align:left}.other>*{font-style:italic}figure{margin:24px 0}img{display:block;max-width:100%;height:auto}
@media (prefers-color-scheme:dark){body{background:#14171c;color:#e6edf3}p,th{color:#9aa4b0}th,td{border-color:#262b33}}@media print{figure{break-inside:avoid}}`;

/** A report as one page that needs neither a network nor a script: the table, then the figures as pictures within it. */
export function reportHtml({ title, words }: ReportWords, table: Table, figures: readonly Figure[]): string {
  const columns = shownColumns(table);
  const cell = (tag: 'th' | 'td', text: string, isText: boolean) => `<${tag}${isText ? ' class="text"' : ''}>${escaped(text)}</${tag}>`;
  const rows = table.rows.map((row) => `<tr${row.row === 'variant' ? '' : ' class="other"'}>${columns.map((column) => cell('td', shownCell(row[column.key], column), column.as === 'text')).join('')}</tr>`);
  const pictures = figures.map((figure) => `<figure><img alt="${escaped(`${figure.title}: ${figure.quantity} by training step, ${figure.lines.length} lines`)}" src="data:image/svg+xml;base64,${Buffer.from(lineFigureSvg(figure)).toString('base64')}"></figure>`);
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">`,
    `<title>${escaped(title)}</title><style>${style}</style></head><body>`,
    `<h1>${escaped(title)}</h1>`,
    ...words.map((text) => `<p>${escaped(text)}</p>`),
    `<div class="table"><table><thead><tr>${columns.map((column) => cell('th', column.title, column.as === 'text')).join('')}</tr></thead><tbody>`,
    ...rows,
    '</tbody></table></div>',
    ...pictures,
    '</body></html>\n',
  ].join('\n');
}
