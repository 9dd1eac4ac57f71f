import { GlyphscopeError } from '../contract/errors';

/** Numbers that stand for prefixes, by length from 0 (the empty prefix is 0) to L: equal prefixes have equal numbers. */
export function prefixNumbers(symbols: Uint16Array, length: number): Int32Array[] {
  const n = symbols.length / length;
  const levels = [new Int32Array(n)];
  for (let j = 0; j < length; j++) {
    const known = new Map<number, number>();
    const numbers = new Int32Array(n);
    for (let i = 0; i < n; i++) {
      const key = levels[j][i] * 0x10000 + symbols[i * length + j];
      let number = known.get(key);
      if (number === undefined) known.set(key, (number = known.size));
      numbers[i] = number;
    }
    levels.push(numbers);
  }
  return levels;
}

/** How strongly a level leans on the shorter one: tried in fitting. */
const concentrations = Array.from({ length: 13 }, (_, i) => 2 ** i);

export interface PrefixModelOptions {
  /** From prefixNumbers, for all images, those predicted included: levels 0 … depth are used. */
  levels: readonly Int32Array[];
  depth: number;
  /** What is predicted, [n], 0 … targets − 1. */
  target: ArrayLike<number>;
  targets: number;
  /** The images that it is fitted to. */
  fitted: ArrayLike<number>;
}

/**
 * Predicts a number from a prefix, backing off to ever shorter prefixes (an interpolated n-gram model with Dirichlet
 * priors; D. MacKay and L. Peto, A Hierarchical Dirichlet Language Model, 1995):
 * p_j(y) = (c_j(y) + β_j p_{j−1}(y)) / (c_j + β_j), with c_j the counts of y after the first j symbols and p_{−1} uniform.
 * Each β_j is the power of two, 1 to 4096, that predicts every fitted image best from the others (leave one out).
 */
export class PrefixModel {
  readonly #o: PrefixModelOptions;
  readonly #totals: Map<number, number>[] = [];
  readonly #counts: Map<number, number>[] = [];
  readonly concentration: number[] = [];

  /** @throws INVALID_INPUT without an image to fit to */
  constructor(o: PrefixModelOptions) {
    this.#o = o;
    const { levels, depth, target, targets, fitted } = o;
    if (fitted.length === 0) throw new GlyphscopeError('INVALID_INPUT', 'A model of prefixes needs at least one image.', { subject: 'images' });
    let others = new Float64Array(fitted.length).fill(1 / targets); // prediction of each from the others
    for (let j = 0; j <= depth; j++) {
      const total = new Map<number, number>();
      const count = new Map<number, number>();
      for (let f = 0; f < fitted.length; f++) {
        const prefix = levels[j][fitted[f]];
        const key = prefix * targets + target[fitted[f]];
        total.set(prefix, (total.get(prefix) ?? 0) + 1);
        count.set(key, (count.get(key) ?? 0) + 1);
      }
      const without = Array.from(others, (_, f) => {
        const prefix = levels[j][fitted[f]];
        return { total: total.get(prefix)! - 1, count: count.get(prefix * targets + target[fitted[f]])! - 1 };
      });
      let best = { loss: Infinity, beta: 1 };
      for (const beta of concentrations) {
        let loss = 0;
        for (let f = 0; f < others.length; f++) if (without[f].total > 0) loss -= Math.log((without[f].count + beta * others[f]) / (without[f].total + beta));
        if (loss < best.loss) best = { loss, beta };
      }
      this.concentration.push(best.beta);
      this.#totals.push(total);
      this.#counts.push(count);
      others = others.map((p, f) => (without[f].count + best.beta * p) / (without[f].total + best.beta));
    }
  }

  /** p_j of a target after the first j symbols of an image, for j = 0 … depth. */
  chain(image: number, target: number): number[] {
    const { targets, depth } = this.#o;
    const chain: number[] = [];
    let p = 1 / targets;
    for (const { j, prefix, total } of this.#known(image)) chain.push((p = this.#mix(j, prefix, target, total, p)));
    while (chain.length <= depth) chain.push(p); // a prefix that was never fitted says nothing new
    return chain;
  }

  /** p of every target given all `depth` symbols of an image, [targets]. */
  probabilities(image: number): Float64Array {
    const p = new Float64Array(this.#o.targets).fill(1 / this.#o.targets);
    for (const { j, prefix, total } of this.#known(image)) for (let target = 0; target < p.length; target++) p[target] = this.#mix(j, prefix, target, total, p[target]);
    return p;
  }

  /** The prefixes of an image that were fitted, the shortest first. */
  *#known(image: number): Generator<{ j: number; prefix: number; total: number }, void, void> {
    for (let j = 0; j <= this.#o.depth; j++) {
      const prefix = this.#o.levels[j][image];
      const total = this.#totals[j].get(prefix);
      if (total === undefined) return;
      yield { j, prefix, total };
    }
  }

  #mix(j: number, prefix: number, target: number, total: number, shorter: number): number {
    const count = this.#counts[j].get(prefix * this.#o.targets + target) ?? 0;
    return (count + this.concentration[j] * shorter) / (total + this.concentration[j]);
  }
}

/**
 * Bits that the model needs for the target of an image it was not fitted to, mean over the images in `rows`, after every
 * number of symbols 0 … depth: each half of the rows (every second one) is predicted from the other. It is an upper bound
 * of the conditional entropy, but for the chance of the draw.
 */
export function codeLengths(o: Omit<PrefixModelOptions, 'fitted'>, rows: ArrayLike<number>): number[] {
  const sums = new Array<number>(o.depth + 1).fill(0);
  const halves = [0, 1].map((half) => Int32Array.from({ length: Math.ceil((rows.length - half) / 2) }, (_, i) => rows[2 * i + half]));
  for (const [fitted, predicted] of [halves, halves.toReversed()]) {
    const model = new PrefixModel({ ...o, fitted });
    for (const image of predicted) model.chain(image, o.target[image]).forEach((p, j) => (sums[j] -= Math.log2(p)));
  }
  return sums.map((sum) => sum / rows.length);
}
