import { join } from 'node:path';
import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { ExportFile } from './export-file';
import { symbolColumns, type ExportRow, type ExportShape, type ExportWriter } from './export-rows';

/** A column: its part of the schema, depth first, and the value of each row. */
interface Column {
  schema: [SchemaElement, ...SchemaElement[]];
  of: (row: ExportRow) => unknown;
}

/** Numbers of embeddings, and other rows, that are encoded between two breaths. */
const numbersAtOnce = 250_000;
const rowsAtOnce = 5_000;

/**
 * images.parquet: one row group after the other, compressed by Snappy. Lists are Parquet's own three levels. `neighbors` is a
 * struct of `ids` (rows of this file) and `distances`, which with `x` and `y` is what Embedding Atlas reads.
 */
export async function openParquet(folder: string, shape: ExportShape): Promise<ExportWriter> {
  const file = await ExportFile.create(join(folder, 'images.parquet'));
  const columns = columnsOf(shape);
  const bytes = new ByteWriter();
  const schema: SchemaElement[] = [{ name: 'root', num_children: columns.length }, ...columns.flatMap((column) => column.schema)];
  const writer = new ParquetWriter({ writer: bytes, schema, createdBy: 'Glyphscope' });
  const groupSize = shape.width > 0 ? Math.max(100, Math.min(rowsAtOnce, Math.floor(numbersAtOnce / shape.width))) : rowsAtOnce;
  let waiting: ExportRow[] = [];

  async function drain(): Promise<void> {
    await file.append(bytes.getBytes());
    bytes.index = 0;
  }
  async function writeGroup(rows: readonly ExportRow[]): Promise<void> {
    if (rows.length === 0) return;
    const columnData = columns.map(({ schema: [{ name }], of }) => ({ name, data: rows.map(of) }));
    await writer.write({ columnData, rowGroupSize: rows.length });
    await drain();
  }

  return {
    write: async (rows) => {
      waiting.push(...rows);
      while (waiting.length >= groupSize) {
        await writeGroup(waiting.slice(0, groupSize));
        waiting = waiting.slice(groupSize);
      }
    },
    finish: async () => {
      await writeGroup(waiting);
      await writer.finish();
      await drain();
      await file.finish();
    },
    close: () => file.close(),
  };
}

function columnsOf(shape: ExportShape): Column[] {
  const columns: Column[] = [
    { schema: [{ name: 'id', type: 'INT32', repetition_type: 'REQUIRED' }], of: ({ id }) => id },
    { schema: [text('sha256', 'REQUIRED')], of: ({ sha256 }) => sha256 },
    { schema: [text('name', 'REQUIRED')], of: ({ name }) => name },
    { schema: [text('label')], of: ({ label }) => label },
    { schema: [text('split')], of: ({ split }) => split },
    { schema: list('tags', text('element', 'REQUIRED')), of: ({ tags }) => tags },
    { schema: [{ name: 'excluded', type: 'BOOLEAN', repetition_type: 'REQUIRED' }], of: ({ excluded }) => excluded },
    ...symbolColumns(shape.length).map((name, i): Column => ({ schema: [{ name, type: 'INT32', repetition_type: 'OPTIONAL' }], of: ({ symbols }) => symbols?.[i] ?? null })),
  ];
  if (shape.map)
    columns.push(
      { schema: [{ name: 'x', type: 'FLOAT', repetition_type: 'OPTIONAL' }], of: ({ x }) => x },
      { schema: [{ name: 'y', type: 'FLOAT', repetition_type: 'OPTIONAL' }], of: ({ y }) => y },
    );
  if (shape.width > 0) columns.push({ schema: list('embedding', { name: 'element', type: 'FLOAT', repetition_type: 'REQUIRED' }), of: ({ embedding }) => embedding && [...embedding] });
  if (shape.neighbours)
    columns.push({
      schema: [
        { name: 'neighbors', repetition_type: 'OPTIONAL', num_children: 2 },
        ...list('ids', { name: 'element', type: 'INT32', repetition_type: 'REQUIRED' }),
        ...list('distances', { name: 'element', type: 'FLOAT', repetition_type: 'REQUIRED' }),
      ],
      of: ({ neighbours }) => neighbours,
    });
  if (shape.thumbnails) columns.push({ schema: [{ name: 'thumbnail', type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL' }], of: ({ thumbnail }) => thumbnail });
  return columns;
}

function text(name: string, repetition_type: 'REQUIRED' | 'OPTIONAL' = 'OPTIONAL'): SchemaElement {
  return { name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type };
}

function list(name: string, element: SchemaElement): Column['schema'] {
  return [{ name, repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' }, { name: 'list', repetition_type: 'REPEATED', num_children: 1 }, element];
}
