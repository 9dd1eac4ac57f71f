/**
 * Just enough of WebAssembly's binary format (webassembly.github.io/spec, version 1 with SIMD) to assemble a module of one
 * function that counts through its memory: no compiler and no binary file to trust.
 */

const code = { block: 0x02, loop: 0x03, end: 0x0b, br: 0x0c, brIf: 0x0d, localGet: 0x20, localSet: 0x21, storeI32: 0x36, storeF32: 0x38, constI32: 0x41, geU32: 0x4f, addI32: 0x6a, mulI32: 0x6c, addF32: 0x92, simd: 0xfd } as const;
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

export const get = (local: number) => [code.localGet, local];
export const set = (local: number) => [code.localSet, local];
/** 0 to 63. */
export const constant = (value: number) => [code.constI32, value];
export const add = (x: number[], y: number[]) => [...x, ...y, code.addI32];
export const multiply = (x: number[], y: number[]) => [...x, ...y, code.mulI32];
/** Stores of one number, aligned to 4 bytes. */
export const storeI32 = (address: number[], value: number[]) => [...address, ...value, code.storeI32, 2, 0];
export const storeF32 = (address: number[], value: number[]) => [...address, ...value, code.storeF32, 2, 0];

const simd = (operation: readonly number[]) => (...operands: number[][]) => [...operands.flat(), code.simd, ...operation];
const lanes = (operation: number, sum: number) => (local: number) => {
  const lane = (n: number) => [...get(local), code.simd, operation, n];
  return [...lane(0), ...lane(1), sum, ...lane(2), ...lane(3), sum, sum];
};
export const zeroes = simd([0x0c, ...new Array<number>(16).fill(0)]);
/** 16 bytes. */
export const load = simd([0x00, 4, 0]);
/** 8 signed bytes as 16-bit numbers. */
export const loadBytes = simd([0x01, 3, 0]);
export const addFloats = simd([0xe4, 0x01]);
export const multiplyFloats = simd([0xe6, 0x01]);
/** Products of 16-bit numbers, added in pairs to four 32-bit ones. */
export const multiplyPairs = simd([0xba, 0x01]);
export const addIntegers = simd([0xae, 0x01]);
/** The sum of a local's four lanes. */
export const sumOfFloats = lanes(0x1f, code.addF32);
export const sumOfIntegers = lanes(0x1b, code.addI32);

/** Runs `inside` with `counter` from 0 up in steps while it is below `limit`. */
export const countUp = (counter: number, limit: number[], step: number, inside: number[]) => [
  ...constant(0), ...set(counter),
  code.block, type.none, code.loop, type.none,
  ...get(counter), ...limit, code.geU32, code.brIf, 1,
  ...inside,
  ...add(get(counter), constant(step)), ...set(counter),
  code.br, 0, code.end, code.end,
]; // prettier-ignore

/** A function of `parameters` i32 without a result; its locals follow the parameters: first those of i32, then those of v128. */
export interface KernelSource {
  parameters: number;
  integers: number;
  vectors: number;
  body: number[];
}

/** The function, working on `memory`. */
export function assemble({ parameters, integers, vectors, body }: KernelSource, memory: WebAssembly.Memory): (...parameters: number[]) => void {
  const section = (id: number, content: number[]) => [id, ...unsigned(content.length), ...content];
  const whole = [2, integers, type.i32, vectors, type.v128, ...body, code.end];
  const module = Uint8Array.from([
    0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(1, [1, 0x60, parameters, ...new Array<number>(parameters).fill(type.i32), 0]), // one type, no result
    ...section(2, [1, 0, 1, 0x6d, 0x02, 0x00, 0]), // memory "" "m", no maximum
    ...section(3, [1, 0]),
    ...section(7, [1, 1, 0x70, 0x00, 0]), // function 0 is "p"
    ...section(10, [1, ...unsigned(whole.length), ...whole]),
  ]); // prettier-ignore
  return new WebAssembly.Instance(new WebAssembly.Module(module), { '': { m: memory } }).exports.p as (...parameters: number[]) => void;
}

/** A memory of at least so many bytes. */
export const memoryOf = (bytes: number) => new WebAssembly.Memory({ initial: Math.ceil(bytes / 65_536) });
