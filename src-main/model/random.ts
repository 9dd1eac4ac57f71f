/**
 * Random numbers by counter: the numbers of a purpose and a step are a function of (seed, purpose, step) alone, so a
 * run that resumes at step n draws what the uninterrupted one drew, and nothing has to be stored.
 */
export const randomPurposes = ['weights', 'order', 'noise', 'codes', 'hold-out', 'revival', 'map', 'readout'] as const;
export type RandomPurpose = (typeof randomPurposes)[number];

/** xoshiro128** (Blackman and Vigna 2018), its state spread from the counters with splitmix32. */
export class RandomStream {
  #a: number;
  #b: number;
  #c: number;
  #d: number;
  #spare: number | null = null;

  constructor(seed: number, purpose: RandomPurpose, counter = 0) {
    let state = seed | 0;
    const next = () => {
      state = (state + 0x9e3779b9) | 0;
      let x = state;
      x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
      x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
      return x ^ (x >>> 15);
    };
    for (const part of [randomPurposes.indexOf(purpose) + 1, counter]) state = next() ^ Math.imul(part | 0, 0x85ebca6b);
    this.#a = next();
    this.#b = next();
    this.#c = next();
    this.#d = next() | 1; // never all zero
  }

  /** 32 random bits, 0 … 2³² − 1. */
  bits(): number {
    const t = this.#b << 9;
    let r = Math.imul(this.#b, 5);
    r = Math.imul((r << 7) | (r >>> 25), 9);
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= t;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return r >>> 0;
  }

  /** Uniform in (0, 1), never 0 or 1 even as float32. */
  uniform(): number {
    return ((this.bits() >>> 9) + 0.5) / 0x800000; // 24 bits: exact as float32
  }

  /** Whole number, 0 … bound − 1. */
  below(bound: number): number {
    return Math.floor((this.bits() / 0x100000000) * bound);
  }

  /** Standard normal (Box and Muller). */
  normal(): number {
    if (this.#spare !== null) {
      const value = this.#spare;
      this.#spare = null;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  uniforms(count: number): Float32Array {
    const values = new Float32Array(count);
    for (let i = 0; i < count; i++) values[i] = this.uniform();
    return values;
  }

  /** 0 … count − 1 in random order (Fisher and Yates). */
  permutation(count: number): Int32Array {
    const order = Int32Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const value = order[i];
      order[i] = order[j];
      order[j] = value;
    }
    return order;
  }
}
