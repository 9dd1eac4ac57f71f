import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GlyphscopeError } from '../contract/errors';
import { figureCsv, figureJson, sweepFigures, type VariantCurves } from './figures';
import { lineFigureSvg } from './line-figure';
import { sweepDocument, type SweepDocument } from './sweep-document';
import { sweepTable } from './table';
import { tableCsv, tableMarkdown } from './table-text';

/**
 * Writes a sweep as far as it has come: sweep.json, table.{csv,json,md} and for each of the three figures
 * {teacher-entropy,kl,knn}.{csv,json,svg}. Each file is replaced as a whole.
 * @throws the file system's error
 */
export function writeSweepFolder(folder: string, document: SweepDocument, curves: readonly VariantCurves[]): void {
  mkdirSync(folder, { recursive: true });
  const table = sweepTable(document);
  const put = (name: string, text: string) => {
    writeFileSync(join(folder, `${name}.part`), text);
    renameSync(join(folder, `${name}.part`), join(folder, name));
  };
  const json = (value: unknown) => `${JSON.stringify(value, null, 1)}\n`;
  put('sweep.json', json(document));
  put('table.csv', tableCsv(table));
  put('table.json', json(table));
  put('table.md', tableMarkdown(table));
  for (const figure of sweepFigures(curves)) {
    put(`${figure.file}.csv`, figureCsv(figure));
    put(`${figure.file}.json`, json(figureJson(figure)));
    put(`${figure.file}.svg`, lineFigureSvg(figure));
  }
}

/**
 * The sweep that a folder holds from an earlier sitting; null when there is none.
 * @throws INVALID_INPUT when the folder holds another sweep, or a sweep.json that is none
 */
export function readSweepFolder(folder: string, name: string): SweepDocument | null {
  const file = join(folder, 'sweep.json');
  if (!existsSync(file)) return null;
  let document: SweepDocument;
  try {
    document = sweepDocument.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new GlyphscopeError('INVALID_INPUT', `${file} is not what a sweep writes.`, { subject: file, remedy: 'Choose another --out, or move the file away.', cause: error });
  }
  if (document.name !== name)
    throw new GlyphscopeError('INVALID_INPUT', `${folder} holds the sweep "${document.name}", not "${name}".`, { subject: file, remedy: 'Choose another --out.' });
  return document;
}
