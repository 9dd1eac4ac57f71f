import { join } from 'node:path';
import { ExportFile } from './export-file';
import { symbolColumns, type ExportRow, type ExportShape, type ExportWriter } from './export-rows';

/** A field by RFC 4180: in quotation marks where it holds one, a comma or a line break. */
export function csvField(value: string | number | null): string {
  const text = value === null ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** images.csv: UTF-8, lines end in CRLF, lists hold their values with spaces between them, tags with commas. */
export async function openCsv(folder: string, shape: ExportShape): Promise<ExportWriter> {
  const file = await ExportFile.create(join(folder, 'images.csv'));
  const columns: [string, (row: ExportRow) => string | number | null][] = [
    ['id', ({ id }) => id],
    ['sha256', ({ sha256 }) => sha256],
    ['name', ({ name }) => name],
    ['label', ({ label }) => label],
    ['split', ({ split }) => split],
    ['tags', ({ tags }) => tags.join(',')],
    ['excluded', ({ excluded }) => String(excluded)],
    ...symbolColumns(shape.length).map((name, i): [string, (row: ExportRow) => number | null] => [name, ({ symbols }) => symbols?.[i] ?? null]),
  ];
  if (shape.map) columns.push(['x', ({ x }) => x], ['y', ({ y }) => y]);
  if (shape.width > 0) columns.push(['embedding', ({ embedding }) => embedding && embedding.join(' ')]);
  if (shape.neighbours)
    columns.push(['neighbors', ({ neighbours }) => neighbours && neighbours.ids.join(' ')], ['neighbor_distances', ({ neighbours }) => neighbours && neighbours.distances.join(' ')]);
  if (shape.thumbnails) columns.push(['thumbnail', ({ thumbnail }) => thumbnail && dataUrl(thumbnail)]);
  const line = (fields: (string | number | null)[]) => `${fields.map(csvField).join(',')}\r\n`;
  await file.append(line(columns.map(([name]) => name)));
  return {
    write: async (rows) => {
      for (const row of rows) await file.append(line(columns.map(([, of]) => of(row))));
    },
    finish: () => file.finish(),
    close: () => file.close(),
  };
}

/** A WebP as an address that holds it. */
export const dataUrl = (webp: Buffer): string => `data:image/webp;base64,${webp.toString('base64')}`;
