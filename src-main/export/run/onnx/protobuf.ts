/**
 * Writes protocol buffer messages (protobuf.dev/programming-guides/encoding): each field is a tag, number · 8 + wire type,
 * and its value. Only what ONNX needs: whole numbers as varints, single floats, and everything that has a length.
 */
export class Message {
  readonly #parts: Uint8Array[] = [];
  #bytes = 0;

  /** Bytes written so far. */
  get length(): number {
    return this.#bytes;
  }

  /** A whole number (int32, int64, enum), negative ones as 64 bits in two's complement. */
  integer(field: number, value: number): this {
    return this.#put(tag(field, 0)).#put(varint(value));
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#put(tag(field, 5)).#put(bytes);
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  /** Bytes as they are; they are not copied before `pieces` are read. */
  bytes(field: number, value: Uint8Array): this {
    return this.#put(tag(field, 2)).#put(varint(value.length)).#put(value);
  }

  message(field: number, value: Message): this {
    this.#put(tag(field, 2)).#put(varint(value.length));
    for (const part of value.#parts) this.#put(part);
    return this;
  }

  /** Several whole numbers, each with its own tag, as proto2 writes repeated fields. */
  integers(field: number, values: readonly number[]): this {
    for (const value of values) this.integer(field, value);
    return this;
  }

  /** All bytes, in the order in which they stand in the file. */
  get pieces(): readonly Uint8Array[] {
    return this.#parts;
  }

  #put(bytes: Uint8Array): this {
    this.#parts.push(bytes);
    this.#bytes += bytes.length;
    return this;
  }
}

function tag(field: number, wireType: 0 | 2 | 5): Uint8Array {
  return varint(field * 8 + wireType);
}

/** Seven bits a byte, the lowest first, the eighth set on all but the last. */
function varint(value: number): Uint8Array {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is no whole number that can be written`);
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}
