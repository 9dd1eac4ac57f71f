import { saveFile } from '../../../save-file';

export type CsvRow = readonly (string | number | null)[];

/** RFC 4180: a line for each row; text that a spreadsheet would take for a formula is marked as text. */
export function rowsToCsv(rows: readonly CsvRow[]): string {
  const field = (value: string | number | null) => {
    if (value === null || typeof value === 'number') return value === null ? '' : String(value);
    const text = /^[=+\-@\t]/.test(value) ? `'${value}` : value;
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return rows.map((row) => `${row.map(field).join(',')}\r\n`).join('');
}

/** Gives the user rows as a file of this name. */
export const saveCsv = (name: string, rows: readonly CsvRow[]): void => saveFile(`${name}.csv`, new Blob([rowsToCsv(rows)], { type: 'text/csv' }));
