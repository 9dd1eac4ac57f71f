/**
 * Inner products of rows with rows in WebAssembly SIMD, about eight times as fast as JavaScript. The module is one
 * function of some 300 bytes, assembled here, so that there is no compiler and no binary file to trust.
 *
 * products(a, b, rowsA, rowsB, stride, out): a and b are byte addresses of float32 rows `stride` bytes apart, rowsA is a
 * multiple of 4, rowsB of 2, stride of 16; out [rowsA, rowsB] float32. A tile of 4 × 2 sums stays in registers.
 */
type Products = (a: number, b: number, rowsA: number, rowsB: number, stride: number, out: number) => void;

const pageBytes = 65_536;

/** Rows laid out for the kernel in its own memory. Padding rows and columns are zero. */
export class DotKernel {
  /** Rows per side of a tile. */
  static readonly tile = 256;
  readonly #products: Products;
  readonly #memory: WebAssembly.Memory;
  readonly #stride: number;
  readonly #out: number;

  /** Copies `rows` [n, width]; takes 4·n·width bytes besides. */
  constructor(rows: Float32Array, width: number) {
    const n = rows.length / width;
    const padded = Math.ceil(width / 4) * 4;
    const paddedRows = Math.ceil(n / DotKernel.tile) * DotKernel.tile;
    this.#stride = padded * 4;
    this.#out = paddedRows * this.#stride;
    const bytes = this.#out + DotKernel.tile * DotKernel.tile * 4;
    this.#memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / pageBytes) });
    const view = new Float32Array(this.#memory.buffer);
    for (let i = 0; i < n; i++) view.set(rows.subarray(i * width, (i + 1) * width), i * padded);
    const instance = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes()), { '': { m: this.#memory } });
    this.#products = instance.exports.p as Products;
  }

  /** Products of the `tile` rows from row i with the `tile` rows from row j, [tile, tile]; valid until the next call. */
  tileAt(i: number, j: number): Float32Array {
    const { tile } = DotKernel;
    this.#products(i * this.#stride, j * this.#stride, tile, tile, this.#stride, this.#out);
    return new Float32Array(this.#memory.buffer, this.#out, tile * tile);
  }
}

const op = {
  block: 0x02, loop: 0x03, end: 0x0b, br: 0x0c, brIf: 0x0d, localGet: 0x20, localSet: 0x21, storeF32: 0x38, constI32: 0x41,
  geU32: 0x4f, addI32: 0x6a, mulI32: 0x6c, addF32: 0x92, simd: 0xfd,
} as const;
const simd = { load: [0x00], zero: [0x0c, ...new Array<number>(16).fill(0)], lane: 0x1f, add: [0xe4, 0x01], mul: [0xe6, 0x01] } as const;
const type = { i32: 0x7f, v128: 0x7b, none: 0x40 } as const;

/** Unsigned LEB128. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  do {
    const low = value & 0x7f;
    value >>>= 7;
    bytes.push(value === 0 ? low : low | 0x80);
  } while (value !== 0);
  return bytes;
}

const section = (id: number, body: number[]) => [id, ...unsigned(body.length), ...body];

function moduleBytes(): Uint8Array<ArrayBuffer> {
  const body = productsBody();
  return Uint8Array.from([
    0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(1, [1, 0x60, 6, ...new Array<number>(6).fill(type.i32), 0]), // one type: six i32, no result
    ...section(2, [1, 0, 1, 0x6d, 0x02, 0x00, 0]), // memory "" "m", no maximum
    ...section(3, [1, 0]),
    ...section(7, [1, 1, 0x70, 0x00, 0]), // function 0 is "p"
    ...section(10, [1, ...unsigned(body.length), ...body]),
  ]);
}

function productsBody(): number[] {
  const [a, b, rowsA, rowsB, stride, out] = [0, 1, 2, 3, 4, 5];
  const [i, j, t, b0, b1] = [6, 7, 8, 9, 10];
  const aRow = (r: number) => 11 + r; // 4 addresses
  const [va, vb0, vb1] = [15, 16, 17];
  const sum = (r: number, c: number) => 18 + r * 2 + c; // 8 sums
  const get = (local: number) => [op.localGet, local];
  const set = (local: number) => [op.localSet, local];
  const constant = (value: number) => [op.constI32, value]; // single-byte LEB128: 0 … 63
  const add = (x: number[], y: number[]) => [...x, ...y, op.addI32];
  const load = (address: number) => [...add(get(address), get(t)), op.simd, ...simd.load, 4, 0];
  const lane = (local: number, n: number) => [...get(local), op.simd, simd.lane, n];
  const whileBelow = (counter: number, limit: number[], step: number, inside: number[]) => [
    ...constant(0), ...set(counter),
    op.block, type.none, op.loop, type.none,
    ...get(counter), ...limit, op.geU32, op.brIf, 1,
    ...inside,
    ...add(get(counter), constant(step)), ...set(counter),
    op.br, 0, op.end, op.end,
  ];
  const rows = [0, 1, 2, 3];
  const columns = [0, 1];
  const innermost = [
    ...load(b0), ...set(vb0), ...load(b1), ...set(vb1),
    ...rows.flatMap((r) => [
      ...load(aRow(r)), ...set(va),
      ...columns.flatMap((c) => [...get(sum(r, c)), ...get(va), ...get(c === 0 ? vb0 : vb1), op.simd, ...simd.mul, op.simd, ...simd.add, ...set(sum(r, c))]),
    ]),
  ];
  const store = (r: number, c: number) => [
    // out + ((i + r) · rowsB + j + c) · 4
    ...add(get(out), [...add([...add(get(i), constant(r)), ...get(rowsB), op.mulI32], add(get(j), constant(c))), ...constant(4), op.mulI32]),
    ...lane(sum(r, c), 0), ...lane(sum(r, c), 1), op.addF32, ...lane(sum(r, c), 2), ...lane(sum(r, c), 3), op.addF32, op.addF32,
    op.storeF32, 2, 0,
  ];
  const address = (base: number, row: number, offset: number) => add(get(base), [...add(get(row), constant(offset)), ...get(stride), op.mulI32]);
  const code = whileBelow(i, get(rowsA), 4, [
    ...rows.flatMap((r) => [...address(a, i, r), ...set(aRow(r))]),
    ...whileBelow(j, get(rowsB), 2, [
      ...address(b, j, 0), ...set(b0), ...address(b, j, 1), ...set(b1),
      ...rows.flatMap((r) => columns.flatMap((c) => [op.simd, ...simd.zero, ...set(sum(r, c))])),
      ...whileBelow(t, get(stride), 16, innermost),
      ...rows.flatMap((r) => columns.flatMap((c) => store(r, c))),
    ]),
  ]);
  return [2, 9, type.i32, 11, type.v128, ...code, op.end]; // locals: 9 i32, 11 v128
}
