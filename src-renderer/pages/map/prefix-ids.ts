/** The different prefixes of one length: a number for each point, and a point that shows each number's symbols. */
export interface Prefixes {
  length: number;
  /** [n] */
  ids: Uint32Array;
  /** [count] a point that has the prefix. */
  example: Uint32Array;
  /** [count] points that have it. */
  counts: Uint32Array;
}

/** Numbers the prefixes of all descriptions, one length after the other and each only when it is asked for. */
export class PrefixIds {
  readonly #symbols: Uint16Array;
  readonly #length: number;
  readonly #made: Prefixes[] = [];

  /** @param symbols [n, L]  @param length L */
  constructor(symbols: Uint16Array, length: number) {
    this.#symbols = symbols;
    this.#length = length;
  }

  /** @param length 1 … L */
  of(length: number): Prefixes {
    while (this.#made.length < length) this.#made.push(this.#next(this.#made.length + 1, this.#made[this.#made.length - 1]));
    return this.#made[length - 1];
  }

  symbolsOf(prefixes: Prefixes, id: number): number[] {
    const at = prefixes.example[id] * this.#length;
    return Array.from(this.#symbols.subarray(at, at + prefixes.length));
  }

  #next(length: number, before: Prefixes | undefined): Prefixes {
    const count = this.#symbols.length / this.#length;
    const ids = new Uint32Array(count);
    const numbers = new Map<number, number>();
    const example: number[] = [];
    const counts: number[] = [];
    for (let i = 0; i < count; i++) {
      const key = (before ? before.ids[i] : 0) * 65_536 + this.#symbols[i * this.#length + length - 1];
      let id = numbers.get(key);
      if (id === undefined) {
        id = example.length;
        numbers.set(key, id);
        example.push(i);
        counts.push(0);
      }
      ids[i] = id;
      counts[id] += 1;
    }
    return { length, ids, example: Uint32Array.from(example), counts: Uint32Array.from(counts) };
  }
}
