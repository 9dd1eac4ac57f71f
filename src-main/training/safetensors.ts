import * as z from 'zod';
import { GlyphscopeError } from '../contract/errors';
import type { NamedArray } from '../model/parameters';

/**
 * The safetensors format (huggingface/safetensors): 8 bytes with the header's length, little endian, a JSON header of
 * {name: {dtype, shape, data_offsets}}, then the bytes of all arrays. Only float32 is written and read here.
 */
const header = z.record(
  z.string(),
  z.union([
    z.object({ dtype: z.literal('F32'), shape: z.array(z.int().min(0)), data_offsets: z.tuple([z.int().min(0), z.int().min(0)]) }),
    z.record(z.string(), z.string()), // __metadata__
  ]),
);

/** Longest header, as the format's own readers have it. */
const largestHeader = 100_000_000;

export function encodeSafetensors(arrays: NamedArray[]): Buffer {
  const entries: Record<string, unknown> = {};
  let offset = 0;
  for (const { name, shape, data } of arrays) {
    entries[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = JSON.stringify(entries);
  const text = Buffer.from(json + ' '.repeat((8 - (Buffer.byteLength(json) % 8)) % 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, ...arrays.map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength))]);
}

/** @throws CHECKPOINT_DAMAGED naming the file when it is not a whole safetensors file of float32 arrays */
export function decodeSafetensors(bytes: Buffer, file: string): NamedArray[] {
  const damaged = (why: string) => new GlyphscopeError('CHECKPOINT_DAMAGED', `${file} ${why}.`, { subject: file });
  if (bytes.length < 8) throw damaged('is shorter than its header');
  const length = Number(bytes.readBigUInt64LE(0));
  if (length > largestHeader) throw damaged(`has a header of ${length.toLocaleString('en')} bytes`);
  if (length > bytes.length - 8) throw damaged('is cut short');
  let entries: z.infer<typeof header>;
  try {
    entries = header.parse(JSON.parse(bytes.toString('utf8', 8, 8 + length)));
  } catch (error) {
    throw new GlyphscopeError('CHECKPOINT_DAMAGED', `${file} has a header that cannot be read.`, { subject: file, cause: error });
  }
  const start = 8 + length;
  const arrays: NamedArray[] = [];
  for (const [name, entry] of Object.entries(entries)) {
    if (!('data_offsets' in entry) || typeof entry.data_offsets === 'string') continue;
    const [from, to] = entry.data_offsets as [number, number];
    const shape = entry.shape as number[];
    if (from > to || to > bytes.length - start || to - from !== 4 * shape.reduce((a, b) => a * b, 1)) throw damaged(`holds ${name} only in part`);
    // Copied, because a Float32Array must begin at a multiple of four bytes.
    arrays.push({ name, shape, data: new Float32Array(Uint8Array.prototype.slice.call(bytes, start + from, start + to).buffer) });
  }
  return arrays;
}
