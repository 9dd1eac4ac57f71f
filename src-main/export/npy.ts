import { join } from 'node:path';
import { ExportFile } from './export-file';
import type { ExportRow, ExportShape, ExportWriter } from './export-rows';

/** NumPy's types that are written: little-endian float32 and int32. */
type NpyType = '<f4' | '<i4';

/** The head of a .npy file, format 1.0, of a C-ordered array; its length is a multiple of 64 bytes. */
export function npyHeader(type: NpyType, shape: readonly number[]): Buffer {
  const words = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }`;
  const padded = words.padEnd(Math.ceil((words.length + 11) / 64) * 64 - 11) + '\n';
  const head = Buffer.from('\x93NUMPY\x01\x00\x00\x00', 'latin1');
  head.writeUInt16LE(padded.length, 8);
  return Buffer.concat([head, Buffer.from(padded, 'latin1')]);
}

/**
 * embeddings.npy [n, Z] float32, ids.npy [n] int32 and symbols.npy [n, L] int32 (−1 where there is none), in the same order;
 * neighbours.npy [n, k] int32 when asked for.
 */
export async function openNpy(folder: string, shape: ExportShape & { nearest: number }): Promise<ExportWriter> {
  const files: { file: ExportFile; of: (row: ExportRow) => Float32Array | Int32Array }[] = [];
  const add = async (name: string, type: NpyType, size: number[], of: (row: ExportRow) => Float32Array | Int32Array) => {
    const file = await ExportFile.create(join(folder, `${name}.npy`));
    files.push({ file, of });
    await file.append(npyHeader(type, [shape.count, ...size]));
  };
  const missing = new Float32Array(shape.width).fill(NaN);
  await add('embeddings', '<f4', [shape.width], ({ embedding }) => embedding ?? missing);
  await add('ids', '<i4', [], ({ id }) => Int32Array.of(id));
  await add('symbols', '<i4', [shape.length], ({ symbols }) => Int32Array.from({ length: shape.length }, (_, i) => symbols?.[i] ?? -1));
  if (shape.neighbours) await add('neighbours', '<i4', [shape.nearest], ({ neighbours }) => Int32Array.from(neighbours?.ids ?? new Array<number>(shape.nearest).fill(-1)));
  return {
    write: async (rows) => {
      for (const { file, of } of files) await file.append(Buffer.concat(rows.map((row) => bytesOf(of(row)))));
    },
    finish: async () => {
      for (const { file } of files) await file.finish();
    },
    close: async () => {
      for (const { file } of files) await file.close();
    },
  };
}

const bytesOf = (numbers: Float32Array | Int32Array) => Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength);
