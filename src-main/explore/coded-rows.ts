import { add, addIntegers, assemble, constant, countUp, get, load, loadBytes, memoryOf, multiply, multiplyPairs, set, storeI32, sumOfIntegers, zeroes, type KernelSource } from './wasm-assembler';

/** What the products of all rows with a query lie between. */
export interface Bounds {
  lowest: Float32Array;
  highest: Float32Array;
}

/** Covers the rounding of float32 in bounds and products of unit rows. */
const rounding = 1e-5;

/**
 * Rows of at most unit length with one byte for each number, to tell quickly which of them can be near a query. A product with
 * the coded row is off by no more than the length of what the code leaves out (Cauchy and Schwarz), so a search that
 * looks at all rows within the bounds finds exactly what one through all products finds, while it reads a quarter of the
 * memory.
 */
export class CodedRows {
  readonly #count: number;
  readonly #width: number;
  /** Bytes from one row to the next. */
  readonly #stride: number;
  readonly #memory: WebAssembly.Memory;
  readonly #scan: (...parameters: number[]) => void;
  /** Byte addresses behind the codes: the query's 16-bit numbers, and a 32-bit product for each row. */
  readonly #query: number;
  readonly #products: number;
  /** Of each row: what a 1 in its code stands for, and the length that its code leaves out. */
  readonly #scale: Float32Array;
  readonly #rest: Float32Array;
  readonly #bounds: Bounds;

  /** @param rows [n, width]; n·width bytes are taken besides, and 20·n */
  constructor(rows: Float32Array, width: number) {
    const n = rows.length / width;
    const stride = Math.ceil(width / 8) * 8;
    const padded = Math.ceil(n / rowsAtOnce) * rowsAtOnce;
    this.#count = n;
    this.#width = width;
    this.#stride = stride;
    this.#query = padded * stride;
    this.#products = this.#query + Math.ceil((stride * 2) / 16) * 16;
    this.#memory = memoryOf(this.#products + padded * 4);
    this.#scan = assemble(scan(), this.#memory);
    this.#scale = new Float32Array(n);
    this.#rest = new Float32Array(n);
    this.#bounds = { lowest: new Float32Array(n), highest: new Float32Array(n) };
    const codes = new Int8Array(this.#memory.buffer, 0, n * stride);
    for (let i = 0; i < n; i++) {
      const { scale, rest } = encode(rows, i * width, width, 127, codes, i * stride);
      this.#scale[i] = scale;
      this.#rest[i] = rest;
    }
  }

  /** Bounds of the products of all rows with a query of at most unit length, [n] each; valid until the next call. */
  boundsFor(query: Float32Array): Bounds {
    // So that no sum of `stride` products of a byte with such a number leaves 32 bits.
    const most = Math.min(32_767, Math.floor(2 ** 31 / (127 * this.#stride)) - 1);
    const coded = new Int16Array(this.#memory.buffer, this.#query, this.#stride);
    const { scale, rest } = encode(query, 0, this.#width, most, coded, 0);
    this.#scan(this.#query, Math.ceil(this.#count / rowsAtOnce) * rowsAtOnce, this.#stride, this.#products);
    const products = new Int32Array(this.#memory.buffer, this.#products, this.#count);
    const { lowest, highest } = this.#bounds;
    for (let i = 0; i < this.#count; i++) {
      const product = products[i] * this.#scale[i] * scale;
      const slack = this.#rest[i] * (1 + rest) + rest + rounding;
      lowest[i] = product - slack;
      highest[i] = product + slack;
    }
    return this.#bounds;
  }
}

/** Codes `width` numbers as whole ones from −most to most. @returns what 1 stands for, and the length of what is left out */
function encode(values: Float32Array, from: number, width: number, most: number, codes: Int8Array | Int16Array, to: number): { scale: number; rest: number } {
  let largest = 0;
  for (let t = from; t < from + width; t++) {
    const size = Math.abs(values[t]);
    if (size > largest) largest = size;
  }
  const scale = largest / most;
  const inverse = largest > 0 ? most / largest : 0;
  let left = 0;
  for (let t = 0; t < width; t++) {
    const value = values[from + t];
    const code = Math.floor(value * inverse + 0.5); // Math.round takes three times as long
    codes[to + t] = code;
    const off = value - code * scale;
    left += off * off;
  }
  return { scale, rest: Math.sqrt(left) };
}

/** Rows that one turn of the scan takes, so that the query is loaded once for all of them. */
const rowsAtOnce = 4;

/**
 * scan(query, rows, stride, out): products of `stride` signed bytes for each row, from address 0 on, with the 16-bit
 * numbers at `query`; out [rows] 32-bit integers. rows is a multiple of 4, stride of 8.
 */
function scan(): KernelSource {
  const [query, rows, stride, out, i, t] = [0, 1, 2, 3, 4, 5];
  const row = (r: number) => 6 + r; // 4 addresses
  const q = 10;
  const sum = (r: number) => 11 + r; // 4 sums
  const each = Array.from({ length: rowsAtOnce }, (_, r) => r);
  const body = countUp(i, get(rows), rowsAtOnce, [
    ...each.flatMap((r) => [...multiply(add(get(i), constant(r)), get(stride)), ...set(row(r)), ...zeroes(), ...set(sum(r))]),
    ...countUp(t, get(stride), 8, [
      ...load(add(get(query), add(get(t), get(t)))), ...set(q),
      ...each.flatMap((r) => [...addIntegers(get(sum(r)), multiplyPairs(loadBytes(add(get(row(r)), get(t))), get(q))), ...set(sum(r))]),
    ]),
    ...each.flatMap((r) => storeI32(add(get(out), multiply(add(get(i), constant(r)), constant(4))), sumOfIntegers(sum(r)))),
  ]); // prettier-ignore
  return { parameters: 4, integers: 6, vectors: 5, body };
}
