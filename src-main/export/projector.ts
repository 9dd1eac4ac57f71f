import { join } from 'node:path';
import { SpriteSheet } from '../dataset/sprite-sheet';
import { ExportFile } from './export-file';
import { symbolColumns, type ExportRow, type ExportShape, type ExportWriter } from './export-rows';

/** Longest edge of a sprite sheet that the projector can draw, in pixels, and the largest picture in it. */
const largestSheet = 8192;
const largestPicture = 64;

/** Edge of the pictures of n images, none larger than `largest`, in a sheet of √n × √n. */
export const spriteEdge = (count: number, largest = largestPicture): number => Math.min(largest, largestPicture, Math.floor(largestSheet / Math.ceil(Math.sqrt(count))));

/** A value as a field of a TSV file, which has no way to write a tab or a line break. */
const field = (value: string | number | null) => String(value ?? '').replace(/[\t\r\n]+/g, ' ');

/** What TensorBoard's projector opens: tensors.tsv, metadata.tsv, with thumbnails sprite.png, and projector_config.pbtxt. */
export async function openProjector(folder: string, shape: ExportShape): Promise<ExportWriter> {
  const tensors = await ExportFile.create(join(folder, 'tensors.tsv'));
  const metadata = await ExportFile.create(join(folder, 'metadata.tsv'));
  const edge = spriteEdge(shape.count, shape.largest);
  const sheet = shape.thumbnails && edge > 0 ? new SpriteSheet({ columns: Math.ceil(Math.sqrt(shape.count)), tiles: shape.count, tile: edge }) : null;
  const files = [tensors, metadata];
  const symbols = symbolColumns(shape.length);
  const line = (fields: readonly (string | number | null)[]) => `${fields.map(field).join('\t')}\n`;
  await metadata.append(line(['name', 'label', 'split', 'tags', ...symbols, 'id']));
  let done = 0;
  return {
    write: async (rows: readonly ExportRow[]) => {
      for (const row of rows) {
        await tensors.append(line([...row.embedding!]));
        await metadata.append(line([row.name, row.label, row.split, row.tags.join(', '), ...symbols.map((_, i) => row.symbols?.[i] ?? null), row.id]));
      }
      if (sheet) await Promise.all(rows.map((row, i) => row.thumbnail && sheet.put(row.thumbnail, done + i)));
      done += rows.length;
    },
    finish: async () => {
      if (sheet) {
        const sprite = await ExportFile.create(join(folder, 'sprite.png'));
        files.push(sprite);
        await sprite.append(await sheet.encode('png'));
      }
      const config = await ExportFile.create(join(folder, 'projector_config.pbtxt'));
      files.push(config);
      await config.append(configText(sheet ? edge : null));
      for (const file of files) await file.finish();
    },
    close: async () => {
      for (const file of files) await file.close();
    },
  };
}

function configText(edge: number | null): string {
  const sprite = edge === null ? '' : `  sprite {\n    image_path: "sprite.png"\n    single_image_dim: ${edge}\n    single_image_dim: ${edge}\n  }\n`;
  return `embeddings {\n  tensor_name: "Glyphscope"\n  tensor_path: "tensors.tsv"\n  metadata_path: "metadata.tsv"\n${sprite}}\n`;
}
