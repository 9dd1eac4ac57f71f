import { join } from 'node:path';
import type { Colouring } from '../../contract/export';
import { SpriteSheet } from '../../dataset/sprite-sheet';
import { ExportFile } from '../export-file';
import type { ExportRow, ExportShape, ExportWriter } from '../export-rows';
import type { PageHead } from './page-data';
import { pageBlock, pageEnd, pageStart } from './page-html';

/** Pictures of a sheet, in rows of 32: at 64 pixels each it stays below what any browser draws. */
const sheetSize = 1024;
const columns = 32;
const largeTile = 64;
const smallTile = 32;
/** From so many images on the pictures are small, so that the file stays one that a browser opens. */
const manyImages = 20_000;

/** index.html: map, pictures and search in one file that asks for nothing, so that it opens anywhere. */
export async function openStaticPage(folder: string, shape: ExportShape & { title: string; subtitle: string; colourBy: Colouring }): Promise<ExportWriter> {
  const file = await ExportFile.create(join(folder, 'index.html'));
  const tile = Math.min(shape.largest, shape.count < manyImages ? largeTile : smallTile);
  const head: PageHead = { title: shape.title, subtitle: shape.subtitle, length: shape.length, colourBy: shape.colourBy, tile, columns, sheetSize };
  let waiting: ExportRow[] = [];
  await file.append(pageStart(head));

  async function writeBlock(rows: readonly ExportRow[]): Promise<void> {
    const sheet = new SpriteSheet({ columns, tiles: rows.length, tile });
    await Promise.all(rows.map((row, i) => row.thumbnail && sheet.put(row.thumbnail, i)));
    const encoded = await sheet.encode('webp');
    await file.append(pageBlock(rows.map(({ name, label, split, tags, symbols, x, y }) => [name, label, split, tags, symbols ?? [], x, y]), encoded));
  }

  return {
    write: async (rows) => {
      waiting.push(...rows);
      while (waiting.length >= sheetSize) {
        await writeBlock(waiting.slice(0, sheetSize));
        waiting = waiting.slice(sheetSize);
      }
    },
    finish: async () => {
      if (waiting.length > 0) await writeBlock(waiting);
      await file.append(pageEnd());
      await file.finish();
    },
    close: () => file.close(),
  };
}
