import type { Cell, Column, Table } from './table';

/** RFC 4180: a line for the keys, then one a row; accuracies as plain numbers between 0 and 1, nothing where there is none. */
export function tableCsv({ columns, rows }: Table): string {
  const keys = ['row', ...columns.map(({ key }) => key)];
  return csv([keys, ...rows.map((row) => keys.map((key) => row[key]))]);
}

/** Lines of fields, quoted where they must be. */
export function csv(lines: readonly (readonly Cell[])[]): string {
  const field = (value: Cell) => {
    const text = value === null ? '' : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return lines.map((line) => `${line.map(field).join(',')}\r\n`).join('');
}

/** Columns for people: those with a figure, without details; the state where something is not done. */
export function shownColumns({ columns, rows }: Table): Column[] {
  return columns.filter(({ key, detail }) => !detail && rows.some((row) => row[key] !== null && (key !== 'state' || row[key] !== 'done')));
}

/** A Markdown table: percentages with one decimal. */
export function tableMarkdown(table: Table): string {
  const { rows } = table;
  const shown = shownColumns(table);
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(shown.map(({ title }) => title)), `|${shown.map(({ as }) => (as === 'text' ? '---|' : '---:|')).join('')}`, ...rows.map((row) => line(shown.map((column) => shownCell(row[column.key], column))))].join('\n') + '\n';
}

/** One cell as people read it. */
export function shownCell(value: Cell, { as }: Pick<Column, 'as'>): string {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  if (as === 'percent') return (100 * value).toFixed(1);
  if (as === 'percentage points') return `${value < 0 ? '−' : '+'}${Math.abs(100 * value).toFixed(1)}`;
  if (as === 'share') return value.toFixed(3);
  if (as === 'minutes') return `${(value / 60).toFixed(1)} min`;
  return value.toLocaleString('en', { maximumFractionDigits: 1 });
}
