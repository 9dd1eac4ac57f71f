import { join } from 'node:path';
import { dataUrl } from './csv';
import { ExportFile } from './export-file';
import type { ExportShape, ExportWriter } from './export-rows';

/** images.jsonl: one JSON object a line; what was not asked for is left out, what is not there is null. */
export async function openJsonl(folder: string, shape: ExportShape): Promise<ExportWriter> {
  const file = await ExportFile.create(join(folder, 'images.jsonl'));
  return {
    write: async (rows) => {
      for (const { symbols, x, y, embedding, neighbours, thumbnail, ...row } of rows) {
        const object = {
          ...row,
          ...(shape.length > 0 && { symbols }),
          ...(shape.map && { x, y }),
          ...(shape.width > 0 && { embedding: embedding && [...embedding] }),
          ...(shape.neighbours && { neighbors: neighbours }),
          ...(shape.thumbnails && { thumbnail: thumbnail && dataUrl(thumbnail) }),
        };
        await file.append(`${JSON.stringify(object)}\n`);
      }
    },
    finish: () => file.finish(),
    close: () => file.close(),
  };
}
